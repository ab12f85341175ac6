"""Numbers that vary over design points, and the trace of what is computed with them.

Whatever Python code is run on them is run for all points at once: arithmetic is element by element. Where the code
asks for one number (a branch, a length, a place in a list, a text) it is that which all points have; where they
differ, the points must be parted, and the code run for each part: :class:`Split` says by what. So nothing is decided
for a point that is not so at that point, whatever the code does.

The trace says what was computed, and what was decided: for other points, the same decisions give the same figures
without the code (:mod:`cnncost.spaces.evaluation.programs`).

>>> from cnncost.symbolic.columns.column import column
>>> trace = Trace(points=2)
>>> width, height = trace.add(column([32, 64])), trace.add(column([8, 8]))
>>> (width * height // 2).column.numbers.tolist(), "square" if width == height else "not square"
([128, 256], 'not square')
>>> range(width)
Traceback (most recent call last):
cnncost.symbolic.tracing.Split: 2 points differ
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from cnncost.symbolic.columns import arithmetic, choices
from cnncost.symbolic.columns.column import Column, constant, every_point
from cnncost.symbolic.varying import Varying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Operation = Callable[..., Column]


class Split(BaseException):
    """Points differ in what was asked for one answer of; no error, and nothing between may take it for one.

    Args:
        numbers: for each point what it answers: those with the same answer stay together.
    """

    def __init__(self, numbers: Any) -> None:
        super().__init__(f"{len(numbers)} points differ")
        self.numbers = numbers


class Step:
    """One operation of a trace, or a decision."""

    __slots__ = ("decided", "number", "operands", "operation")

    def __init__(
        self, operation: Operation | None, operands: tuple[Any, ...], number: int, decided: Any = None
    ) -> None:
        self.operation = operation
        """What is computed; ``None`` for a decision."""
        self.operands = operands
        """What of: numbers of values of the trace, and columns that are constant."""
        self.number = number
        """Which value of the trace it gives; that which is decided, for a decision."""
        self.decided = decided
        """What the operand of a decision is at all points."""


class Trace:
    """What is computed of some design points, step by step.

    Args:
        points: how many there are.
    """

    def __init__(self, points: int) -> None:
        self.points = points
        """How many there are."""
        self.inputs = 0
        """How many of the values are given."""
        self.steps: list[Step] = []
        """What was computed and decided, in order."""
        self.values: list[Traced] = []
        """All values so far."""
        self._known: dict[Any, Traced] = {}
        self._shifts: dict[int, tuple[Traced, int]] = {}
        self._decided: dict[int, Any] = {}

    def add(self, column: Column) -> Traced:
        """Numbers that are given, before anything is computed of them."""
        self.inputs += 1
        return self._added(column)

    def _added(self, column: Column) -> Traced:
        value = Traced(self, len(self.values), column)
        self.values.append(value)
        return value

    def apply(self, operation: Operation, *operands: Any) -> Any:
        """What an operation gives of values of this trace and plain numbers, computed once for the same."""
        key = (operation, *[each.number if type(each) is Traced else (type(each), each) for each in operands])
        value = self._known.get(key)
        if value is None:
            value = self._known[key] = self._computed(operation, operands)
        return value

    def shifted(self, value: Traced, by: int) -> Traced:
        """A whole number and a plain one: what comes back to where it was, ``size + 2 - 3 + 1``, is the same value."""
        start, shift = self.shift_of(value)
        if shift + by == 0:
            return start
        found: Traced = self.apply(arithmetic.add, start, shift + by)
        self._shifts[found.number] = start, shift + by
        return found

    def shift_of(self, value: Traced) -> tuple[Traced, int]:
        """What a value is more than another one, everywhere."""
        return self._shifts.get(value.number, (value, 0))

    def _computed(self, operation: Operation, operands: tuple[Any, ...]) -> Traced:
        given = [each.column if type(each) is Traced else constant(each) for each in operands]
        places = [each.number if type(each) is Traced else column for each, column in zip(operands, given, strict=True)]
        try:
            column = operation(*given)
        except ArithmeticError:  # at some point
            if self.points == 1:
                raise
            raise Split(every_point(self.points)) from None
        self.steps.append(Step(operation, tuple(places), len(self.values)))
        return self._added(column)

    def decide(self, value: Traced) -> Any:
        """The one number that a value is at all points.

        Raises:
            Split: they differ.
        """
        number = value.number
        if number not in self._decided:
            same = value.column.same
            if same is None:
                raise Split(value.column.of(self.points))
            self._decided[number] = same
            self.steps.append(Step(None, (number,), number, same))
        return self._decided[number]


def _compared(operation: Operation, by_python: Callable[[int, int], bool]) -> Callable[[Traced, Any], Any]:
    """A comparison; of two that differ by the same everywhere, a plain one."""

    def method(self: Traced, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        if type(other) is Traced and self.column.kind is int is other.column.kind:
            (start, shift), (same, by) = self.trace.shift_of(self), self.trace.shift_of(other)
            if start is same:
                return by_python(shift, by)
        return self.trace.apply(operation, self, other)

    return method


def _reflected(operation: Operation) -> Callable[[Traced, Any], Any]:
    def method(self: Traced, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        return self.trace.apply(operation, other, self)

    return method


def _division(operation: Operation, *, is_reflected: bool = False) -> Callable[[Traced, Any], Any]:
    """A division, which fails at all points or at none."""

    def method(self: Traced, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        first, second = (other, self) if is_reflected else (self, other)
        if second == 0:
            raise ZeroDivisionError("division by zero")
        if type(second) is int and second == 1 and operation is arithmetic.floor_divide and self.column.kind is int:
            return self
        return self.trace.apply(operation, first, second)

    return method


def _in_order(operation: Operation, one: Traced, other: Any) -> Any:
    """An operation that is the same whichever comes first."""
    if type(other) is Traced and other.number < one.number:
        one, other = other, one
    return one.trace.apply(operation, one, other)


def _of_one(name: str) -> Callable[..., Any]:
    """A method of a plain number, which it has where all points have the same."""

    def method(self: Traced, *arguments: Any) -> Any:
        return getattr(self.one, name)(*arguments)

    return method


_NUMBERS = frozenset((int, float, bool))


class Traced(Varying):
    """A value of a trace. Two are the same key where they were computed in the same way."""

    __slots__ = ("column", "number", "trace")

    def __init__(self, trace: Trace, number: int, column: Column) -> None:
        self.trace = trace
        self.number = number
        """Which value of the trace it is."""
        self.column = column
        """The numbers at the points."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what isinstance asks
        return self.column.kind

    @property
    def one(self) -> Any:
        """The number that it is at all points.

        Raises:
            Split: they differ.
        """
        return self.trace.decide(self)

    def __add__(self, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        if type(other) is int and self.column.kind is int:
            return self.trace.shifted(self, other)
        return _in_order(arithmetic.add, self, other)

    def __sub__(self, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        if self.column.kind is int and type(other) is int:
            return self.trace.shifted(self, -other)
        if type(other) is Traced and self.column.kind is int is other.column.kind:
            (start, shift), (same, by) = self.trace.shift_of(self), self.trace.shift_of(other)
            if start is same:
                return shift - by
        return self.trace.apply(arithmetic.subtract, self, other)

    def __mul__(self, other: Any) -> Any:
        if other.__class__ not in _NUMBERS:
            return NotImplemented
        if type(other) is int and other == 1 and self.column.kind is int:
            return self
        return _in_order(arithmetic.multiply, self, other)

    __radd__, __rmul__, __rsub__ = __add__, __mul__, _reflected(arithmetic.subtract)
    __truediv__, __rtruediv__ = _division(arithmetic.divide), _division(arithmetic.divide, is_reflected=True)
    __floordiv__ = _division(arithmetic.floor_divide)
    __rfloordiv__ = _division(arithmetic.floor_divide, is_reflected=True)
    __mod__, __rmod__ = _division(arithmetic.remainder), _division(arithmetic.remainder, is_reflected=True)
    __lt__, __gt__ = _compared(choices.less, operator.lt), _reflected(choices.less)
    __le__, __ge__ = _compared(choices.at_most, operator.le), _reflected(choices.at_most)
    __eq__ = _compared(choices.equal, operator.eq)

    def __ne__(self, other: object) -> Any:
        is_equal = self == other
        return is_equal if is_equal is NotImplemented else _opposite(is_equal)

    def __hash__(self) -> int:
        return hash(("a value of a trace", self.number))

    def __pow__(self, exponent: Any) -> Any:
        if exponent.__class__ not in _NUMBERS:
            return NotImplemented
        return _power(self.trace, self, exponent)

    def __rpow__(self, base: Any) -> Any:
        if base.__class__ not in _NUMBERS:
            return NotImplemented
        return _power(self.trace, base, self)

    def __neg__(self) -> Any:
        return self.trace.apply(arithmetic.negative, self)

    def __pos__(self) -> Any:
        return self if self.column.kind is not bool else self * 1

    def __abs__(self) -> Any:
        return self.trace.apply(arithmetic.absolute, self)

    def __floor__(self) -> Any:
        return self.trace.apply(arithmetic.floor, self)

    def __ceil__(self) -> Any:
        return self.trace.apply(arithmetic.ceiling, self)

    def __trunc__(self) -> Any:
        return self.trace.apply(arithmetic.truncated, self)

    def __round__(self, digits: int | None = None) -> Any:
        return self.trace.apply(arithmetic.rounded, self) if digits is None else round(self.one, digits)

    def is_integer(self) -> Any:
        """Where there is no fraction."""
        return self.trace.apply(choices.is_whole, self)

    def choose(self, first: Any, second: Any) -> Any:
        """The first where this holds, elsewhere the second: of one kind, or the same everywhere."""
        if first is second:
            return first
        if first.__class__ is not second.__class__ or first.__class__ not in _NUMBERS:
            return first if self else second
        return self.trace.apply(choices.chosen, self, first, second)

    def larger(self, other: Any) -> Any:
        return self.trace.apply(arithmetic.maximum, self, other)

    def smaller(self, other: Any) -> Any:
        return self.trace.apply(arithmetic.minimum, self, other)

    def square_root(self) -> Any:
        return self.trace.apply(arithmetic.square_root, self)

    def element_of(self, items: Sequence[Any]) -> Any:
        kinds = {item.__class__ for item in items}
        if len(kinds) > 1 or not kinds <= _NUMBERS:
            return items[self.one]
        return self.trace.apply(choices.element, self, *items)

    def greatest_common_divisor(self, other: Any) -> Any:
        """What :func:`cnncost.symbolic.dims.greatest_common_divisor` gives."""
        return self.trace.apply(arithmetic.greatest_common_divisor, self, other)

    def rounded_logarithm(self) -> Any:
        """What :func:`cnncost.symbolic.dims.rounded_logarithm` gives."""
        return self.trace.apply(arithmetic.rounded_logarithm, self)

    def power_of_two_from(self) -> Any:
        """What :func:`cnncost.symbolic.dims.power_of_two_from` gives."""
        return 2 ** self.rounded_logarithm()

    def __bool__(self) -> bool:
        return bool(self.one) if self.column.kind is bool else bool((self != 0).one)

    def __getattr__(self, name: str) -> Any:
        if not hasattr(self.column.kind, name):
            raise AttributeError(f"a number has no attribute {name!r}")
        return getattr(self.one, name)

    def __index__(self) -> int:
        return operator.index(self.one)

    __int__ = _of_one("__int__")
    __float__, __str__, __repr__, __format__ = map(_of_one, ("__float__", "__str__", "__repr__", "__format__"))
    __and__, __rand__, __or__, __ror__ = map(_of_one, ("__and__", "__rand__", "__or__", "__ror__"))
    __xor__, __rxor__, __invert__ = map(_of_one, ("__xor__", "__rxor__", "__invert__"))
    __lshift__, __rlshift__, __rshift__, __rrshift__ = map(
        _of_one, ("__lshift__", "__rlshift__", "__rshift__", "__rrshift__")
    )
    __divmod__, __rdivmod__ = map(_of_one, ("__divmod__", "__rdivmod__"))

    def __reduce__(self) -> Any:
        raise TypeError("a value of a trace belongs to it, and is not copied")


def _opposite(value: Any) -> Any:
    return value.trace.apply(choices.opposite, value) if type(value) is Traced else not value


def _power(trace: Trace, base: Any, exponent: Any) -> Any:
    """A power: of whole numbers, a fraction at all points or at none."""
    if exponent < 0 and base == 0:
        raise ZeroDivisionError("0 to a negative power")
    return trace.apply(arithmetic.power, base, exponent)
