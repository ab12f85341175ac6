"""Polynomials with rational coefficients, in letters and in what is no polynomial: floors, comparisons.

A formula that is run on them comes out multiplied out and with like terms collected, so that the sum of a figure over
all layers of a network is one polynomial.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from cnncost.symbolic.expression import ATOM, PRODUCT, SUM, Expression, power_text
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Number: TypeAlias = int | Fraction
Monomial: TypeAlias = frozenset[tuple[Expression, int]]
"""Factors with their exponents; the empty one is that of the constant."""

_DIGITS = re.compile("([0-9]+)")

CONSTANT: Monomial = frozenset()


class Judge(Protocol):
    """What is known of the numbers of the letters, which decides what is no polynomial."""

    def simplest(self, terms: dict[Monomial, Number], /) -> Any:
        """A polynomial of terms none of which is 0, or something simpler that is the same."""

    def compare(self, relation: str, difference: Polynomial, /) -> Any:
        """1 or 0 as a difference is above 0 (``>``), at least 0 (``≥``) or equal to 0 (``=``), or a factor for it."""

    def divide(self, numerator: Polynomial, denominator: Any, /) -> Any:
        """The quotient, rounded down."""

    def divisor(self, first: Polynomial, second: Any, /) -> Any:
        """The greatest common divisor."""

    def logarithm(self, value: Polynomial, /) -> Any:
        """The logarithm to the base of two, rounded up."""


class Polynomial(Expression):
    """A sum of products of powers, each with a coefficient.

    Args:
        terms: the coefficients by their factors, none of them 0.
        judge: what is known of the letters.

    >>> from cnncost.symbolic.polynomials.floors import letter
    >>> batch, height = letter("B"), letter("H")
    >>> str(3 * height * (height + batch) - 7), (height * height / 4).evaluate({"H": 6})
    ('3·B·H + 3·H² − 7', 9)
    """

    __slots__ = ("judge", "terms")

    def __init__(self, terms: Mapping[Monomial, Number], judge: Judge) -> None:
        self.terms = terms
        self.judge = judge
        self.key = (frozenset(terms.items()),)

    @classmethod
    def factor(cls, factor: Expression, judge: Judge) -> Polynomial:
        """One factor alone."""
        return cls({frozenset([(factor, 1)]): 1}, judge)

    @property
    def binding(self) -> int:  # type: ignore[override]
        """How tightly its text holds together."""
        if len(self.terms) > 1:
            return SUM
        ((factors, number),) = self.terms.items()
        return PRODUCT if number != 1 or sum(exponent for _, exponent in factors) > 1 else ATOM

    @property
    def constant(self) -> Number:
        """The term without factors."""
        return self.terms.get(CONSTANT, 0)

    @property
    def factors(self) -> list[Expression]:
        """What it is a polynomial in, each once: letters first."""
        return sorted({factor for monomial in self.terms for factor, _ in monomial}, key=_order)

    @property
    def letters(self) -> list[str]:
        """The letters in it, inside floors too."""
        return letters_of(self)

    def ordered(self) -> list[tuple[list[tuple[Expression, int]], Number]]:
        """The terms as they are written: of the highest degree first."""
        terms = [(sorted(powers, key=lambda power: _order(power[0])), number) for powers, number in self.terms.items()]
        return sorted(terms, key=lambda term: (-_degree(term[0]), [(*_order(each), -times) for each, times in term[0]]))

    def evaluate(self, numbers: Mapping[str, Any]) -> Any:
        """The value for these numbers, which may be anything that has their arithmetic: arrays, other polynomials."""
        total: Any = 0
        for powers, number in self.terms.items():
            product: Any = number
            for factor, exponent in powers:
                product = product * factor.evaluate(numbers) ** exponent
            total = total + product
        return whole(total)

    def text(self, name: Callable[[str], str]) -> str:
        text = ""
        for powers, number in self.ordered():
            term = _term_text(powers, number if number > 0 else -number, name)
            sign = "−" if number < 0 else "+"
            text = f"{text} {sign} {term}" if text else term if number > 0 else sign + term
        return text

    def __add__(self, other: Any) -> Any:
        terms = terms_of(other)
        return NotImplemented if terms is None else summed([self.terms, terms], self.judge)

    def __radd__(self, other: Any) -> Any:
        return self.__add__(other)

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        factors = terms_of(other)
        if factors is None:
            return NotImplemented
        terms: dict[Monomial, Number] = {}
        for one, number in self.terms.items():
            for another, other_number in factors.items():
                product = _product(one, another)
                terms[product] = terms.get(product, 0) + number * other_number
        return summed([terms], self.judge)

    def __rmul__(self, other: Any) -> Any:
        return self.__mul__(other)

    def __pow__(self, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = self * result
        return result

    def __truediv__(self, other: Any) -> Any:
        return self * (1 / Fraction(other)) if isinstance(other, int | float | Fraction) else NotImplemented

    def __floordiv__(self, other: Any) -> Any:
        return self.judge.divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self.judge.divide(Polynomial({CONSTANT: other}, self.judge), self) if other else 0

    def __mod__(self, other: Any) -> Any:
        return self - other * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return other - self * (other // self)

    # Comparisons are 1 or 0, or a factor that is; `==` says whether two are the same polynomial.

    def __gt__(self, other: Any) -> Any:
        return self._compared(">", self - other)

    def __ge__(self, other: Any) -> Any:
        return self._compared("≥", self - other)

    def __lt__(self, other: Any) -> Any:
        return self._compared(">", other - self)

    def __le__(self, other: Any) -> Any:
        return self._compared("≥", other - self)

    def equals(self, other: Any) -> Any:
        """1 where both are the same number, else 0, or a factor that is."""
        return self._compared("=", self - other)

    def _compared(self, relation: str, difference: Any) -> Any:
        return compared(relation, difference)

    def greatest_common_divisor(self, other: Any) -> Any:
        """What :func:`cnncost.symbolic.dims.greatest_common_divisor` gives."""
        return self.judge.divisor(self, other)

    def rounded_logarithm(self) -> Any:
        """What :func:`cnncost.symbolic.dims.rounded_logarithm` gives."""
        return self.judge.logarithm(self)


def compared(relation: str, difference: Any) -> Any:
    """1 or 0 as a difference, a number or a polynomial, is above, at least or equal to 0; or a factor for it."""
    if isinstance(difference, Polynomial):
        return difference.judge.compare(relation, difference)
    return int({">": difference > 0, "≥": difference >= 0, "=": difference == 0}[relation])


def summed(parts: Iterable[Mapping[Monomial, Number]], judge: Judge) -> Any:
    """The terms of several polynomials as one; a number where nothing else is left."""
    terms: dict[Monomial, Number] = {}
    for part in parts:
        for powers, number in part.items():
            terms[powers] = terms.get(powers, 0) + number
    left = {powers: whole(number) for powers, number in terms.items() if number}
    return left.get(CONSTANT, 0) if left.keys() <= {CONSTANT} else judge.simplest(left)


def terms_of(value: Any) -> Mapping[Monomial, Number] | None:
    """The terms of a number or a polynomial; ``None`` of anything else."""
    if isinstance(value, Polynomial):
        return value.terms
    if isinstance(value, float):
        value = Fraction(value)
    if isinstance(value, int | Fraction):
        return {CONSTANT: value} if value else {}
    return None


def ratio(numerator: Polynomial, denominator: Any) -> Number | None:
    """How many times one polynomial is another; ``None`` where that depends on the letters.

    >>> from cnncost.symbolic.polynomials.floors import letter
    >>> ratio(letter("C") * 6 + 9, letter("C") * 2 + 3), ratio(letter("C") + 1, letter("C"))
    (Fraction(3, 1), None)
    """
    if not isinstance(denominator, Polynomial) or numerator.terms.keys() != denominator.terms.keys():
        return None
    ratios = {Fraction(number, denominator.terms[powers]) for powers, number in numerator.terms.items()}
    return ratios.pop() if len(ratios) == 1 else None


def denominator_of(polynomial: Polynomial) -> int:
    """The least common denominator of the coefficients."""
    return lcm(*(number.denominator for number in polynomial.terms.values()))


def letters_of(value: Any) -> list[str]:
    """The letters of an expression, each once, in the order in which they are written."""
    found: dict[str, None] = {}
    if isinstance(value, Expression):
        value.text(lambda name: found.setdefault(name) or name)
    return list(found)


def whole(number: Any) -> Any:
    """A fraction that is a whole number as one, and everything else as it is."""
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def _product(one: Monomial, another: Monomial) -> Monomial:
    if not one or not another:
        return one or another
    exponents = dict(one)
    for factor, exponent in another:
        exponents[factor] = exponents.get(factor, 0) + exponent
    return frozenset(exponents.items())


def _degree(powers: list[tuple[Expression, int]]) -> int:
    return sum(exponent for _, exponent in powers)


def _order(factor: Expression) -> tuple[bool, list[int | str]]:
    """Letters before what is made of them, each by name, in which 4 comes before 16."""
    parts = _DIGITS.split(str(factor))
    return not isinstance(factor, Symbol), [int(part) if part.isdigit() else part for part in parts]


def _term_text(powers: list[tuple[Expression, int]], number: Number, name: Callable[[str], str]) -> str:
    factors = [power_text(factor, exponent, name) for factor, exponent in powers]
    if number == 1 and factors:
        return "·".join(factors)
    written = f"{number:,}" if isinstance(number, int) else f"({number.numerator:,}/{number.denominator:,})"
    return "·".join([written, *factors])
