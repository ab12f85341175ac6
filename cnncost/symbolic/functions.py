"""Functions of values that formulas use beside sums, products and quotients."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, ClassVar

from cnncost.symbolic import dims
from cnncost.symbolic.expression import POWER, SUM, Expression, Value, evaluate, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Pair(Expression):
    """Base of the functions of two values."""

    __slots__ = ("left", "right")
    written: ClassVar[str]
    """Where the texts of the two go."""
    operand: ClassVar[int] = SUM
    """How tightly an operand must bind to go there without parentheses."""

    def __init__(self, left: Value, right: Value) -> None:
        self.left = left
        self.right = right
        self.key = (left, right)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return self.compute(evaluate(self.left, numbers), evaluate(self.right, numbers))

    def compute(self, left: int, right: int) -> int:
        """The function itself."""
        raise NotImplementedError

    def text(self, name: Callable[[str], str]) -> str:
        return self.written.format(*(text_of(value, name, self.operand) for value in (self.left, self.right)))


class Remainder(Pair):
    """What a division leaves over."""

    binding = SUM
    written = "{} mod {}"
    operand = POWER

    def compute(self, left: int, right: int) -> int:
        return left % right


class Maximum(Pair):
    """The larger of two: how `first + (second - first) * (second - first > 0)` reads."""

    written = "max({}, {})"

    def compute(self, left: int, right: int) -> int:
        return max(left, right)


class GreatestCommonDivisor(Pair):
    """The greatest common divisor of two."""

    written = "gcd({}, {})"

    def compute(self, left: int, right: int) -> int:
        both = isinstance(left, int) and isinstance(right, int)
        return gcd(left, right) if both else dims.greatest_common_divisor(left, right)


class Above(Pair):
    """1 where the first is larger than the second, else 0: Iverson's bracket."""

    written = "[{} > {}]"

    def compute(self, left: int, right: int) -> int:
        return (left > right) * 1  # on arrays too


class AtLeast(Pair):
    """1 where the first is at least the second, else 0."""

    written = "[{} ≥ {}]"

    def compute(self, left: int, right: int) -> int:
        return (left >= right) * 1


class Logarithm(Expression):
    """The logarithm to the base of two, rounded up.

    >>> from cnncost.symbolic.symbols import Symbol
    >>> str(Logarithm(Symbol("H") + 2)), Logarithm(Symbol("H") + 2).evaluate({"H": 56})
    ('⌈log₂(H + 2)⌉', 6)
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value
        self.key = (value,)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        value = evaluate(self.value, numbers)
        return (value - 1).bit_length() if isinstance(value, int) else dims.rounded_logarithm(value)

    def text(self, name: Callable[[str], str]) -> str:
        return f"⌈log₂({text_of(self.value, name)})⌉"


class PowerOfTwo(Logarithm):
    """The smallest power of two that is not below a value.

    >>> from cnncost.symbolic.symbols import Symbol
    >>> str(PowerOfTwo(Symbol("H"))), PowerOfTwo(Symbol("H")).evaluate({"H": 58})
    ('2^⌈log₂(H)⌉', 64)
    """

    __slots__ = ()
    binding = POWER

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        value = evaluate(self.value, numbers)
        return 1 << (value - 1).bit_length() if isinstance(value, int) else dims.power_of_two_from(value)

    def text(self, name: Callable[[str], str]) -> str:
        return f"2^{super().text(name)}"
