"""Resizing: upsampling by interpolation, and the exchange of channels for positions."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.sliding import check_rank
from cnncost.layers.base.specifiers import choice, count, reference, scales, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads, Relabelling, Window, stretched
from cnncost.layers.shapes.rearrangement import Rearrangement, check_same_rank

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

_TAPS = {"nearest": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
_RANKS = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}


class Upsample(Layer, keyword="upsample"):
    """Interpolation to `scale` times the size, to a `size`, or to the size of another step (`like`).

    A scale that is no whole number makes floor(size * scale) positions of an axis, spaced evenly over it as PyTorch's
    `recompute_scale_factor` has them.

    >>> up = Upsample.make({"scale": 2, "mode": "bilinear"}, rank=2)
    >>> x = Tensor(256, (14, 14))
    >>> up.output(x).dims, sum(up.operations(x, y=up.output(x))) // up.output(x).elements
    ((256, 28, 28), 7)
    """

    family = "shape"
    source = "PyTorch, Upsample (corners not aligned); the operations of its interpolation"

    scale: tuple[int | float, ...] | None = scales("output size over input size", symbol="f", default=None)
    size: tuple[int, ...] | None = sizes("output size", default=None)
    like: bool | None = reference("the step whose size is taken", default=None)
    mode: str = choice("interpolation", tuple(_TAPS), default="nearest")

    def fitted(self, *xs: Tensor) -> Layer:
        """With the size that a fraction makes of the input's, rounded down as PyTorch rounds it."""
        if len(xs) != 1 or self.size or all(isinstance(scale, int) for scale in self.scale or ()):
            return self
        size = tuple(floor(1.0 * size * scale) for size, scale in zip(xs[0].spatial, self.scale or (), strict=True))
        return Upsample(size=size, mode=self.mode)

    def check(self, *xs: Tensor) -> None:
        check_rank(self, xs[0])
        given = [name for name in ("scale", "size", "like") if getattr(self, name)]
        if len(given) != 1:
            found = f", not {' and '.join(f'`{name}`' for name in given)}" if given else ""
            raise LayerError(
                f"`upsample` needs one of `scale`, `size` and `like`{found}", field=given[-1] if given else None
            )
        if self.like:
            check_same_rank(self, *xs)
        rank = len(xs[0].spatial)
        if _RANKS.get(self.mode, rank) != rank:
            fitting = " or ".join(f"`{mode}`" for mode in _TAPS if _RANKS.get(mode, rank) == rank)
            raise LayerError(
                f"`{self.mode}` interpolates {_axes(_RANKS[self.mode])}, and the input {xs[0]} has {rank}",
                field="mode",
                hint=f"for {_axes(rank)} it is {fitting}",
            )

    def output(self, x: Tensor, *like: Tensor) -> Tensor:
        if self.scale is not None:
            factors: Any = self.scale  # whole numbers, once it is fitted
            return Tensor(x.channels, tuple(size * factor for size, factor in zip(x.spatial, factors, strict=True)))
        return Tensor(x.channels, like[0].spatial if self.size is None else self.size)

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """A weighted sum of t^rank neighbours per output, t = 1 (nearest, a copy), 2 (linear) or 4 (cubic)."""
        taps = _TAPS[self.mode] ** len(y.spatial)
        weighed = self.mode != "nearest"
        return Operations(mul=weighed * taps * y.elements, add=(taps - 1) * y.elements)

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The t neighbours along each axis, step H / H_o; the nearest one lies at floor(i H / H_o)."""
        sizes = zip(xs[0].spatial, y.spatial, strict=True)
        if self.mode == "nearest":
            windows = tuple(_nearest(size, out) for size, out in sizes)
        else:
            windows = tuple(_interpolated(_TAPS[self.mode], size, out) for size, out in sizes)
        own = Grouped(windows, xs[0].channels)
        return (own, Reads.NOTHING) if self.like else (own,)

    def record(self, tape: Tape, x: Value, *like: Value, y: Tensor) -> Value:
        """Autocast interpolates in single precision on GPUs."""
        x = tape.single(x, on="cuda")
        return views.image(tape, "upsample", x, y)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        """A scale by whole numbers holds at any resolution; any other has become the size that fits the input."""
        if self.like:
            return lambda x, like: nn.functional.interpolate(x, size=like.shape[2:], mode=self.mode)
        if self.scale:
            factor = self.scale[0] if len(set(self.scale)) == 1 else self.scale
            return nn.Upsample(scale_factor=factor, mode=self.mode)
        return nn.Upsample(size=self.size, mode=self.mode)


class PixelShuffle(Rearrangement, keyword="pixel_shuffle"):
    """Channels laid out in space: f^rank channels become a block of f positions a side (sub-pixel convolution)."""

    source = "Shi et al. 2016, section 3.2"

    factor: int = count("magnification of every axis", symbol="f", divides=True)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)
        block = self.factor ** len(x.spatial)
        if x.channels % block:
            raise LayerError(
                f"blocks of {block} (factor {self.factor}) do not divide the {x.channels} input channels",
                field="factor",
            )

    def output(self, x: Tensor) -> Tensor:
        block = self.factor ** len(x.spatial)
        return Tensor(x.channels // block, tuple(size * self.factor for size in x.spatial))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The position that the block was, step 1 / f."""
        rank = len(x.spatial)
        block, across = range(1, 1 + rank), range(1 + rank, 1 + 2 * rank)
        order = (0, *(axis for pair in zip(across, block, strict=True) for axis in pair))
        return (Relabelling((y.channels, *(self.factor,) * rank, *x.spatial), order),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Block by block next to its positions, and one axis with its part of the block after the other."""
        assert x.shape is not None
        rank, spatial = len(y.spatial), x.shape.spatial
        x = views.reshape(tape, x, (tape.batch, y.channels, *[self.factor] * rank, *spatial))
        within, across = range(2, 2 + rank), range(2 + rank, 2 + 2 * rank)
        x = views.permute(tape, x, (0, 1, *[axis for pair in zip(across, within, strict=True) for axis in pair]))
        for axis in range(rank):
            left = [part for size in spatial[axis + 1 :] for part in (size, self.factor)]
            x = views.reshape(tape, x, (tape.batch, y.channels, *y.spatial[: axis + 1], *left))
        return x

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        rank = len(x.spatial)

        def shuffle(x: Any) -> Any:
            split = x.unflatten(1, (-1, *[self.factor] * rank))
            within, across = range(2, 2 + rank), range(2 + rank, 2 + 2 * rank)
            order = [axis for pair in zip(across, within, strict=True) for axis in pair]
            interleaved = split.permute(0, 1, *order)
            for axis in range(2, 2 + rank):
                interleaved = interleaved.flatten(axis, axis + 1)
            return interleaved

        return shuffle

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Each of a block's positions comes from a channel: all are as lit as the one that there is."""
        shuffle, block = super().one_channel(nn, line, x, y=y), self.factor ** len(x.spatial)
        return lambda lit: shuffle(lit.expand(-1, block, *lit.shape[2:]))


class SpaceToDepth(Rearrangement, keyword="space_to_depth"):
    """Space laid out in channels: a block of f positions a side becomes f^rank channels (PyTorch's PixelUnshuffle)."""

    source = "Shi et al. 2016, section 3.2, backwards"

    factor: int = count("reduction of every axis", symbol="f", divides=True)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)
        for size in x.spatial:
            if size % self.factor:
                raise LayerError(
                    f"a factor of {self.factor} does not divide the input's size of {size}", field="factor"
                )

    def output(self, x: Tensor) -> Tensor:
        block = self.factor ** len(x.spatial)
        return Tensor(x.channels * block, tuple(size // self.factor for size in x.spatial))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        rank = len(x.spatial)
        cut = [part for size in y.spatial for part in (size, self.factor)]
        return (Relabelling((x.channels, *cut), (0, *range(2, 2 + 2 * rank, 2), *range(1, 2 * rank, 2))),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        assert x.shape is not None
        rank, channels = len(y.spatial), x.shape.channels
        x = views.reshape(tape, x, (tape.batch, channels, *[n for size in y.spatial for n in (size, self.factor)]))
        x = views.permute(tape, x, (0, 1, *range(3, 3 + 2 * rank, 2), *range(2, 2 + 2 * rank, 2)))
        return views.reshape(tape, x, (tape.batch, *y.dims))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        rank = len(x.spatial)

        def unshuffle(x: Any) -> Any:
            for axis in range(2, 2 + 2 * rank, 2):
                x = x.unflatten(axis, (-1, self.factor))
            across, within = range(2, 2 + 2 * rank, 2), range(3, 3 + 2 * rank, 2)
            return x.permute(0, 1, *within, *across).flatten(1, 1 + rank)

        return unshuffle

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Along the axes that are not looked at there is one block, as lit as its one position."""
        unshuffle, others = super().one_channel(nn, line, x, y=y), line.others(x)
        return lambda lit: unshuffle(lit.expand([self.factor if axis in others else -1 for axis in range(lit.dim())]))


def _axes(rank: int) -> str:
    return "1 axis" if rank == 1 else f"{rank} axes"


def _nearest(size: int, out: int) -> Window:
    """Output o reads input floor(o H_i / H_o)."""
    return stretched(size, out, lambda output: (output * size // out,) * 2, (-1, 0))


def _interpolated(taps: int, size: int, out: int) -> Window:
    """Output o reads the `taps` inputs around (o + 1/2) H_i / H_o - 1/2, or that one alone when it is an input."""

    def reads(output: int) -> tuple[int, int]:
        before, between = divmod((2 * output + 1) * size - out, 2 * out)
        return (before - taps // 2 + 1, before + taps // 2) if between else (before, before)

    from fractions import Fraction  # only the networks that stretch pay for the import

    center = Fraction(size - out, 2 * out)
    return stretched(size, out, reads, (center - Fraction(taps, 2), center + Fraction(taps, 2)))
