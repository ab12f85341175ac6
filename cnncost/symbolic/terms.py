"""Sums, products and quotients, each in the form in which it was written, with like terms and factors collected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.symbolic.expression import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Expression,
    Value,
    evaluate,
    number_text,
    power_text,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Powers = tuple[tuple[Expression, int], ...]
"""Factors with their exponents, in the order in which they were multiplied."""

Term = tuple[Powers, int]
"""Powers, and how many times they are added."""


class Product(Expression):
    """A number times powers of other expressions."""

    __slots__ = ("number", "powers")

    def __init__(self, number: int, powers: Powers) -> None:
        self.number = number
        self.powers = powers
        self.key = (number, frozenset(powers))

    @property
    def binding(self) -> int:  # type: ignore[override]
        return POWER if self.number == 1 and len(self.powers) == 1 else PRODUCT

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        result = self.number
        for base, exponent in self.powers:
            result *= base.evaluate(numbers) ** exponent
        return result

    def text(self, name: Callable[[str], str]) -> str:
        factors = [power_text(base, exponent, name) for base, exponent in self.powers]
        if self.number == -1:
            factors[0] = "−" + factors[0]
        elif self.number != 1:
            factors.insert(0, number_text(self.number))
        return "·".join(factors)


class Sum(Expression):
    """Several products with their signs, and a number, which is written last."""

    __slots__ = ("number", "terms")
    binding = SUM

    def __init__(self, terms: tuple[Term, ...], number: int) -> None:
        self.terms = terms
        self.number = number
        self.key = (frozenset((frozenset(powers), count) for powers, count in terms), number)

    @property
    def parts(self) -> list[Value]:
        """The terms as expressions, the number behind them unless it is 0."""
        return [product_of(count, powers) for powers, count in self.terms] + [self.number] * (self.number != 0)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return sum(evaluate(part, numbers) for part in self.parts)

    def text(self, name: Callable[[str], str]) -> str:
        text = ""
        for part in self.parts:
            term = text_of(part, name, PRODUCT)
            sign, term = ("−", term[1:]) if term.startswith("−") else ("+", term)
            text = f"{text} {sign} {term}" if text else term if sign == "+" else sign + term
        return text


class Quotient(Expression):
    """A quotient of whole numbers, rounded down (or up, which is how `-(-a // b)` reads)."""

    __slots__ = ("denominator", "numerator", "up")

    def __init__(self, numerator: Value, denominator: Value, *, up: bool = False) -> None:
        self.numerator = numerator
        self.denominator = denominator
        self.up = up
        self.key = (numerator, denominator, up)

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left over, whatever the numbers."""
        bases = dict(powers_of(self.denominator)[1])
        return bool(bases) and all(base.divides for base in bases)

    @property
    def binding(self) -> int:  # type: ignore[override]
        # An exact quotient has no brackets of its own: as a factor it needs them, as a term it does not.
        return PRODUCT if self.is_exact else ATOM

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        numerator, denominator = evaluate(self.numerator, numbers), evaluate(self.denominator, numbers)
        return -(-numerator // denominator) if self.up else numerator // denominator

    def text(self, name: Callable[[str], str]) -> str:
        quotient = f"{text_of(self.numerator, name, PRODUCT)}/{text_of(self.denominator, name, POWER)}"
        if self.is_exact:
            return quotient
        return f"⌈{quotient}⌉" if self.up else f"⌊{quotient}⌋"


def powers_of(value: Value) -> tuple[int, Powers]:
    """A value as a number times powers."""
    if not isinstance(value, Expression):
        return int(value), ()
    if isinstance(value, Product):
        return value.number, value.powers
    return 1, ((value, 1),)


def product_of(number: int, powers: Powers) -> Value:
    """The simplest expression of a number times powers."""
    if not number or not powers:
        return number
    if len(powers) > 1 or powers[0][1] > 1:
        return Product(number, powers)
    (base, _), *_ = powers
    if number == 1:
        return base
    if number == -1 and isinstance(base, Sum):
        return Sum(tuple((powers, -count) for powers, count in base.terms), -base.number)
    if number == -1 and isinstance(base, Quotient) and not base.up and _is_negative(base.numerator):
        return Quotient(-base.numerator, base.denominator, up=True)
    return Product(number, powers)


def _is_negative(value: Value) -> bool:
    """Whether the first thing written is a minus."""
    return (value.terms[0][1] if isinstance(value, Sum) else powers_of(value)[0]) < 0


def sum_of(terms: list[Term], number: int) -> Value:
    if not terms:
        return number
    if len(terms) == 1 and not number:
        powers, count = terms[0]
        return product_of(count, powers)
    return Sum(tuple(terms), number)


def terms_of(value: Value) -> list[Term]:
    """The terms of a value; a number is one without powers."""
    if isinstance(value, Sum):
        return [*value.terms, ((), value.number)]
    number, powers = powers_of(value)
    return [(powers, number)]


def size_of(value: Value) -> int:
    """How many terms a value has."""
    return sum(count != 0 for _, count in terms_of(value))
