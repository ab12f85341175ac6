"""The windows of layers that lay an axis out anew at another size: interpolation, adaptive bins, pixel shuffle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.base.tensor import MOST_PHASES, Window

if TYPE_CHECKING:
    from collections.abc import Callable


def stretched(size: int, out: int, reads: Callable[[int], tuple[int, int]], most: int) -> Window:
    """The window along an axis of `size` inputs and `out` outputs, where output o reads from one input to another.

    An output reads `most` inputs at most, which is all that is said where the phases are too many.

    It starts where the phases do on average, each less the strides before it.

    >>> stretched(8, 16, lambda o: (o // 2, o // 2), 1)  # outputs lie a quarter before and behind the place they see
    Window(size=1, stride=Fraction(1, 2), start=Fraction(-1, 4), phases=((0, 0), (0, 0)), gap=1)
    """
    from fractions import Fraction  # only the networks that stretch pay for the import

    stride = Fraction(size, out)
    if stride.denominator > MOST_PHASES:
        return Window(most, stride, 0)
    phases = tuple([reads(output) for output in range(stride.denominator)])
    extent = max(last - first for first, last in phases) + 1
    if len(phases) == 1:
        return Window(extent, stride.numerator, phases[0][0])
    ends = sum(first + last for first, last in phases)
    center = Fraction(ends, 2 * len(phases)) - stride * (len(phases) - 1) / 2
    return Window(extent, stride, center - Fraction(extent - 1, 2), phases)
