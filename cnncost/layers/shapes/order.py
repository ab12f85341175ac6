"""Order: layers that lay out the same elements in other dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.errors import LayerError
from cnncost.layers.base.one_channel import Line, one_position, unchanged
from cnncost.layers.base.specifiers import count, numbers
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Dealt, Reach, Relabelling
from cnncost.layers.shapes.rearrangement import Rearrangement
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.layer import Layer

_MOST_DIMENSIONS = 8
_OPEN = -1


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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.reshape(tape, x, (tape.batch, y.elements))

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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.reshape(tape, x, (tape.batch, *y.dims))

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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.permute(tape, x, (0, *[axis + 1 for axis in self.axes]))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.permute(0, *(axis + 1 for axis in self.axes))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Positions change places, and channels stay where they are: one shows that, and nothing else."""
        channels = len(self.axes) - 1 if x.layout == "tokens" else 0
        return self.counterpart(nn, x) if self.axes[channels] == channels else one_position(line, x, y)


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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        groups = (self.groups, y.channels // self.groups)
        dealt = views.swap(tape, views.reshape(tape, x, (tape.batch, *groups, *y.dims[1:])), 1, 2)
        return views.reshape(tape, dealt, (tape.batch, *y.dims))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged
