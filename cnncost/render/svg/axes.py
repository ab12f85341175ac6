"""The axes of a picture: from values to places, with lines at round values."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.svg.canvas import element, number, text
from cnncost.units import count_text, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FAINT = "#bbbbbb"


class Axis(NamedTuple):
    """From values to places, logarithmically or not."""

    low: float
    high: float
    log: bool
    start: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], log: bool, start: float, end: float) -> Axis:
        """The axis of what values span, with a margin."""
        scaled = [log10(value) if log else value for value in values]
        low, high = min(scaled), max(scaled)
        margin = 0.05 * (high - low) or 0.5
        return cls(low - margin, high + margin, log, start, end)

    def place(self, value: float) -> float:
        """Where a value is drawn."""
        scaled = log10(value) if self.log else value
        return self.start + (self.end - self.start) * (scaled - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values that lie on it."""
        if self.log:
            mantissas = (1, 2, 5) if self.high - self.low < 3 else (1,)
            decades = range(floor(self.low), ceil(self.high) + 1)
            values = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
            return [value for value in values if self.low <= log10(value) <= self.high]
        steps = (mantissa * 10.0**decade for decade in range(-9, 16) for mantissa in (1, 2, 5))
        step = next(step for step in steps if (self.high - self.low) / step <= 8)
        return [step * turn for turn in range(ceil(self.low / step), floor(self.high / step) + 1)]


def scales(across: Axis, upwards: Axis, x_heading: str, y_heading: str) -> Iterator[str]:
    """Both axes, with lines at round values, and what they are."""
    left, right, bottom, top = across.start, across.end, upwards.start, upwards.end
    for value in upwards.ticks():
        y = upwards.place(value)
        yield element("line", x1=left, x2=right, y1=y, y2=y, stroke=_FAINT, stroke_width=0.5)
        yield text(_tick(value, upwards.log), left - 8, y + 4, text_anchor="end")
    for value in across.ticks():
        x = across.place(value)
        yield element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=_FAINT, stroke_width=0.5)
        yield text(_tick(value, across.log), x, bottom + 18, text_anchor="middle")
    middle = (top + bottom) / 2
    yield text(y_heading, 16, middle, text_anchor="middle", transform=f"rotate(-90 16 {number(middle)})")
    yield text(x_heading, (left + right) / 2, bottom + 48, text_anchor="middle")


def _tick(value: float, log: bool) -> str:
    return count_text(round(value)) if log and value >= 1 else number_text(value)
