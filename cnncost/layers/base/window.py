"""What one output unit of a layer reads: a window along every axis, or one of a few ways that need no numbers."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction


class Reads(Enum):
    """What an output unit reads of an input where it takes no window to say it."""

    POINT = "point"
    """The same channel at the same position: activations, batch norm, sums."""
    MIXTURE = "mixture"
    """Every channel at the same position: linear layers, layer norm, softmax."""
    NEIGHBOURS = "neighbours"
    """Some of the channels at the same position: local response normalisation."""
    WHOLE = "whole"
    """Every channel at every position: global pools, attention."""
    STATISTICS = "statistics"
    """The same position, and everything through its mean and variance: group and instance norm."""
    ANYWHERE = "anywhere"
    """Some of the positions, and nobody knows which before it runs: a bound. Sampling at learned places."""
    ELSEWHERE = "elsewhere"
    """One unit at another place, of which it is not said which: a flip."""
    NOTHING = "nothing"
    """None of its numbers, only its shape: the step that a crop is `like`."""


MOST_PHASES = 1024
"""Windows with more phases, and fields, are bounded instead of exact: the work stays bounded too."""


class Window(NamedTuple):
    """What one output unit reads along one axis: unit `i` reads inputs `i * stride + start` and the `size - 1` after.

    Where the stride is a fraction, `phases` say it exactly. Where they would be too many, `start` is a fraction too,
    and what is read lies between that place and `size - 1` after it.
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

    Beyond :data:`MOST_PHASES` there are none.
    """
    gap: int = 1
    """Distance between the inputs that are read: the dilation, where a window is dilated."""
    beyond: str = "zeros"
    """What lies beyond the border: nothing of the input (``zeros``), or what ``reflect``, ``replicate`` or ``circular``
    padding takes from inside. Windows keep their size, and go on beyond the border all the same."""

    @property
    def exact(self) -> bool:
        """Whether it says what is read, and not only between which places it lies."""
        return bool(self.phases) or self.stride.denominator == 1

    def input_at(self, place: int, size: int) -> int | None:
        """Which of `size` inputs is read at a place of the window, maybe beyond the border; ``None`` if none is.

        >>> [Window(3, 1, -1, beyond=mode).input_at(-1, 8) for mode in ("zeros", "reflect", "replicate", "circular")]
        [None, 1, 0, 7]
        """
        if 0 <= place < size:
            return place
        if self.beyond == "reflect":
            return -place if place < 0 else 2 * (size - 1) - place
        if self.beyond == "replicate":
            return 0 if place < 0 else size - 1
        return place % size if self.beyond == "circular" else None


SAME_POSITION = Window(1, 1, 0)
"""The window of a unit that reads the input at its own position."""


class Grouped(NamedTuple):
    """Windows or a way of reading, where each group of output channels reads one group of the input's channels.

    >>> Grouped(Reads.WHOLE, groups=512)  # a global pool: every channel reads itself
    Grouped(reads=<Reads.WHOLE: 'whole'>, groups=512)
    """

    reads: tuple[Window, ...] | Reads
    """What is read of the channels of the group."""
    groups: int
    """How many groups there are: 1 where every output channel reads all of the input's."""


class Shifted(NamedTuple):
    """Each output channel reads the one channel, at the same position, that lies so many before it."""

    by: int
    """Channels; an output channel whose place lies outside of the input reads nothing of it."""


class Dealt(NamedTuple):
    """The channels of so many groups, side by side, are dealt out in turn: one of each, then the next of each."""

    groups: int
    """How many groups there are."""


class Relabelling(NamedTuple):
    """Each output unit reads one unit, and only its place is another.

    The elements of the sample, in the order in which PyTorch holds them, are cut into axes of these sizes; the axes are
    put into another order, and the dimensions of the output are made of what lies side by side.

    >>> Relabelling((8, 4, 4), (1, 2, 0))  # channels behind the positions
    Relabelling(cut=(8, 4, 4), order=(1, 2, 0))
    """

    cut: tuple[int, ...]
    """Sizes of the axes, outermost first."""
    order: tuple[int, ...]
    """Which of them comes first, second, ..."""


