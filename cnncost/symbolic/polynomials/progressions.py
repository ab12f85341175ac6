"""Polynomials in letters that run in steps: floors are exact there, and comparisons go the same way at all of them.

A floor stops a polynomial: ⌈H/32⌉ is none. Of sizes 32, 64, 96 and so on it is H/32. From a formula with floors
:func:`exact` finds the steps in which its letters must run, and the polynomial that it is then:

>>> height = letter("H")
>>> found = exact(((height + 31) // 32) ** 2 * 64, (), {"H": 224})
>>> str(found.polynomial), str(found.steps["H"])
('(1/16)·H²', 'a multiple of 32')
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, gcd
from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple
from cnncost.symbolic.polynomials.floors import letter
from cnncost.symbolic.polynomials.polynomial import Monomial, Polynomial, compared, denominator_of, letters_of, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cnncost.symbolic.polynomials.polynomial import Number

_LARGEST_STEP = 2**20
"""Nobody has a use for larger ones."""
_FINEST = 8
"""The parts of 1 in which a letter with fractions runs at the finest."""


class Condition(NamedTuple):
    """A relation of a polynomial to 0."""

    difference: Polynomial
    """What is compared with 0."""
    relation: str
    """``>``, ``≥``, ``=`` or ``≠``."""

    def __str__(self) -> str:
        return f"{self.difference} {self.relation} 0"

    @property
    def opposite(self) -> Condition:
        """What holds where this does not."""
        if self.relation in "=≠":
            return Condition(self.difference, "≠" if self.relation == "=" else "=")
        return Condition(-self.difference, "≥" if self.relation == ">" else ">")

    def holds(self, numbers: Mapping[str, Any]) -> Any:
        """Whether it holds for these numbers; for arrays of them, an array of truths."""
        value = self.difference.evaluate(numbers)
        return {">": value > 0, "≥": value >= 0, "=": value == 0, "≠": value != 0}[self.relation]


class Steps(NamedTuple):
    """The numbers that a letter may have: from the first on, in steps."""

    first: Number
    """The least of them."""
    step: Number
    """From one to the next."""

    def __str__(self) -> str:
        rest = self.first % self.step
        multiple = f"a multiple of {self.step}" if not rest else f"= {self.step}·n + {rest}"
        if self.step == 1 and not rest:
            return f"from {self.first} on"
        return multiple if self.first <= self.step else f"{multiple}, from {self.first} on"

    def includes(self, number: Number) -> bool:
        """Whether it may have this number."""
        return number >= self.first and not (number - self.first) % self.step


class Exact(NamedTuple):
    """What a formula is where its letters run in steps."""

    polynomial: Polynomial | int
    """It, in the letters."""
    steps: dict[str, Steps]
    """The numbers of each letter for which it holds."""
    conditions: tuple[Condition, ...]
    """What must hold besides; none, as a rule."""


class Inexact(Exception):  # noqa: N818 - not an error of the program
    """A formula that is no polynomial in any steps.

    Args:
        part: what stops it, as it is written.
    """

    def __init__(self, part: object) -> None:
        super().__init__(f"{part} is not a polynomial")
        self.part = str(part)


class _WiderSteps(Exception):  # noqa: N818
    """A letter must run in steps that are so many times as wide."""

    def __init__(self, letter: str, factor: int) -> None:
        super().__init__(letter, factor)
        self.letter, self.factor = letter, factor


class _LaterStart(Exception):  # noqa: N818
    """Some letters must start later."""

    def __init__(self, difference: Any) -> None:
        super().__init__(difference)
        self.letters = letters_of(difference)
        """Which."""


def exact(formula: Any, conditions: Sequence[Condition], numbers: Mapping[str, Number]) -> Exact:
    """The polynomial that a formula is, and in which steps its letters run for it, the present numbers among them.

    Args:
        formula: with floors and comparisons; or a number.
        conditions: what holds for the present numbers, and must for the others.
        numbers: the present number of each letter.

    Raises:
        Inexact: there are no such steps.
    """
    steps: dict[str, Number] = {
        name: Fraction(1, _FINEST) if number.denominator > 1 else 1 for name, number in numbers.items()
    }
    turns = dict.fromkeys(numbers, 1)
    while True:
        try:
            found = _from(turns, steps, numbers, formula, conditions)
        except _WiderSteps as wider:
            steps[wider.letter] *= wider.factor
            turns = dict.fromkeys(numbers, 1)
            if steps[wider.letter] > _LARGEST_STEP:
                raise Inexact(
                    f"`{wider.letter}` in a common multiple of its divisors, above {_LARGEST_STEP:,}"
                ) from None
        except _LaterStart as later:
            for name in later.letters:
                turns[name] *= 2
        else:
            return _earliest(found, turns, lambda fewer: _from(fewer, steps, numbers, formula, conditions))


def _earliest(found: Exact, turns: dict[str, int], find: Callable[[dict[str, int]], Exact]) -> Exact:
    """The same from the first numbers on from which it holds: between half of those found and these, by bisection."""
    for name, last in list(turns.items()):
        low, high = last // 2, last
        while high - low > 1:
            middle = (low + high) // 2
            try:
                found = find({**turns, name: middle})
                high = middle
            except (_LaterStart, _WiderSteps):
                low = middle
        turns[name] = high
    return found


def _from(
    turns: Mapping[str, int],
    steps: Mapping[str, Number],
    numbers: Mapping[str, Number],
    formula: Any,
    conditions: Sequence[Condition],
) -> Exact:
    """A formula where each letter starts so many steps from 0, and not beyond its present number.

    Raises:
        _WiderSteps, _LaterStart: that does not do.
    """
    starts: dict[str, Number] = {}
    for name, number in numbers.items():
        rest = number % steps[name]
        starts[name] = min(rest + steps[name] * (turns[name] - (rest > 0)), number)
    last = frozenset([name for name, number in numbers.items() if starts[name] == number])
    return _Progressions({name: Steps(starts[name], steps[name]) for name in numbers}, last).found(formula, conditions)


class _Progressions:
    """The judge of polynomials in how many steps each letter is from its start.

    Args:
        steps: those of each letter.
        last: the letters that start at their present number: what is not the same for all steps of these is taken as it
            is at the start, and noted.
    """

    def __init__(self, steps: dict[str, Steps], last: frozenset[str]) -> None:
        self.steps = steps
        self.last = last
        self.noted: dict[Condition, None] = {}

    def found(self, formula: Any, conditions: Iterable[Condition]) -> Exact:
        """What a formula is."""
        counted: dict[str, Any] = {
            name: letter(name, self) * step + first for name, (first, step) in self.steps.items()
        }
        for difference, relation in conditions:
            held = compared("=" if relation == "≠" else relation, difference.evaluate(counted))
            if bool(held) == (relation == "≠"):
                raise _LaterStart(difference)
        value = formula.evaluate(counted) if isinstance(formula, Polynomial) else formula
        return Exact(self._uncounted(value), self.steps, tuple(map(self._written, self.noted)))

    def simplest(self, terms: dict[Monomial, Number]) -> Polynomial:
        """The terms as they are."""
        return Polynomial(terms, self)

    def compare(self, relation: str, difference: Polynomial) -> int:
        """Whether a relation holds at all steps."""
        constant = difference.constant
        others = [number for factors, number in difference.terms.items() if factors]
        if all(number >= 0 for number in others) and (constant > 0 or (constant == 0 and relation == "≥")):
            return int(relation != "=")
        if all(number <= 0 for number in others) and (constant < 0 or (constant == 0 and relation == ">")):
            return 0
        if not self.last.issuperset(letters_of(difference)):
            raise _LaterStart(difference)
        held = {">": constant > 0, "≥": constant >= 0, "=": constant == 0}[relation]
        condition = Condition(difference, relation)
        self.noted[condition if held else condition.opposite] = None
        return int(held)

    def divide(self, numerator: Polynomial, denominator: Any) -> Any:
        """The quotient where it is one at all steps.

        Raises:
            _WiderSteps: a letter must run in wider steps for that.
        """
        if (times := ratio(numerator, denominator)) is not None:
            return floor(times)
        if not isinstance(denominator, int):
            raise Inexact(f"a quotient by {self._uncounted(denominator)}")
        parts = denominator_of(numerator)
        numerator, denominator = numerator * parts, denominator * parts
        for factors, number in numerator.terms.items():
            if factors and number % denominator:
                letter = min(str(factor) for factor, _ in factors)
                raise _WiderSteps(letter, denominator // gcd(denominator, int(number)))
        whole = numerator - numerator.constant
        return whole * Fraction(1, denominator) + numerator.constant // denominator

    def divisor(self, first: Polynomial, second: Any) -> Any:
        """The greatest common divisor with a number, where it is the same at all steps."""
        if not isinstance(second, int):
            raise Inexact(f"gcd({self._uncounted(first)}, {self._uncounted(second)})")
        return gcd(int(first - second * self.divide(first, second)), second)

    def logarithm(self, value: Polynomial) -> Any:
        """None is a polynomial."""
        raise Inexact(f"the logarithm of {self._uncounted(value)}")

    def _uncounted(self, value: Any) -> Any:
        """A polynomial in steps as one in the letters."""
        if not isinstance(value, Polynomial):
            return value
        letters = {name: (letter(name) - first) / step for name, (first, step) in self.steps.items()}
        return value.evaluate(letters)

    def _written(self, condition: Condition) -> Condition:
        return Condition(self._uncounted(condition.difference), condition.relation)
