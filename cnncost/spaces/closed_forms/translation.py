"""A trace of numbers as formulas: what was computed of them, in letters, and what was decided, as conditions.

>>> from cnncost.symbolic.columns.column import column
>>> from cnncost.symbolic.polynomials.floors import letter
>>> from cnncost.symbolic.tracing import Trace
>>> trace = Trace(points=1)
>>> size = trace.add(column([224]))
>>> half = size // 2 if size > 7 else 1
>>> formulas = Translation(trace, {"H": 224}, [letter("H")])
>>> str(formulas.of(half)), [str(condition) for condition in formulas.conditions]
('⌊H/2⌋', ['H − 7 > 0'])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.symbolic.columns import arithmetic, choices
from cnncost.symbolic.polynomials.floors import Unknown
from cnncost.symbolic.polynomials.polynomial import Polynomial, compared, denominator_of
from cnncost.symbolic.polynomials.progressions import Condition, Inexact
from cnncost.symbolic.tracing import Traced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.symbolic.polynomials.polynomial import Number
    from cnncost.symbolic.tracing import Step, Trace

_LARGEST_DENOMINATOR = 2**20
"""Of coefficients with which double precision is exact, if the letters are no larger than a million."""
_LIMIT = 10**29
"""What is compared with as much is held to a limit of the language, which is no property of a network."""


class Translation:
    """The formulas of the values of a trace, and the conditions under which they hold.

    Args:
        trace: of one point.
        numbers: those of the letters at this point.
        letters: what stands for the numbers that the trace was given, in their order.

    Raises:
        Inexact: a decision that no formula says.
    """

    def __init__(self, trace: Trace, numbers: Mapping[str, Number], letters: Sequence[Polynomial]) -> None:
        self._judge = _Decided(numbers)
        self._formulas: list[Any] = [Polynomial(letter.terms, self._judge) for letter in letters]
        for step in trace.steps:
            if step.operation is None:
                self._decide(self._formulas[step.operands[0]], step.decided)
            else:
                self._formulas.append(self._computed(step))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Where the same is decided as for the numbers of the trace."""
        return tuple(self._judge.conditions)

    def of(self, value: Any) -> Any:
        """The formula of a value of the trace; a number is one itself.

        Raises:
            Inexact: there is none.
        """
        found = self._formulas[value.number] if type(value) is Traced else value
        if isinstance(found, Inexact):
            raise found
        return exact(found)

    def _computed(self, step: Step) -> Any:
        """The formula of one operation; an :class:`Inexact` where there is none."""
        assert step.operation is not None
        operands = [self._formulas[each] if isinstance(each, int) else each.low for each in step.operands]
        for operand in operands:
            if isinstance(operand, Inexact):
                return operand
        try:
            return OPERATIONS[step.operation](*operands)
        except Inexact as inexact:
            return inexact

    def _decide(self, value: Any, decided: Any) -> None:
        """Note where a value is what was decided; what was compared is noted already."""
        if isinstance(value, Inexact):
            raise value
        compared("=", value - decided)


class _Decided(Unknown):
    """What is not the same for all letters is as it is for their present numbers, and noted."""

    def __init__(self, numbers: Mapping[str, Number]) -> None:
        self._numbers = numbers
        self.conditions: dict[Condition, None] = {}

    def compare(self, relation: str, difference: Polynomial) -> int:
        """Whether a relation holds, for all letters or for the present numbers."""
        always = super().compare(relation, difference)
        if not isinstance(always, Polynomial):
            return int(always)
        condition = Condition(difference, relation)
        held = bool(condition.holds(self._numbers))
        if -_LIMIT < difference.constant < _LIMIT:
            self.conditions[condition if held else condition.opposite] = None
        return int(held)


def exact(value: Any) -> Any:
    """A formula whose coefficients double precision holds.

    Raises:
        Inexact: it rounds.
    """
    if isinstance(value, Polynomial) and denominator_of(value) > _LARGEST_DENOMINATOR:
        raise Inexact(f"rounding of {_shortened(value)}")
    return value


def _shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _divided(numerator: Any, denominator: Any) -> Any:
    if isinstance(denominator, Polynomial):
        raise Inexact(f"a quotient by {_shortened(denominator)}")
    return numerator / denominator


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int) or exponent < 0 or not isinstance(base, Polynomial | int):
        raise Inexact(f"a power to {_shortened(exponent)}")
    return base**exponent


def _floor(value: Any) -> Any:
    return exact(value) // 1


def _ceiling(value: Any) -> Any:
    return -(-exact(value) // 1)


def _chosen(condition: int, first: Any, second: Any) -> Any:
    return first if condition else second


def _truncated(value: Any) -> Any:
    return _chosen(compared("≥", value), _floor(value), _ceiling(value))


def _inexact(what: str) -> Callable[..., Any]:
    def refuse(*operands: Any) -> Any:
        raise Inexact(f"{what} of {', '.join(map(_shortened, operands))}")

    return refuse


def _common(first: Any, second: Any) -> Any:
    one, other = (first, second) if isinstance(first, Polynomial) else (second, first)
    return one.greatest_common_divisor(other)


OPERATIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    arithmetic.add: lambda one, other: one + other,
    arithmetic.subtract: lambda one, other: one - other,
    arithmetic.multiply: lambda one, other: one * other,
    arithmetic.divide: _divided,
    arithmetic.floor_divide: lambda one, other: exact(one) // exact(other),
    arithmetic.remainder: lambda one, other: exact(one) % exact(other),
    arithmetic.power: _power,
    arithmetic.negative: lambda value: -value,
    arithmetic.absolute: lambda value: _chosen(compared("≥", value), value, -value),
    arithmetic.maximum: lambda one, other: _chosen(compared("≥", one - other), one, other),
    arithmetic.minimum: lambda one, other: _chosen(compared("≥", other - one), one, other),
    arithmetic.floor: _floor,
    arithmetic.ceiling: _ceiling,
    arithmetic.truncated: _truncated,
    arithmetic.rounded: _inexact("rounding"),
    choices.is_whole: lambda value: compared("=", exact(value) - _floor(value)),
    arithmetic.square_root: _inexact("the square root"),
    choices.less: lambda one, other: compared(">", other - one),
    choices.at_most: lambda one, other: compared("≥", other - one),
    choices.equal: lambda one, other: compared("=", one - other),
    choices.opposite: lambda value: 1 - value,
    choices.chosen: _chosen,
    arithmetic.greatest_common_divisor: _common,
    arithmetic.rounded_logarithm: lambda value: value.rounded_logarithm(),
    choices.element: lambda place, *_: _inexact("an element at")(place),
}
"""What each operation on columns is on formulas."""
