"""Grids of places, and maps sampled there: spatial transformers, optical flow, warping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from cnncost.autograd import views
from cnncost.autograd.strides import Strides
from cnncost.autograd.tensors import wider
from cnncost.errors import LayerError
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.specifiers import choice, flag, reference, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.layers.joins.join import Join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

_TAPS = {"bilinear": 2, "nearest": 1, "bicubic": 4}
_RANKS = (2, 3)
_INPUTS = 2

UNKNOWN_PLACES = "it samples at places that only the numbers say"
"""Why one channel cannot stand for a layer that samples."""

# Of one coordinate, by mode: from -1..1 to pixels without corners, down to a whole one, and a weight for every tap.
_WEIGHTS = {
    "nearest": Operations(cmp=1),
    "bilinear": Operations(cmp=1, add=2),
    "bicubic": Operations(cmp=1, add=13, mul=12),
}
_BEYOND = {
    "zeros": Operations(),
    "border": Operations(cmp=2),
    "reflection": Operations(cmp=4, add=2, div=1),
}


class GridSample(Join, keyword="grid_sample"):
    """A map at the places that a grid says: [2, H, W] of the coordinates x and y, from -1 to 1; of volumes z too.

    PyTorch has the coordinates on the last axis, [H, W, 2]; here they are channels, as a convolution writes them.

    >>> sample, x, grid = GridSample(), Tensor(64, (28, 28)), Tensor(2, (14, 14))
    >>> sample.output(x, grid).dims
    (64, 14, 14)
    """

    family = "sampling"
    source = "Jaderberg et al. 2015, section 3.3; PyTorch, grid_sample"
    accepts = ("map",)
    needs_all_inputs = True

    mode: str = choice("interpolation, linear of volumes too where it is bilinear", tuple(_TAPS), default="bilinear")
    padding_mode: str = choice("what lies beyond the border", tuple(_BEYOND), default="zeros")
    align_corners: bool = flag("whether -1 and 1 are the middles of the outermost pixels", default=False)

    def check(self, *xs: Tensor) -> None:
        if len(xs) != _INPUTS:
            given = "one output" if len(xs) == 1 else f"{len(xs)} outputs"
            message = f"`grid_sample` reads a map and a grid, not {given}"
            raise LayerError(message, hint="as in `{grid_sample, from: [map, grid]}`")
        x, grid = xs
        rank = len(x.spatial)
        if rank not in _RANKS:
            raise LayerError(f"`grid_sample` works on 2 or 3 spatial axes, and its map {x} has {rank}")
        if (grid.layout, grid.channels, len(grid.spatial)) != ("map", rank, rank):
            message = f"a grid for {x} has {rank} channels, a coordinate each, and {rank} axes: it is not {grid}"
            raise LayerError(message, hint=_of_coordinates_last(grid, rank))
        if self.mode == "bicubic" and rank != _RANKS[0]:
            raise LayerError(f"`bicubic` interpolates 2 axes, and the map {x} has {rank}", field="mode")

    def output(self, x: Tensor, grid: Tensor) -> Tensor:
        return Tensor(x.channels, grid.spatial)

    def operations(self, x: Tensor, grid: Tensor, y: Tensor) -> Operations:
        """A weighted sum of t^rank neighbours per output, t = 1 (nearest, a copy), 2 (linear) or 4 (cubic).

        Besides, once for all channels, the place and the weights: two additions (one with aligned corners), a product,
        a division and a rounding for a coordinate; two additions for its linear weights, and for its cubic ones a
        fraction and four polynomials of third degree; a product for every further axis of a neighbour. The border
        takes two comparisons of a coordinate, a reflection besides two more, two additions and a division.
        """
        rank = len(x.spatial)
        taps, weighed = _TAPS[self.mode] ** rank, self.mode != "nearest"
        to_pixels = Operations(add=1 if self.align_corners else 2, mul=1, div=1)
        each = to_pixels.plus(_BEYOND[self.padding_mode]).plus(_WEIGHTS[self.mode])
        products = Operations(mul=weighed * (rank - 1) * taps * y.positions)
        summed = Operations(mul=weighed * taps * y.elements, add=(taps - 1) * y.elements)
        return each.times(grid.elements).plus(products).plus(summed)

    def reach(self, x: Tensor, grid: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Any position, as the grid says, whose own position is the output's."""
        return Grouped(Reads.ANYWHERE, x.channels), Reads.MIXTURE

    def record(self, tape: Tape, x: Value, grid: Value, y: Tensor) -> Value:
        """Autocast runs it in single precision on CPUs, and in the wider of both formats on GPUs."""
        rank = len(y.spatial)
        grid = views.permute(tape, grid, (0, *range(2, 2 + rank), 1))
        dtype = "float32" if tape.device == "cpu" else wider(x.dtype, grid.dtype)
        if tape.autocast is not None:
            grid, x = tape.cast(grid, dtype), tape.cast(x, dtype)
        return tape.run("grid_sampler", [x, grid], tape.batch * y.elements, keeps=[x, grid])

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        how = self.mode, self.padding_mode, self.align_corners
        return lambda x, grid: nn.functional.grid_sample(x, grid.movedim(1, -1), *how)

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """Nothing can stand for it.

        Raises:
            LayerError: always.
        """
        raise LayerError(UNKNOWN_PLACES)


