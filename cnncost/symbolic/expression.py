"""What plain arithmetic on symbols leaves behind: expressions, which can be read, read with numbers, and evaluated."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = Any
"""An :class:`Expression`, or an ``int`` where a formula turned out to be a number."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly the parts of a text hold together: what binds less than its place asks for gets parentheses."""


class Algebra(Protocol):
    """How values are combined: each gives the simplest expression of what it is called."""

    def add(self, first: Value, second: Value, /) -> Value: ...

    def multiply(self, first: Value, second: Value, /) -> Value: ...

    def divide(self, numerator: Value, denominator: Value, /) -> Value: ...

    def remainder(self, numerator: Value, denominator: Value, /) -> Value: ...

    def above(self, first: Value, second: Value, /) -> Value: ...

    def at_least(self, first: Value, second: Value, /) -> Value: ...

    def greatest_common_divisor(self, first: Value, second: Value, /) -> Value: ...

    def power_of_two_from(self, value: Value, /) -> Value: ...

    def rounded_logarithm(self, value: Value, /) -> Value: ...


class Expression:
    """Base of all expressions: immutable, equal when written alike up to the order of terms and factors."""

    __slots__ = ("_hash", "key")

    algebra: ClassVar[Algebra]
    """How expressions are combined; :mod:`cnncost.symbolic.symbols` sets it, where every formula begins."""
    binding = ATOM
    """How tightly its text holds together."""
    divides = False
    """Whether quotients by it are exact."""
    key: tuple[Any, ...]
    """What makes two expressions of a kind equal."""

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        """The value with these numbers for the symbols.

        Raises:
            KeyError: a symbol has no number.
        """
        raise NotImplementedError

    def text(self, name: Callable[[str], str]) -> str:
        """The expression with what `name` makes of every symbol's name."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text(str)

    def substituted(self, numbers: Mapping[str, int]) -> str:
        """The expression as written, with numbers for the symbols.

        >>> from cnncost.symbolic.symbols import Symbol
        >>> str((Symbol("H") + 2) // 2), ((Symbol("H") + 2) // 2).substituted({"H": 7})
        ('⌊(H + 2)/2⌋', '⌊(7 + 2)/2⌋')
        """
        return self.text(lambda name: str(numbers[name]))

    def __repr__(self) -> str:
        return f"<{self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and type(self) is type(other) and self.key == other.key

    def __hash__(self) -> int:
        """Found once: keys nest as deep as formulas do."""
        try:
            return self._hash
        except AttributeError:
            self._hash: int = hash((type(self), self.key))
            return self._hash

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a formula must not branch on the value of {self}")

    def __add__(self, other: Value) -> Value:
        return self.algebra.add(self, other)

    def __radd__(self, other: Value) -> Value:
        return self.algebra.add(other, self)

    def __neg__(self) -> Value:
        return self.algebra.multiply(-1, self)

    def __sub__(self, other: Value) -> Value:
        return self.algebra.add(self, -other)

    def __rsub__(self, other: Value) -> Value:
        return self.algebra.add(other, -self)

    def __mul__(self, other: Value) -> Value:
        return self.algebra.multiply(self, other)

    def __rmul__(self, other: Value) -> Value:
        return self.algebra.multiply(other, self)

    def __pow__(self, exponent: int) -> Value:
        return prod([self] * exponent)

    def __floordiv__(self, other: Value) -> Value:
        return self.algebra.divide(self, other)

    def __rfloordiv__(self, other: Value) -> Value:
        return self.algebra.divide(other, self)

    def __mod__(self, other: Value) -> Value:
        return self.algebra.remainder(self, other)

    def __rmod__(self, other: Value) -> Value:
        return self.algebra.remainder(other, self)

    def __gt__(self, other: Value) -> Value:
        return self.algebra.above(self, other)

    def __ge__(self, other: Value) -> Value:
        return self.algebra.at_least(self, other)

    def __lt__(self, other: Value) -> Value:
        return self.algebra.above(other, self)

    def __le__(self, other: Value) -> Value:
        return self.algebra.at_least(other, self)

    def greatest_common_divisor(self, other: Value) -> Value:
        """What :func:`cnncost.symbolic.dims.greatest_common_divisor` writes instead of running Euclid's algorithm."""
        return self.algebra.greatest_common_divisor(self, other)

    def power_of_two_from(self) -> Value:
        """What :func:`cnncost.symbolic.dims.power_of_two_from` writes instead of comparing with every power of two."""
        return self.algebra.power_of_two_from(self)

    def rounded_logarithm(self) -> Value:
        """What :func:`cnncost.symbolic.dims.rounded_logarithm` writes."""
        return self.algebra.rounded_logarithm(self)


def evaluate(value: Value, numbers: Mapping[str, int]) -> int:
    """The value of an expression, or of a formula that turned out to be a number.

    >>> from cnncost.symbolic.symbols import Symbol
    >>> evaluate(Symbol("C") * 2, {"C": 64}), evaluate(0, {})
    (128, 0)
    """
    return value.evaluate(numbers) if isinstance(value, Expression) else int(value)


def text_of(value: Value, name: Callable[[str], str], binding: int = SUM) -> str:
    """The text of a value, in parentheses where it binds less than `binding`."""
    if not isinstance(value, Expression):
        return number_text(value)
    text = value.text(name)
    return text if value.binding >= binding else f"({text})"


def number_text(number: int) -> str:
    return str(number).replace("-", "−")


def power_text(base: Expression, exponent: int, name: Callable[[str], str]) -> str:
    if exponent == 1:
        return text_of(base, name, POWER)
    return text_of(base, name, ATOM) + str(exponent).translate(_SUPERSCRIPTS)
