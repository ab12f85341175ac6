"""What flows between layers: shapes of one sample, counts of operations, and the windows that layers look through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from fractions import Fraction

Layout = Literal["map", "tokens", "flat"]
ANY_LAYOUT: tuple[Layout, ...] = ("map", "tokens", "flat")


class Tensor(NamedTuple):
    """Shape of one sample, without the batch, and how to read it.

    A ``map`` is (channels, *spatial), ``tokens`` are (tokens, channels), ``flat`` is (channels,): so 197 tokens of 768
    are never taken for a one-dimensional signal.

    >>> Tensor(64, (56, 56)).dims, Tensor(64, (56, 56)).elements
    ((64, 56, 56), 200704)
    >>> Tensor(768, (197,), "tokens").dims
    (197, 768)
    """

    channels: int
    spatial: tuple[int, ...] = ()
    layout: Layout = "map"

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions in the order in which PyTorch holds them, without the batch."""
        if self.layout == "tokens":
            return (*self.spatial, self.channels)
        return (self.channels, *self.spatial)

    @property
    def positions(self) -> int:
        """Spatial positions (or tokens), H x W."""
        return product(self.spatial)

    @property
    def elements(self) -> int:
        """Numbers in the tensor, C x H x W."""
        return self.channels * product(self.spatial)

    @property
    def channel_axis(self) -> int:
        """The axis on which PyTorch holds the channels of a batch."""
        return -1 if self.layout == "tokens" else 1

    def __str__(self) -> str:
        return "[" + ", ".join(map(str, self.dims)) + "]"


class Operations(NamedTuple):
    """Scalar operations by kind, for one sample: what really runs, before any convention calls it FLOPs.

    Attributes:
        mac: multiply-accumulates of convolutions, linear layers and matrix products.
        add: additions and subtractions. mul: multiplications. div: divisions. cmp: comparisons.
        exp: exponentials and other transcendental functions (logarithm, root, error function).

    >>> Operations(mac=10, add=2).times(3)
    Operations(mac=30, add=6, mul=0, div=0, cmp=0, exp=0)
    """

    mac: int = 0
    add: int = 0
    mul: int = 0
    div: int = 0
    cmp: int = 0
    exp: int = 0

    def times(self, count: int) -> Operations:
        """The same operations, `count` times over."""
        return Operations(*(count * kind for kind in self))

    def plus(self, other: Operations) -> Operations:
        """Both one after the other."""
        return Operations(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class GradientMacs(NamedTuple):
    """Multiply-accumulates of the backward pass of one sample, by what they are the gradient of.

    Attributes:
        weights: the layer's own weights.
        inner: activations inside the layer, on the way to its weights (attention's queries, keys, values and scores).
        inputs: what the layer reads, for the layers upstream.
    """

    weights: int = 0
    inner: int = 0
    inputs: int = 0


class Buffers(NamedTuple):
    """Elements that a layer stores and does not train."""

    statistics: int = 0
    """Floating-point elements: running means and variances."""
    counters: int = 0
    """64-bit integers: batch norm's ``num_batches_tracked``."""


MOST_PHASES = 1024
"""Windows with more phases keep their size only: no network is like that, and the work stays bounded."""


class Window(NamedTuple):
    """What one output unit reads along one axis: unit `i` reads inputs `i * stride + start` and the `size - 1` after.

    `start` is minus the padding. Stride and start are fractions where a layer magnifies (transposed convolution); a
    stride of 0 reads the same place from everywhere (broadcasting).

    Where the stride is a fraction, outputs read what lies around that place: from the nearest integer on, unless
    `phases` says it exactly, by the first and last input of each output in turn. There are as many phases as the
    stride's denominator, after which the pattern repeats; `size` is the largest extent among them, and beyond
    :data:`MOST_PHASES` all that is known.
    """

    size: int
    stride: int | Fraction
    start: int | Fraction
    phases: tuple[tuple[int, int], ...] = ()
    gap: int = 1
    """Distance between the inputs that are read: the dilation, where a window is dilated."""


POINT = Window(1, 1, 0)

Reach = tuple[Window, ...] | Literal["point", "mixture", "moved", "scattered", "whole", "statistics", "nothing"]
"""What an output unit reads of one input: a window per axis, or

``point``: the same channel at the same position. ``mixture``: every channel at the same position (linear, layer norm).
``moved``: the channels of one position, somewhere else (tokens). ``scattered``: one unit, somewhere else (flatten,
reshape). ``whole``: everything (global pooling, attention). ``statistics``: the same position, and everything through
its mean and variance (group and instance norm). ``nothing``: only its shape.
"""