def _of_coordinates_last(grid: Tensor, rank: int) -> str:
    """How a grid as PyTorch has it becomes one of channels; else, what a grid is."""
    if grid.layout == "map" and len(grid.dims) == rank + 1 and grid.dims[-1] == rank:
        axes = [rank, *range(rank)]
        return f"coordinates are channels here, not the last axis: `permute: {axes}` puts them there"
    return "a `conv` writes one, or `affine_grid` from the numbers of an affine map"


class AffineGrid(Layer, keyword="affine_grid"):
    """The grid of an affine map, whose six numbers (of volumes twelve) it reads: [2, H, W], for `grid_sample`.

    >>> AffineGrid.make({"size": [28, 28]}, rank=0).output(Tensor(6, (), "flat")).dims
    (2, 28, 28)
    """

    family = "sampling"
    source = "Jaderberg et al. 2015, equation 1; PyTorch, affine_grid"
    accepts = ("flat", "map")

    size: tuple[int, ...] | None = sizes("size of the grid, a number for every axis", default=None)
    like: bool | None = reference("the step whose size is taken", default=None)
    align_corners: bool = flag("whether -1 and 1 are the middles of the outermost pixels", default=False)

    @classmethod
    def make(cls, arguments: Mapping[str, Any], rank: int) -> Self:  # noqa: ARG003  # what it reads has no axes
        """The layer with fields for as many axes as its `size` has."""
        size = arguments.get("size")
        return super().make(arguments, len(size) if isinstance(size, (list, tuple)) else 1)

    def check(self, x: Tensor, *like: Tensor) -> None:
        given = [name for name in ("size", "like") if getattr(self, name)]
        if len(given) != 1:
            found = f", not {' and '.join(f'`{name}`' for name in given)}" if given else ""
            raise LayerError(f"`affine_grid` needs one of `size` and `like`{found}", field=given[-1] if given else None)
        if like and like[0].layout != "map":
            raise LayerError(f"`affine_grid` takes the size of {like[0].layout} {like[0]}", field="like")
        rank = len(self.output(x, *like).spatial)
        if rank not in _RANKS:
            message = f"`affine_grid` makes grids of 2 or 3 axes, not {rank}"
            raise LayerError(message, field=given[0], hint="a number for every axis: `size: [28, 28]`")
        if x.dims not in ((rank * (rank + 1),), (rank, rank + 1)):
            message = f"an affine map of {rank} axes has {rank * (rank + 1)} numbers, and the input is {x}"
            raise LayerError(message, hint=f"`linear: {rank * (rank + 1)}` makes them of a flat input")

    def output(self, x: Tensor, *like: Tensor) -> Tensor:
        spatial = like[0].spatial if self.size is None else self.size
        return Tensor(len(spatial), spatial)

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """For each coordinate a product with every one of a place, and as many additions.

        They are no multiply-accumulates: PyTorch's affine_grid is one function, which no counter looks into.
        """
        return Operations(add=len(y.spatial) * y.elements, mul=len(y.spatial) * y.elements)

    def gradient_macs(self, *xs: Tensor, y: Tensor) -> GradientMacs:
        """The gradient is a matrix product, of the places and a one with what comes from the grid."""
        return GradientMacs(inputs=(len(y.spatial) + 1) * y.elements)

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.WHOLE, Reads.NOTHING) if self.like else (Reads.WHOLE,)

    def record(self, tape: Tape, x: Value, *like: Value, y: Tensor) -> Value:
        """A product with the places of the grid, which autocast runs in lower precision, and nothing is kept of."""
        rank, places = len(y.spatial), tape.batch * y.elements
        x = views.reshape(tape, x, (tape.batch, rank, rank + 1))
        tape.make((rank + 1) * tape.batch * y.positions, x.dtype)
        lies = Strides.of((tape.batch, *y.spatial, rank))
        made = tape.run("affine_grid_generator", [x], places, dtype=tape.autocast or x.dtype, strides=lies)
        return views.permute(tape, made, (0, 1 + rank, *range(1, 1 + rank)))

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        spatial = self.output(*xs).spatial
        rank = len(spatial)

        def grid(theta: Any, *_: Any) -> Any:
            matrices = theta.reshape(-1, rank, rank + 1)
            places = nn.functional.affine_grid(matrices, [theta.shape[0], 1, *spatial], self.align_corners)
            return places.movedim(-1, 1)

        return grid

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """Every place depends on all of the numbers."""
        dims = line.thin(y).dims
        return lambda lit, *_: lit.flatten(1).amax(1).reshape(-1, *[1] * len(dims)).expand(-1, *dims)
