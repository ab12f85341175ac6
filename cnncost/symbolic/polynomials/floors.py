"""Polynomials of whole numbers that are not known: what floors and comparisons of them come to.

Floors are brought into one form, so that the sizes of maps with padding all read alike:

>>> height = letter("H")
>>> size = (height + 6 - 7) // 2 + 1
>>> str(size), str((size + 2 - 3) // 2 + 1), str((height - 5) // 2), str((4 * height + 9) // 4)
('⌈H/2⌉', '⌈H/4⌉', '⌊(H − 5)/2⌋', 'H + 2')
"""

from __future__ import annotations

from math import floor, gcd
from typing import TYPE_CHECKING, Any

from cnncost.symbolic.expression import ATOM, PRODUCT, Expression, text_of
from cnncost.symbolic.functions import Above, AtLeast, GreatestCommonDivisor, Logarithm
from cnncost.symbolic.polynomials.polynomial import (
    CONSTANT,
    Monomial,
    Number,
    Polynomial,
    denominator_of,
    ratio,
    summed,
)
from cnncost.symbolic.symbols import Symbol
from cnncost.symbolic.terms import Quotient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.symbolic.polynomials.polynomial import Judge


class Fractional(Symbol):
    """A letter for a number above 0 that may have a fraction."""

    __slots__ = ()


class Floor(Quotient):
    """A quotient rounded down; where its numerator has the remainder of a ceiling, it is written as one."""

    __slots__ = ()

    def text(self, name: Callable[[str], str]) -> str:
        above, below = self.numerator, self.denominator
        constant = above.constant if isinstance(above, Polynomial) else 0
        up = isinstance(below, int) and constant == below - 1
        if up:
            above = above - constant
        written = f"{text_of(above, name, PRODUCT)}/{text_of(below, name, ATOM)}"
        return f"⌈{written}⌉" if up else f"⌊{written}⌋"


class Equal(Above):
    """1 where both are equal, else 0."""

    __slots__ = ()
    written = "[{} = {}]"

    def compute(self, left: Any, right: Any) -> Any:
        return left.equals(right) if isinstance(left, Polynomial) else (left == right) * 1


_COMPARISONS = {">": Above, "≥": AtLeast, "=": Equal}


class Unknown:
    """Nothing is known of the letters but that they are above 0."""

    def simplest(self, terms: dict[Monomial, Number]) -> Any:
        """A number that is added to a floor goes into its numerator."""
        inner = _only_floor(terms)
        if inner is None or CONSTANT not in terms:
            return Polynomial(terms, self)
        return Polynomial.factor(Floor(inner.numerator + terms[CONSTANT] * inner.denominator, inner.denominator), self)

    def compare(self, relation: str, difference: Polynomial) -> Any:
        """A factor, unless it is the same for all letters."""
        low, high = least(difference), least(-difference)
        if low is not None and (low > 0 or (low == 0 and relation == "≥")):
            return int(relation != "=")
        if high is not None and (high > 0 or (high == 0 and relation == ">")):
            return 0
        return Polynomial.factor(_COMPARISONS[relation](difference, 0), self)

    def divide(self, numerator: Polynomial, denominator: Any) -> Any:
        """The quotient rounded down, with what divides outside of the floor, and a floor of a floor as one."""
        if (times := ratio(numerator, denominator)) is not None:
            return floor(times)
        if not isinstance(denominator, int) or denominator <= 0 or _has_fractions(numerator):
            return Polynomial.factor(Floor(numerator, denominator), self)
        if (parts := denominator_of(numerator)) > 1:
            return self.divide(numerator * parts, denominator * parts)
        if all(number < 0 for powers, number in numerator.terms.items() if powers):  # floor(-a / n) = -ceil(a / n)
            return -self.divide(denominator - 1 - numerator, denominator)
        outside = {powers: number // denominator for powers, number in numerator.terms.items() if powers}
        inside = {powers: number for powers, number in numerator.terms.items() if powers and number % denominator}
        outside = {powers: number for powers, number in outside.items() if powers not in inside}
        if not inside:
            return summed([outside, {CONSTANT: numerator.constant // denominator}], self)
        shared = gcd(denominator, *map(int, inside.values()))
        rest = {powers: number // shared for powers, number in [*inside.items(), (CONSTANT, numerator.constant)]}
        return summed([outside, _floor(rest, denominator // shared, self).terms], self)

    def divisor(self, first: Polynomial, second: Any) -> Any:
        """A factor."""
        return Polynomial.factor(GreatestCommonDivisor(first, second), self)

    def logarithm(self, value: Polynomial) -> Any:
        """A factor."""
        return Polynomial.factor(Logarithm(value), self)


UNKNOWN = Unknown()


def letter(name: str, judge: Judge = UNKNOWN, *, fractional: bool = False) -> Polynomial:
    """The letter `name`, for a number above 0.

    Args:
        name: as it is written.
        judge: what is known of it.
        fractional: whether it may have a fraction.
    """
    return Polynomial.factor((Fractional if fractional else Symbol)(name), judge)


def least(polynomial: Polynomial) -> Number | None:
    """What a polynomial is at the least, as far as that is seen from its terms; ``None`` where it is not.

    >>> height = letter("H")
    >>> least((height + 31) // 32 * 3 - 1), least(height - height * height)
    (2, None)
    """
    total: Number = 0
    for powers, number in polynomial.terms.items():
        lows = [(_least_factor(factor), exponent) for factor, exponent in powers]
        if (powers and number < 0) or any(low is None for low, _ in lows):
            return None
        product = number
        for low, exponent in lows:
            product *= (low or 0) ** exponent
        total += product
    return total


def _least_factor(factor: Expression) -> Number | None:
    """What a factor is at the least, from 0; ``None`` where that is not seen."""
    if isinstance(factor, Floor):
        low = least(factor.numerator) if isinstance(factor.denominator, int) else None
        return None if low is None or low < 0 else low // factor.denominator
    if isinstance(factor, Above | AtLeast | Fractional | Logarithm):
        return 0
    return 1 if isinstance(factor, Symbol | GreatestCommonDivisor) else None


def _has_fractions(polynomial: Polynomial) -> bool:
    return any(isinstance(factor, Fractional) for powers in polynomial.terms for factor, _ in powers)


def _floor(terms: Mapping[Monomial, Number], denominator: int, judge: Judge) -> Polynomial:
    """The floor of a sum of whole numbers over a number: floor(floor(a / m) / n) is floor(a / (m n))."""
    terms = {powers: number for powers, number in terms.items() if number}
    inner = _only_floor(terms)
    if inner is None:
        return Polynomial.factor(Floor(Polynomial(terms, judge), denominator), judge)
    above = inner.numerator + terms.get(CONSTANT, 0) * inner.denominator
    return Polynomial.factor(Floor(above, inner.denominator * denominator), judge)


def _only_floor(terms: Mapping[Monomial, Number]) -> Floor | None:
    """The floor that is all of a sum but for a whole number; ``None`` where it is something else."""
    others = [(powers, number) for powers, number in terms.items() if powers]
    if len(others) != 1 or others[0][1] != 1 or not isinstance(terms.get(CONSTANT, 0), int):
        return None
    ((factor, exponent), *more) = others[0][0]
    is_one = not more and exponent == 1 and isinstance(factor, Floor) and isinstance(factor.denominator, int)
    return factor if is_one else None  # type: ignore[return-value]
