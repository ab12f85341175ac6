"""The axes of a picture: from values to places, with lines at round values."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.svg.canvas import element, number, text
from cnncost.units import BYTE_UNITS, COUNT_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FAINT = "#bbbbbb"
_MOST_TICKS = 8


class Axis(NamedTuple):
    """From values to places, logarithmically or not."""

    low: float
    """Where it begins, as a logarithm to the base of ten where it is logarithmic."""
    high: float
    """Where it ends, likewise."""
    log: bool
    """Whether it is logarithmic."""
    start: float
    """The place where it begins."""
    end: float
    """The place where it ends."""
    in_bytes: bool = False
    """Whether its values are bytes, which are round in other numbers."""

    @classmethod
    def of(cls, values: Sequence[float], log: bool, start: float, end: float, *, in_bytes: bool = False) -> Axis:
        """The axis of what values span, with a margin; of positive ones where it is logarithmic."""
        scaled = [log10(value) if log else value for value in values]
        low, high = min(scaled), max(scaled)
        margin = 0.05 * (high - low) or 0.5
        return cls(low - margin, high + margin, log, start, end, in_bytes)

    def place(self, value: float) -> float:
        """Where a value is drawn."""
        scaled = log10(value) if self.log else value
        return self.start + (self.end - self.start) * (scaled - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values that lie on it: three or more.

        >>> Axis(6.0, 7.0, True, 0, 1).ticks()
        [1000000.0, 2000000.0, 5000000.0, 10000000.0]
        >>> Axis(6.5, 6.6, True, 0, 1).ticks()  # 3.16 M to 3.98 M
        [3200000.0, 3400000.0, 3600000.0, 3800000.0]
        >>> Axis(6.0, 8.0, True, 0, 1, in_bytes=True).ticks()[0] == 2**20
        True
        """
        if not self.log:
            return self._even(self.low, self.high)
        found = self._powers_of_two() if self.in_bytes else self._decades()
        return found if len(found) > 2 else self._even(10**self.low, 10**self.high)

    def _decades(self) -> list[float]:
        mantissas = (1, 2, 5) if self.high - self.low < 3 else (1,)
        decades = range(floor(self.low), ceil(self.high) + 1)
        values = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
        return [value for value in values if self.low <= log10(value) <= self.high]

    def _powers_of_two(self) -> list[float]:
        first, last = ceil(self.low / log10(2)), floor(self.high / log10(2))
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (last - first) / step <= _MOST_TICKS)
        return [2.0**power for power in range(-(-first // step) * step, last + 1, step)]

    def _even(self, low: float, high: float) -> list[float]:
        """Values that are equally far apart."""
        unit = 1024.0 ** max(0, floor(log10(max(high, 1)) / log10(1024))) if self.in_bytes else 1.0
        steps = (mantissa * 10.0**decade * unit for decade in range(-9, 16) for mantissa in (1, 2, 5))
        step = next(step for step in steps if (high - low) / step <= _MOST_TICKS)
        return [step * turn for turn in range(ceil(low / step), floor(high / step) + 1)]

    def text_of(self, value: float) -> str:
        """How a round value is written.

        >>> Axis(6, 9, True, 0, 1).text_of(2e7), Axis(0, 100, False, 0, 1).text_of(80.0)
        ('20 M', '80')
        >>> Axis(6, 9, True, 0, 1, in_bytes=True).text_of(2.0**21)
        '2 MiB'
        """
        base, units = (1024, BYTE_UNITS) if self.in_bytes else (1000, COUNT_UNITS)
        scale = 0
        while abs(value) >= base ** (scale + 1) * 0.9999 and scale + 1 < len(units):
            scale += 1
        return f"{value / base**scale:.6g} {units[scale]}".rstrip()


def scales(across: Axis, upwards: Axis, x_heading: str, y_heading: str) -> Iterator[str]:
    """Both axes, with lines at round values, and what they are."""
    left, right, bottom, top = across.start, across.end, upwards.start, upwards.end
    for value in upwards.ticks():
        y = upwards.place(value)
        yield element("line", x1=left, x2=right, y1=y, y2=y, stroke=_FAINT, stroke_width=0.5)
        yield text(upwards.text_of(value), left - 8, y + 4, text_anchor="end")
    for value in across.ticks():
        x = across.place(value)
        yield element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=_FAINT, stroke_width=0.5)
        yield text(across.text_of(value), x, bottom + 18, text_anchor="middle")
    middle = (top + bottom) / 2
    yield text(y_heading, 16, middle, text_anchor="middle", transform=f"rotate(-90 16 {number(middle)})")
    yield text(x_heading, (left + right) / 2, bottom + 48, text_anchor="middle")
