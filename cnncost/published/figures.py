"""Printed figures: whether a number comes out as somebody printed it, `25.6M`, once rounded or cut to those digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from cnncost.amounts import read_count
from cnncost.records import NamedTuple

Agreement = Literal["exact", "rounded", "truncated"]
"""How a printed figure follows from a number: it is the number, or the number rounded, or cut off."""

_SUFFIXES = "kmgtp"
"""Letters that stand for a power of 1000 or of 1024, from the first on; a B stands for billions."""

_FEWEST_DIGITS = 2
"""How many digits of a whole number with zeros at its end are taken for significant, at the least."""


class PrintedFigure(NamedTuple):
    """A figure as it was printed."""

    text: str
    """As printed."""
    value: Fraction
    """What it says."""
    unit: Fraction
    """What one in its last significant digit is worth."""

    @classmethod
    def read(cls, text: str) -> PrintedFigure:
        """The figure in a text such as `25.6M`, `25,557,032` or `4.09G`.

        Zeros at the end of a whole number may stand for digits that were not printed, all but the first two:
        `390M` is printed of 385,814,752.

        Raises:
            SpecError: not an amount.

        >>> PrintedFigure.read("4.09G").unit, PrintedFigure.read("390M").unit
        (Fraction(10000000, 1), Fraction(10000000, 1))
        """
        digits, places, factor = read_count(text)
        scale = Fraction(factor, 10**places)
        shown = str(digits)
        zeros = 0 if places else min(len(shown) - len(shown.rstrip("0")), max(len(shown) - _FEWEST_DIGITS, 0))
        return cls(text.strip(), digits * scale, scale * 10**zeros)

    def agreement(self, number: float | Fraction) -> Agreement | None:
        """How the figure follows from a number; ``None`` where it does not.

        >>> printed = PrintedFigure.read("3.8G")
        >>> printed.agreement(3_800_000_000), printed.agreement(3_849_000_000), printed.agreement(3_857_973_248)
        ('exact', 'rounded', 'truncated')
        >>> printed.agreement(4_089_184_256)
        """
        above = Fraction(number) - self.value
        if above == 0:
            return "exact"
        if abs(above) <= self.unit / 2:
            return "rounded"
        return "truncated" if 0 < above < self.unit else None

    def in_units_of_1024(self) -> PrintedFigure | None:
        """The figure where K, M and G are meant as 1024, its square and its cube; ``None`` where none of them stands.

        >>> hrnet = PrintedFigure.read("3.99G").in_units_of_1024()  # its 4,283,537,072 multiply-accumulates
        >>> hrnet and hrnet.agreement(4_283_537_072)
        'rounded'
        """
        power = _SUFFIXES.find(self.text[-1:].lower()) + 1
        ratio = Fraction(1024, 1000) ** power
        return self._replace(value=self.value * ratio, unit=self.unit * ratio) if power else None

    def difference(self, number: float | Fraction) -> float:
        """How far the number is from the figure, as a share of the figure: 0.07 is 7 % above it.

        Raises:
            ZeroDivisionError: the figure is zero.

        >>> PrintedFigure.read("4G").difference(4_200_000_000)
        0.05
        """
        return float(Fraction(number) / self.value - 1)
