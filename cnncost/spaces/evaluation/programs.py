"""What a trace leaves: a program that computes the same figures for other points, without expanding a spec.

It holds for the points for which everything is decided as it was where it was traced, and finds the others. Where the
bounds of what is given decide all that is asked, and nothing overflows, what is left of it is a list of NumPy's
operations: a plan, which serves all points within those bounds.

>>> from cnncost.symbolic.columns.column import column
>>> from cnncost.symbolic.tracing import Trace
>>> trace = Trace(points=2)
>>> width = trace.add(column([32, 64]))
>>> program = Program(trace, [width * 9 if width % 8 == 0 else width])
>>> [numbers.tolist() for numbers in program.run([np.array([8, 16, 24])], points=3)]
[[72, 144, 216]]
>>> program.run([np.array([8, 12, 24])], points=3)
Traceback (most recent call last):
cnncost.spaces.evaluation.plans.DifferError: the program does not hold for 1 of 3 points
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.spaces.evaluation.plans import DifferError, Plain, Plan, refuse_others
from cnncost.symbolic.columns.column import Column, UnknownError, column
from cnncost.symbolic.tracing import Trace, Traced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Bounds = tuple[Any, Any]
    Answer = Sequence[Any] | str
    """What is found for points: of each figure an array, one number or ``None``; or what is wrong with them."""


class Program:
    """The operations and decisions of a trace that its results follow from.

    Args:
        trace: what was computed.
        results: what is asked for: values of the trace, and plain ones.
        error: what is wrong with the points that decide so, where they do not hold.
    """

    def __init__(self, trace: Trace, results: Sequence[Any], error: str | None = None) -> None:
        self.results = [result.number if type(result) is Traced else Plain(result) for result in results]
        self.error = error
        self._steps = _needed(trace, [result for result in self.results if isinstance(result, int)])
        decisions = [step for step in self._steps if step.operation is None and step.number < trace.inputs]
        self.keys = {step.number: step.decided for step in decisions}
        """Which of the numbers that are given must be one number, and which that is."""
        self._plan: Plan | None = None
        self._bounds: list[Bounds] = []

    def first(self, trace: Trace) -> Answer:
        """The results for the points of the trace."""
        if self.error is not None:
            return self.error
        values, points = trace.values, trace.points
        return [each.value if isinstance(each, Plain) else values[each].column.of(points) for each in self.results]

    def run(self, given: Sequence[Any], points: int) -> Answer:
        """The results for other points.

        Args:
            given: an array of numbers for each value that the trace was given.
            points: how many there are.

        Raises:
            DifferError: the program does not hold for all of them.
        """
        columns = [column(numbers) for numbers in given]
        plan = self._planned(columns)
        try:
            found = (
                self._computed(columns, points)
                if plan is None
                else plan.run([each.numbers for each in columns], points)
            )
            return self.error or found
        except (ArithmeticError, ValueError):  # a number is refused that is one of points for which it does not hold
            raise DifferError(np.zeros(points, dtype=bool)) from None

    def _computed(self, columns: Sequence[Column], points: int) -> list[Any]:
        """The results, with as many bits as they need."""
        values = self._values(columns, lambda check, decided: refuse_others(check.of(points), decided))
        return [result.value if isinstance(result, Plain) else values[result].of(points) for result in self.results]

    def _values(self, given: Sequence[Column], check: Callable[[Column, Any], None]) -> dict[int, Column]:
        """Every value of the trace that is needed, once what bounds do not decide has been checked."""
        values: dict[int, Column] = dict(enumerate(given))
        for step in self._steps:
            operands = [values[each] if type(each) is int else each for each in step.operands]
            if step.operation is not None:
                values[step.number] = step.operation(*operands)
            elif not operands[0].is_one or operands[0].low != step.decided:
                check(operands[0], step.decided)
        return values

    def _planned(self, columns: Sequence[Column]) -> Plan | None:
        """The plan for numbers within bounds that hold these; ``None`` where bounds say too little."""
        bounds = [(each.low, each.high) for each in columns]
        if self._bounds:
            bounds = [_around(*both) for both in zip(self._bounds, bounds, strict=True)]
        if bounds != self._bounds:
            self._bounds = bounds
            pairs = zip(columns, bounds, strict=True)
            self._plan = self._made([Column.unknown(each.kind, low, high) for each, (low, high) in pairs])
        return self._plan

    def _made(self, unknown: Sequence[Column]) -> Plan | None:
        checks: list[tuple[Column, Any]] = []
        try:
            values = self._values(unknown, lambda check, decided: checks.append((check, decided)))
        except (UnknownError, ArithmeticError, ValueError):
            return None
        results = [result if isinstance(result, Plain) else values[result] for result in self.results]
        return Plan(unknown, checks, results)


def _around(before: Bounds, now: Bounds) -> Bounds:
    """Bounds around both; where they must be wider than before, wider still, as the next numbers may be too."""
    (low, high), (lower, higher) = before, now
    if lower < low:
        low = lower - abs(lower) // 2 if isinstance(lower, int) else lower - abs(lower) / 2
    if higher > high:
        high = higher + (higher - low if isinstance(higher, int) else (higher - low) / 2)
    return low, high


def _needed(trace: Trace, results: Sequence[int]) -> list[Any]:
    """The steps of a trace without those that neither a decision nor a result follows from."""
    needed = set(results)
    steps = []
    for step in reversed(trace.steps):
        if step.operation is None or step.number in needed:
            steps.append(step)
            needed.update([each for each in step.operands if type(each) is int])
    return steps[::-1]
