"""Winograd's minimal filtering, by tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncost.algorithms.base import Algorithm, refusal_of_kernels, refusal_of_others, refusal_of_steps
from cnncost.layers.contractions.conv import Conv
from cnncost.symbolic.dims import ceil_div, product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.algorithms.base import ConvolutionCall
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

_KERNEL = 3


class Winograd(Algorithm):
    """F(m × m, 3 × 3): tiles of m × m outputs from (m + 2)² multiplications for each pair of channels.

    Tiles at the border are whole ones. Transforms are not counted: they add, and multiply by a few constants of the
    algorithm, as Lavin & Gray count it. Extra memory are all transformed inputs, filters and outputs of the whole batch
    at once, (m + 2)² numbers for each tile and channel and for each filter; implementations that fuse the steps keep
    less.
    """

    source = "notes 004, 8.4; Lavin & Gray 2016, section 4"
    letters: ClassVar[Mapping[str, str]] = {"t": "tiles, whole ones at the border too"}
    tile: ClassVar[int]
    """Outputs of a tile along each axis, m."""

    @property
    def products(self) -> int:
        """Multiplications for a tile and a pair of channels, (m + 3 - 1)²."""
        return (self.tile + _KERNEL - 1) ** 2

    def refusal(self, layer: Layer, x: Tensor) -> str | None:
        if not isinstance(layer, Conv):
            return refusal_of_others(layer)
        return refusal_of_kernels(layer, (_KERNEL, _KERNEL)) or refusal_of_steps(layer)

    def sizes(self, call: ConvolutionCall) -> dict[str, int]:
        return {"t": product(ceil_div(size, self.tile) for size in call.y.spatial)}

    def multiplications(self, call: ConvolutionCall, **sizes: int) -> int:
        return self.products * call.batch * call.filters * sizes["t"]

    def extra_elements(self, call: ConvolutionCall, **sizes: int) -> int:
        tiles = call.batch * sizes["t"]
        return self.products * (tiles * call.x.channels + call.filters + tiles * call.layer.out)


class Winograd2(Winograd, name="winograd_2"):
    """Winograd's F(2×2, 3×3): 16 multiplications for a tile of 2 × 2 outputs, where the loops have 36."""

    title = "Winograd F(2×2, 3×3)"
    short = "Winograd 2×2"
    tile = 2


class Winograd4(Winograd, name="winograd_4"):
    """Winograd's F(4×4, 3×3): 36 multiplications for a tile of 4 × 4 outputs, where the loops have 144."""

    title = "Winograd F(4×4, 3×3)"
    short = "Winograd 4×4"
    tile = 4
