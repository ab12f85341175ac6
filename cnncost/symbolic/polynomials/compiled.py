"""Polynomials as functions of NumPy's arrays, for grids of many points: exact, a chunk of points at a time.

>>> import numpy as np
>>> from cnncost.symbolic.polynomials.floors import letter
>>> height = letter("H")
>>> compiled = Compiled([((height + 31) // 32) ** 2 * 64])
>>> compiled({"H": np.array([224, 225, 10**10])})[0].tolist()
[3136, 4096, 6250000000000000000]
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnncost.symbolic.functions import Above, AtLeast, GreatestCommonDivisor
from cnncost.symbolic.polynomials.floors import Floor
from cnncost.symbolic.polynomials.polynomial import CONSTANT, Polynomial, denominator_of
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.symbolic.expression import Expression
    from cnncost.symbolic.polynomials.polynomial import Monomial, Number

    Values = list[Any]
    """The values of the factors, each in its place."""
    Compute = Callable[[Values], Any]

CHUNK = 4096
"""Points whose numbers, of all factors, fit into a processor's nearest caches."""
_LARGEST = 2**63 - 1


class Compiled:
    """Polynomials in the same letters as one function: a factor that several have is computed once.

    Args:
        formulas: polynomials, or numbers where they came to one.
    """

    def __init__(self, formulas: Sequence[Any]) -> None:
        self._places: dict[Expression, int] = {}
        self._steps: list[tuple[str | None, Compute | None]] = []
        self._formulas = formulas
        self._computes = [self._compute(formula) for formula in formulas]

    def __call__(self, numbers: Mapping[str, Any]) -> list[Any]:
        """The values of all formulas at every point.

        Args:
            numbers: for each letter an array of whole numbers, or a single one; all arrays are of one length.

        Returns:
            an array for each formula: of int64, or of Python's integers where these would not hold everything.
        """
        import numpy as np

        arrays = {name: np.asarray(values) for name, values in numbers.items()}
        count = max((array.size for array in arrays.values()), default=1)
        fits = self._fits({name: int(abs(array).max()) for name, array in arrays.items() if array.size})
        arrays = {name: array if fits else array.astype(object) for name, array in arrays.items()}
        results = [np.empty(count, np.int64 if fits else object) for _ in self._formulas]
        for start in range(0, count, CHUNK):
            part = slice(start, start + CHUNK)
            values = self._run({name: array[part] if array.ndim else array for name, array in arrays.items()})
            for result, compute in zip(results, self._computes, strict=True):
                result[part] = compute(values)
        return results

    def _run(self, numbers: Mapping[str, Any]) -> Values:
        values: Values = []
        for name, compute in self._steps:
            values.append(numbers[name] if name is not None else compute(values))  # type: ignore[misc]
        return values

    def _fits(self, largest: Mapping[str, int]) -> bool:
        """Whether 64 bits hold everything that is computed, for letters up to these magnitudes."""
        return all(_bound(formula, largest) <= _LARGEST for formula in self._formulas)

    def _compute(self, formula: Any) -> Compute:
        """A formula as a function of the values of the factors; fractions are whole where the formula holds."""
        if not isinstance(formula, Polynomial):
            return lambda _: formula
        parts = denominator_of(formula)
        compute = self._horner({powers: int(number * parts) for powers, number in formula.terms.items()})
        return compute if parts == 1 else lambda values: compute(values) // parts

    def _horner(self, terms: Mapping[Monomial, int]) -> Compute:
        """Terms with the factor taken out that most of them have, as often as that is so."""
        counts = Counter(factor for powers in terms for factor, _ in powers)
        if not counts:
            constant = terms[CONSTANT]
            return lambda _: constant
        factor = max(counts, key=lambda each: (counts[each], str(each)))
        place = self._place(factor)
        inner = self._horner({_divided(powers, factor): n for powers, n in terms.items() if factor in dict(powers)})
        others = {powers: number for powers, number in terms.items() if factor not in dict(powers)}
        if not others:
            return lambda values: values[place] * inner(values)
        rest = self._horner(others)

        def compute(values: Values) -> Any:
            total = values[place] * inner(values)
            total += rest(values)  # in place: a new array would leave the caches
            return total

        return compute

    def _place(self, factor: Expression) -> int:
        """Where the value of a factor is, which is computed before."""
        if factor not in self._places:
            step: tuple[str | None, Compute | None]
            step = (factor.name, None) if isinstance(factor, Symbol) else (None, self._factor(factor))
            self._places[factor] = len(self._steps)
            self._steps.append(step)
        return self._places[factor]

    def _factor(self, factor: Expression) -> Compute:
        """A factor that is no letter, of the values of those in it."""
        if isinstance(factor, Floor):
            above, below = self._compute(factor.numerator), factor.denominator
            if isinstance(below, int) and below.bit_count() == 1:  # a shift rounds down as well, and takes a tenth
                digits = below.bit_length() - 1
                return lambda values: above(values) >> digits
            divisor = self._compute(below)
            return lambda values: above(values) // divisor(values)
        if isinstance(factor, Above | AtLeast | GreatestCommonDivisor):
            left, right, compute = self._compute(factor.left), self._compute(factor.right), factor.compute
            return lambda values: compute(left(values), right(values))
        raise TypeError(f"{factor} is not computed on arrays")


def _divided(powers: Monomial, factor: Expression) -> Monomial:
    """Powers with one less of a factor."""
    exponents = dict(powers)
    exponents[factor] -= 1
    return frozenset([(each, exponent) for each, exponent in exponents.items() if exponent])


def _bound(value: Any, largest: Mapping[str, int]) -> int:
    """What neither a value nor anything that is computed for it exceeds in magnitude."""
    if not isinstance(value, Polynomial):
        return abs(int(value))
    total = Fraction(0)
    for powers, number in value.terms.items():
        product: Number = (number if number > 0 else -number) * denominator_of(value)
        for factor, exponent in powers:
            product *= max(_bound_of_factor(factor, largest), 1) ** exponent
        total += product
    return int(total) + 1


def _bound_of_factor(factor: Expression, largest: Mapping[str, int]) -> int:
    if isinstance(factor, Symbol):
        return largest.get(factor.name, 0)
    if isinstance(factor, Floor):
        below = factor.denominator
        above = _bound(factor.numerator, largest)
        return above if above > _LARGEST or not isinstance(below, int) else above // below + 1
    if isinstance(factor, Above | AtLeast | GreatestCommonDivisor):
        both = max(_bound(factor.left, largest), _bound(factor.right, largest))
        return 1 if both <= _LARGEST and not isinstance(factor, GreatestCommonDivisor) else both
    return _LARGEST + 1
