"""Shape: layers that rearrange elements, cut them out, or lay them out anew."""

from __future__ import annotations

from typing import Any, ClassVar

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, one_position, unchanged
from cnncost.layers.base.sliding import Pairs, check_rank, check_taken_from_input, pad_module
from cnncost.layers.base.specifiers import count, numbers, padding, reference, sizes
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Dealt, Grouped, Reach, Reads, Relabelling, Shifted, Window
from cnncost.symbolic.dims import product

_MOST_DIMENSIONS = 8
_OPEN = -1


class Rearrangement(Layer):
    """Layers that move elements and compute nothing: no parameters, no operations."""

    family = "shape"
    source = "by definition: elements are moved, none is computed"
    is_view = True

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """None: a view or a copy."""
        return Operations()


class Flatten(Rearrangement, keyword="flatten"):
    """All elements in a row.

    >>> Flatten().output(Tensor(256, (6, 6))).dims
    (9216,)
    """

    accepts = ANY_LAYOUT

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.elements, (), "flat")

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Relabelling((x.elements,), (0,)),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Flatten()


class Reshape(Rearrangement, keyword="reshape"):
    """The same elements in other dimensions: a map, channels first, or flat when only one is given.

    >>> Reshape(size=(85, -1)).fitted(Tensor(255, (13, 13)))
    reshape(size=(85, 507))
    """

    accepts = ANY_LAYOUT

    size: tuple[int, ...] = numbers(
        "dimensions of the output, channels first; one may be -1, what is left", leaves_one=True
    )

    def fitted(self, *xs: Tensor) -> Layer:
        """With the number of elements that are left in place of a -1."""
        if _OPEN not in self.size or len(xs) != 1:
            return self
        (x,) = xs
        known = product(size for size in self.size if size != _OPEN)
        if x.elements % known:
            message = f"cannot reshape {x}, {x.elements} elements, to {list(self.size)}: {known} does not divide them"
            raise LayerError(message, field="size")
        return Reshape(size=tuple(x.elements // known if size == _OPEN else size for size in self.size))

    def check(self, x: Tensor) -> None:
        if len(self.size) > _MOST_DIMENSIONS:
            message = f"`reshape` makes at most {_MOST_DIMENSIONS} dimensions, not {len(self.size)}"
            raise LayerError(message, field="size")
        y = self.output(x)
        if y.elements != x.elements:
            raise LayerError(f"cannot reshape {x}, {x.elements} elements, to {y}, {y.elements} elements", field="size")

    def output(self, x: Tensor) -> Tensor:
        return Tensor(self.size[0], self.size[1:], "map" if len(self.size) > 1 else "flat")

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Relabelling((x.elements,), (0,)),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.reshape(x.shape[0], *self.size)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return one_position(line, x, y)


class Permute(Rearrangement, keyword="permute"):
    """The dimensions of a sample in another order, the layout's name unchanged; a map's channels are axis 0."""

    accepts = ANY_LAYOUT

    axes: tuple[int, ...] = numbers("the input's axis that comes first, second, ...", low=0, indexes=True)

    def check(self, x: Tensor) -> None:
        if sorted(self.axes) != list(range(len(x.dims))):
            raise LayerError(
                f"axes {list(self.axes)} are not a permutation of the {len(x.dims)} axes of {x}",
                field="axes",
                hint="axes count from 0; the batch is none of them",
            )

    def output(self, x: Tensor) -> Tensor:
        dims = tuple(x.dims[axis] for axis in self.axes)
        if x.layout == "tokens":
            return Tensor(dims[-1], dims[:-1], x.layout)
        return Tensor(dims[0], dims[1:], x.layout)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Relabelling(x.dims, self.axes),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.permute(0, *(axis + 1 for axis in self.axes))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Positions change places, and channels stay where they are: one shows that, and nothing else."""
        channels = len(self.axes) - 1 if x.layout == "tokens" else 0
        return self.counterpart(nn, x) if self.axes[channels] == channels else one_position(line, x, y)


class Slice(Rearrangement, keyword="slice"):
    """Channels from `start` up to, and without, `stop`; what `split` and `chunk` are made of."""

    accepts = ANY_LAYOUT

    start: int = count("first channel", low=0)
    stop: int = count("channel after the last")

    def check(self, x: Tensor) -> None:
        if self.stop > x.channels:
            raise LayerError(f"`slice` stops at channel {self.stop}, beyond the {x.channels} of {x}", field="stop")
        if self.start >= self.stop:
            raise LayerError(f"`slice` from channel {self.start} to {self.stop} is empty", field="start")

    def output(self, x: Tensor) -> Tensor:
        return x._replace(channels=self.stop - self.start)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Shifted(-self.start),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda inputs: inputs.narrow(x.channel_axis, self.start, self.stop - self.start)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class ChannelShuffle(Rearrangement, keyword="channel_shuffle"):
    """Channels dealt out anew, so that each group gets some of every other (ShuffleNet)."""

    source = "Zhang et al. 2018, section 3.1"

    groups: int = count("groups that the channels come in", symbol="g", divides=True)

    def check(self, x: Tensor) -> None:
        if x.channels % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {x.channels} input channels", field="groups")

    def output(self, x: Tensor) -> Tensor:
        return x

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Dealt(self.groups),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class Pad(Rearrangement, keyword="pad"):
    """Zeros around the input."""

    beyond: ClassVar[str] = "zeros"
    """What lies there, as windows say it."""

    before_after: Pairs = padding("positions before and after each axis", same=False)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)
        check_taken_from_input(x, self.before_after, self.beyond, "before_after")

    def output(self, x: Tensor) -> Tensor:
        return Tensor(
            x.channels,
            tuple(before + size + after for size, (before, after) in zip(x.spatial, self.before_after, strict=True)),
        )

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        windows = tuple(Window(1, 1, -before, beyond=self.beyond) for before, _ in self.before_after)
        return (Grouped(windows, x.channels),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return pad_module(nn, self.before_after, self.beyond)


class ReflectionPad(Pad, keyword="reflection_pad"):
    """The input mirrored around its border, which is not repeated."""

    beyond = "reflect"


class ReplicationPad(Pad, keyword="replication_pad"):
    """The input's border, repeated."""

    beyond = "replicate"


class CircularPad(Pad, keyword="circular_pad"):
    """The other end of the input, as if it were round."""

    beyond = "circular"


class PadChannels(Rearrangement, keyword="pad_channels"):
    """Channels of zeros around the input's (the parameter-free shortcuts of the first ResNets).

    >>> PadChannels(before=0, after=16).output(Tensor(16, (16, 16))).dims
    (32, 16, 16)
    """

    accepts = ANY_LAYOUT
    source = "He et al. 2016, section 3.3, option A"

    before: int = count("channels of zeros before the input's", low=0)
    after: int = count("channels of zeros after the input's", low=0)

    def output(self, x: Tensor) -> Tensor:
        return x._replace(channels=self.before + x.channels + self.after)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Shifted(self.before),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        behind = len(x.spatial) if x.layout == "map" else 0  # axes behind the channels, which PyTorch takes first
        sides = (0, 0) * behind + (self.before, self.after)
        return lambda x: nn.functional.pad(x, sides)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class Crop(Rearrangement, keyword="crop"):
    """A cut-out as large as another step's output (U-Net's copy and crop), from the middle unless told otherwise.

    >>> Crop(like=True).output(Tensor(64, (568, 568)), Tensor(512, (392, 392))).dims
    (64, 392, 392)
    """

    source = "Ronneberger et al. 2015, figure 1; Long et al. 2015 (offset)"

    like: bool = reference("the step whose size is taken")
    offset: tuple[int, ...] | None = sizes("where the cut-out starts; the middle when absent", low=0, default=None)

    def starts(self, x: Tensor, like: Tensor) -> tuple[int, ...]:
        """Where the cut-out starts along each axis."""
        if self.offset is not None:
            return self.offset
        return tuple((size - kept) // 2 for size, kept in zip(x.spatial, like.spatial, strict=True))

    def check(self, x: Tensor, like: Tensor) -> None:
        check_same_rank(self, x, like)
        for size, kept, start in zip(x.spatial, like.spatial, self.starts(x, like), strict=True):
            if kept > size:
                raise LayerError(f"`crop` to {kept} is larger than the input of {size}", field="like")
            if start + kept > size:
                raise LayerError(f"`crop` from {start} to {start + kept} leaves the input of {size}", field="offset")

    def output(self, x: Tensor, like: Tensor) -> Tensor:
        return Tensor(x.channels, like.spatial)

    def reach(self, x: Tensor, like: Tensor, y: Tensor) -> tuple[Reach, ...]:
        windows = tuple(Window(1, 1, start) for start in self.starts(x, like))
        return Grouped(windows, x.channels), Reads.NOTHING

    def counterpart(self, nn: Any, x: Tensor, like: Tensor) -> Any:
        starts = self.starts(x, like)

        def crop(x: Any, like: Any) -> Any:
            for axis, start in enumerate(starts, start=2):
                x = x.narrow(axis, start, like.shape[axis])
            return x

        return crop


def check_same_rank(layer: Layer, x: Tensor, like: Tensor) -> None:
    """Refuse a `like` whose size cannot be taken: another layout, or other axes."""
    if like.layout != "map" or len(like.spatial) != len(x.spatial):
        raise LayerError(
            f"`{layer.keyword}` takes the size of {like.layout} {like}, and its input is {x}", field="like"
        )
