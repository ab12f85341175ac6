"""What one output unit of a layer reads: a window along every axis, or one of a few ways that need no numbers."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction


class Reads(Enum):
    """What an output unit reads of an input where it takes no window to say it."""

    POINT = "point"
    """The same channel at the same position: activations, batch norm, sums."""
    MIXTURE = "mixture"
    """Every channel at the same position: linear layers, layer norm, softmax."""
    MOVED = "moved"
    """The channels of one position, at another: tokens of a map, spatial axes in another order."""
    SCATTERED = "scattered"
    """One unit, at another position and in another channel: flatten, reshape."""
    WHOLE = "whole"
    """Every channel at every position: global pools, attention."""
    STATISTICS = "statistics"
    """The same position, and everything through its mean and variance: group and instance norm."""
    NOTHING = "nothing"
    """None of its numbers, only its shape: the step that a crop is `like`."""


MOST_PHASES = 1024
"""Windows with more phases keep their size only: no network is like that, and the work stays bounded."""


class Window(NamedTuple):
    """What one output unit reads along one axis: unit `i` reads inputs `i * stride + start` and the `size - 1` after.

    Where the stride is a fraction, outputs read what lies around that place: from the nearest integer on, unless
    `phases` says it exactly.
    """

    size: int
    """Inputs from the first that is read to the last; of the largest phase, where they differ."""
    stride: int | Fraction
    """Inputs from one unit's window to the next one's.

    A fraction where a layer magnifies (transposed convolution), 0 where all units read one place (broadcasting).
    """
    start: int | Fraction
    """The first input of the first unit: minus the padding."""
    phases: tuple[tuple[int, int], ...] = ()
    """The first and last input of each output in turn, as many as the stride's denominator; then the pattern repeats.

    Beyond :data:`MOST_PHASES` only the size is known.
    """
    gap: int = 1
    """Distance between the inputs that are read: the dilation, where a window is dilated."""


SAME_POSITION = Window(1, 1, 0)
"""The window of a unit that reads the input at its own position."""

Reach = tuple[Window, ...] | Reads
"""What an output unit reads of one input: a window along every axis, or the way that it reads it."""


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
