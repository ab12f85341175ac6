"""Along an axis: layers that take a part of one, turn it round, or repeat it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.errors import LayerError
from cnncost.layers.base.axes import channel_dimension, check_axes, check_axis, dimension, dimensions, resized, without
from cnncost.layers.base.one_channel import unchanged
from cnncost.layers.base.specifiers import axes, axis, count, numbers
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import SAME_POSITION, Contracted, Grouped, Picked, Reach, Reads, Shifted, Window
from cnncost.layers.shapes.rearrangement import Rearrangement
from cnncost.symbolic.dims import ceil_div

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

_AXIS = "the channels, or an axis behind them: its number from 0, or its name"


class Slice(Rearrangement, keyword="slice"):
    """Channels, or places of another axis, from `start` up to, and without, `stop`; what `split` and `chunk` make.

    >>> Slice(start=0, stop=56, step=2, axis=0).output(Tensor(64, (56, 56))).dims
    (64, 28, 56)
    """

    accepts = ANY_LAYOUT

    start: int = count("first channel", low=0)
    stop: int = count("channel after the last")
    step: int = count("from one channel to the next", default=1, indexes=True)
    axis: int | str = axis(_AXIS, default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)
        size = x.dims[dimension(self.axis, x)]
        what, of = ("channel", "") if self.axis == "channels" else ("place", f" along axis `{self.axis}`")
        if self.stop > size:
            raise LayerError(f"`slice` stops at {what} {self.stop}, beyond the {size} of {x}{of}", field="stop")
        if self.start >= self.stop:
            raise LayerError(f"`slice` from {what} {self.start} to {self.stop} is empty", field="start")

    def output(self, x: Tensor) -> Tensor:
        return resized(x, {dimension(self.axis, x): ceil_div(self.stop - self.start, self.step)})

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        if self.axis == "channels" and self.step == 1:
            return (Shifted(-self.start),)
        return (_picked(x, {dimension(self.axis, x): Window(1, self.step, self.start)}),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        place = dimension(self.axis, y)
        return views.narrow(tape, x, 1 + place, y.dims[place], self.step)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        place = 1 + dimension(self.axis, x)
        if self.step == 1:
            return lambda inputs: inputs.narrow(place, self.start, self.stop - self.start)
        part = (slice(None),) * place + (slice(self.start, self.stop, self.step),)
        return lambda inputs: inputs[part]

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        place = dimension(self.axis, x)
        return unchanged if _is_thin(line, x, place) else self.counterpart(nn, x)


class Select(Rearrangement, keyword="select"):
    """One channel, or one place of another axis, which is gone afterwards.

    >>> Select(index=0, axis="tokens").output(Tensor(768, (197,), "tokens")).dims
    (768,)
    """

    accepts = ANY_LAYOUT

    index: int = count("which one, counted from 0", low=0)
    axis: int | str = axis(_AXIS, default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)
        size = x.dims[dimension(self.axis, x)]
        if self.index >= size:
            message = f"`select` has no place {self.index} among the {size} of {x} along axis `{self.axis}`"
            raise LayerError(message, field="index")
        if len(x.dims) == 1:
            raise LayerError(f"`select` of {x} leaves one number of a sample", hint="`slice` leaves an axis of size 1")

    def output(self, x: Tensor) -> Tensor:
        return without(x, [dimension(self.axis, x)])

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        place = dimension(self.axis, x)
        windows = [SAME_POSITION] * len(x.dims)
        windows[place] = Window(1, 1, self.index)
        return (Picked(tuple(windows), dropped=place),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        assert x.shape is not None
        return views.select(tape, x, 1 + dimension(self.axis, x.shape))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        place = 1 + dimension(self.axis, x)
        return lambda inputs: inputs.select(place, self.index)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        place = dimension(self.axis, x)
        if place == channel_dimension(x):
            raise LayerError("the channels are gone, which one channel cannot show")
        index = 0 if _is_thin(line, x, place) else self.index
        return lambda lit: lit.select(1 + place, index)


class Flip(Rearrangement, keyword="flip"):
    """The same elements, the last one first along axes."""

    accepts = ANY_LAYOUT
    is_view = False

    axes: tuple[int | str, ...] = axes("what is turned round: `channels`, `positions`, or axes behind the channels")

    def check(self, x: Tensor) -> None:
        check_axes(self, self.axes, x)

    def output(self, x: Tensor) -> Tensor:
        return x

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.ELSEWHERE,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.moved(tape, "flip", x)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        places = [1 + place for place in dimensions(self.axes, x)]
        return lambda inputs: inputs.flip(places)


class Roll(Rearrangement, keyword="roll"):
    """The same elements, moved on along axes; what would leave at the end comes in again at the start (Swin)."""

    source = "by definition: PyTorch's roll; Liu et al. 2021 (Swin), section 3.2"
    accepts = ANY_LAYOUT
    is_view = False

    shifts: tuple[int, ...] = numbers("how far along each of the axes; below 0, towards the start", low=None)
    axes: tuple[int | str, ...] = axes("`channels`, or axes behind the channels by their numbers from 0")

    def check(self, x: Tensor) -> None:
        check_axes(self, self.axes, x)
        if len(self.shifts) != len(self.axes):
            message = f"`roll` needs a shift for each of the axes {list(self.axes)}, not {list(self.shifts)}"
            raise LayerError(message, field="shifts")
        for name in self.axes:
            check_axis(self, name, x, "axes")

    def output(self, x: Tensor) -> Tensor:
        return x

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The places before, around the end: windows as those of circular padding."""
        moved = {
            dimension(name, x): Window(1, 1, -shift, beyond="circular")
            for name, shift in zip(self.axes, self.shifts, strict=True)
        }
        return (_picked(x, moved),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.moved(tape, "roll", x)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        places = [dimension(name, x) for name in self.axes]
        shifts = [shift % x.dims[place] for shift, place in zip(self.shifts, places, strict=True)]
        return lambda inputs: inputs.roll(shifts, [1 + place for place in places])


class Expand(Rearrangement, keyword="expand"):
    """Axes of size 1 repeated, up to these dimensions.

    >>> Expand(size=(64, 7, 7)).output(Tensor(64, (1, 1))).dims
    (64, 7, 7)
    """

    accepts = ANY_LAYOUT

    size: tuple[int, ...] = numbers("dimensions of the output, as many as the input has")

    def check(self, x: Tensor) -> None:
        fits = len(self.size) == len(x.dims)
        if not fits or any(a not in (1, b) for a, b in zip(x.dims, self.size, strict=True)):
            hint = "axes of size 1 are repeated, others stay; `reshape` gives it more axes"
            raise LayerError(f"cannot expand {x} to {list(self.size)}", field="size", hint=hint)

    def output(self, x: Tensor) -> Tensor:
        return resized(x, dict(enumerate(self.size)))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        sizes = zip(x.dims, y.dims, strict=True)
        return (Contracted(tuple([place if a == b else None for place, (a, b) in enumerate(sizes)])),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.expand(tape, x, (tape.batch, *y.dims))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda inputs: inputs.expand(-1, *self.size)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        dims = line.thin(y).dims
        return lambda lit: lit.expand(-1, *dims)


def _picked(x: Tensor, windows: dict[int, Window]) -> Reach:
    """The reach of units that read one unit each, through windows along some dimensions."""
    along = tuple([windows.get(place, SAME_POSITION) for place in range(len(x.dims))])
    channels = channel_dimension(x)
    if channels in windows:
        return Picked(along)
    return Grouped((*along[:channels], *along[channels + 1 :]), x.channels)


def _is_thin(line: Line, x: Tensor, place: int) -> bool:
    """Whether a dimension has size 1 where one channel stands for all, and the axes that are not looked at are thin."""
    return line.thin(x).dims[place] == 1
