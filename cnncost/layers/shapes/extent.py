"""Extent: layers that cut elements out, or put others around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd import views
from cnncost.autograd.backward import after
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.one_channel import Line, unchanged
from cnncost.layers.base.sliding import Pairs, check_rank, check_taken_from_input, pad_module
from cnncost.layers.base.specifiers import count, padding, reference, sizes
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads, Shifted, Window
from cnncost.layers.shapes.rearrangement import Rearrangement, check_same_rank
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.image(tape, "constant_pad", x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return pad_module(nn, self.before_after, self.beyond)


class EdgePad(Pad):
    """Padding by what lies at the border, for which PyTorch has functions of their own."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Backward keeps the input, for its size; autocast runs it in single precision on CPUs."""
        x = tape.single(x, on="cpu")
        return views.image(tape, self.keyword, x, y, keeps=[x])


class ReflectionPad(EdgePad, keyword="reflection_pad"):
    """The input mirrored around its border, which is not repeated."""

    beyond = "reflect"


class ReplicationPad(EdgePad, keyword="replication_pad"):
    """The input's border, repeated."""

    beyond = "replicate"


class CircularPad(Pad, keyword="circular_pad"):
    """The other end of the input, as if it were round."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Copies into parts of the output: for the gradient of each, backward has two tensors as large as that."""
        lies = Strides.of((tape.batch, *y.dims))
        return tape.run("copy_slices", [x], product(lies.sizes), strides=lies, backward=after("", ""))

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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.image(tape, "constant_pad", x, y)

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

    def record(self, tape: Tape, x: Value, like: Value, y: Tensor) -> Value:
        for axis, size in enumerate(y.spatial, start=2):
            x = views.narrow(tape, x, axis, size)
        return x

    def counterpart(self, nn: Any, x: Tensor, like: Tensor) -> Any:
        starts = self.starts(x, like)

        def crop(x: Any, like: Any) -> Any:
            for axis, start in enumerate(starts, start=2):
                x = x.narrow(axis, start, like.shape[axis])
            return x

        return crop
