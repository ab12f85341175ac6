"""What flows between layers: the shape of one sample, and how to read it."""

from __future__ import annotations

from typing import Literal

from cnncost.records import NamedTuple
from cnncost.symbolic.dims import product

Layout = Literal["map", "tokens", "flat"]
"""How the dimensions of a sample are read."""

ANY_LAYOUT: tuple[Layout, ...] = ("map", "tokens", "flat")
"""What a layer accepts that takes every layout."""


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
    """Feature maps, or features."""
    spatial: tuple[int, ...] = ()
    """Sizes of the spatial axes; of tokens, how many there are."""
    layout: Layout = "map"
    """How the dimensions are read."""

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