class Unfolded(NamedTuple):
    """Each output unit reads one unit of one window: the channels hold its elements, and the windows lie in a row.

    >>> Unfolded((Window(3, 1, -1),), kernel=(3,), counts=(8,)).windows[0].size  # a signal, three elements at a time
    3
    """

    windows: tuple[Window, ...]
    """The window along each of the input's axes."""
    kernel: tuple[int, ...]
    """How many elements it has along each, `gap` apart."""
    counts: tuple[int, ...]
    """How many windows there are along each."""


class Folded(NamedTuple):
    """The reverse: each output unit reads those elements of windows in a row that lie at its place, and adds them."""

    windows: tuple[Window, ...]
    """Which of them an output unit reads along each of its axes, as in a transposed convolution."""
    kernel: tuple[int, ...]
    """How many elements each has along an axis."""
    counts: tuple[int, ...]
    """How many windows there are along each."""


class Contracted(NamedTuple):
    """Each output unit reads the units whose places along some axes are its own, and all there are along the others.

    >>> Contracted((0, None))  # of the rows of a matrix, whose channels are rows: a whole row
    Contracted(follows=(0, None))
    """

    follows: tuple[int | None, ...]
    """For each of the input's dimensions, in PyTorch's order, the output's that it follows; ``None`` for all of it."""


class Picked(NamedTuple):
    """Each output unit reads one unit: along every dimension, that of the channels among them, what a window shows it.

    >>> every_other = Picked((Window(1, 2, 0), SAME_POSITION, SAME_POSITION))  # of the channels of a map
    """

    windows: tuple[Window, ...]
    """One for each of the input's dimensions, in PyTorch's order, each of size 1."""
    dropped: int | None = None
    """The dimension that the output does not have, along which all units read the first place of the window."""


class Beside(NamedTuple):
    """Output units along one axis read this input where its turn is, and other inputs elsewhere."""

    axis: int
    """The axis behind the channels, counted from 0."""
    start: int
    """Where its units begin in the output."""


Moved = Shifted | Dealt | Relabelling | Unfolded | Folded | Contracted | Picked | Beside
"""What is read in another order, at other places, or of several axes at once: no windows say it."""

Reach = tuple[Window, ...] | Reads | Grouped | Moved
"""What an output unit reads of one input: a window along every axis (of all channels), or the way that it reads it."""


def windows_of(reach: Reach) -> tuple[Window, ...] | None:
    """The window along every axis, where there are any."""
    reads = reach.reads if isinstance(reach, Grouped) else reach
    return None if isinstance(reads, Reads | Moved) else reads


def stretched(
    size: int, out: int, reads: Callable[[int], tuple[int, int]], within: tuple[Fraction | int, Fraction | int]
) -> Window:
    """The window along an axis of `size` inputs and `out` outputs, where output o reads from one input to another.

    It starts where the phases do on average, each less the strides before it. Where the phases are too many, the inputs
    that are read lie `within` so many before and behind the place o size / out.

    >>> stretched(8, 16, lambda o: (o // 2, o // 2), (-1, 0))  # outputs lie before and behind the place they see
    Window(size=1, stride=Fraction(1, 2), start=Fraction(-1, 4), phases=((0, 0), (0, 0)), gap=1, beyond='zeros')
    """
    from fractions import Fraction  # only the networks that stretch pay for the import

    stride = Fraction(size, out)
    if stride.denominator > MOST_PHASES:
        first, last = within
        return Window(-((first - last) // 1) + 1, stride, Fraction(first))
    phases = tuple([reads(output) for output in range(stride.denominator)])
    extent = max(last - first for first, last in phases) + 1
    if len(phases) == 1:
        return Window(extent, stride.numerator, phases[0][0])
    ends = sum(first + last for first, last in phases)
    center = Fraction(ends, 2 * len(phases)) - stride * (len(phases) - 1) / 2
    return Window(extent, stride, center - Fraction(extent - 1, 2), phases)
