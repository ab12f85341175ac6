"""NumPy's operations, one after the other: what is left of a program where bounds decide most of what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.records import NamedTuple
from cnncost.symbolic.columns.column import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class DifferError(Exception):
    """A program does not hold for all of some points.

    Args:
        holds: for which it may hold, as far as is known.
    """

    def __init__(self, holds: Any) -> None:
        super().__init__(f"the program does not hold for {np.count_nonzero(~holds)} of {len(holds)} points")
        self.holds = holds


class Plain:
    """A result that is the same for all points."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def refuse_others(numbers: Any, decided: Any) -> None:
    holds = numbers == decided
    if not holds.all():
        raise DifferError(holds)


class _Operation(NamedTuple):
    """One line of a plan: something is computed, or checked."""

    function: Callable[..., Any] | None
    """What is computed, of arrays; ``None`` for a check."""
    operands: tuple[int, ...]
    """The places of these."""
    place: int
    """Where the result goes; for a check, what must be one number."""
    done: tuple[int, ...]
    """Places that nothing needs from here on: memory that is used again is in the processor's cache."""
    decided: Any = None
    """Which number it must be."""


class Plan:
    """Operations in an order in which each has what it needs: first those of checks, then those of results.

    Args:
        given: columns of which the bounds are known.
        checks: columns that must be one number, and which.
        results: what is asked for.
    """

    def __init__(
        self, given: Sequence[Column], checks: Sequence[tuple[Column, Any]], results: Sequence[Column | Plain]
    ) -> None:
        self._places = {id(each): place for place, each in enumerate(given)}
        self._start: list[Any] = [None] * len(given)
        self._given = len(given)
        self._operations: list[_Operation] = []
        for check, decided in checks:
            self._compute(check)
            self._operations.append(_Operation(None, (), self._places[id(check)], (), decided))
        for result in results:
            self._compute(result)
        self._results = [self._places[id(each)] if isinstance(each, Column) else each for each in results]
        self._let_go()

    def run(self, given: Sequence[Any], points: int) -> list[Any]:
        """The results for some points.

        Raises:
            DifferError: the checks do not hold for all of them.
        """
        arrays = [*given, *self._start[self._given :]]
        for function, operands, place, done, decided in self._operations:
            if function is None:
                refuse_others(np.broadcast_to(arrays[place], points), decided)
            else:
                arrays[place] = function(*[arrays[operand] for operand in operands])
            for each in done:
                arrays[each] = None
        return [each.value if isinstance(each, Plain) else arrays[each] for each in self._results]

    def _compute(self, wanted: Column | Plain) -> None:
        """Add the operations that a column is computed by, unless it is there."""
        waiting = [wanted] if isinstance(wanted, Column) else []
        while waiting:
            each = waiting[-1]
            missing = [operand for operand in each.operands if id(operand) not in self._places]
            if missing and id(each) not in self._places:
                waiting += missing
                continue
            waiting.pop()
            if id(each) not in self._places:
                self._add(each)

    def _add(self, column: Column) -> None:
        place = self._places[id(column)] = len(self._start)
        self._start.append(column.numbers if column.function is None else None)
        if column.function is not None:
            operands = tuple([self._places[id(operand)] for operand in column.operands])
            self._operations.append(_Operation(column.function, operands, place, ()))

    def _let_go(self) -> None:
        """Mark with which operation each array is needed last."""
        needed = {each for each in self._results if isinstance(each, int)}
        needed |= {place for place, number in enumerate(self._start) if number is not None}
        for number, operation in reversed([*enumerate(self._operations)]):
            used = {operation.place, *operation.operands} - needed
            self._operations[number] = operation._replace(done=tuple(used))
            needed |= used
