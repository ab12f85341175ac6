"""Places of an axis by their numbers, which another output holds: tables, permutations, the best few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.axes import channel_dimension, check_axis, dimension, resized
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.specifiers import axis
from cnncost.layers.base.window import Contracted, Grouped, Reach, Reads
from cnncost.layers.joins.join import Join
from cnncost.layers.sampling.grid import UNKNOWN_PLACES
from cnncost.layers.softmax import ALONG

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

_INPUTS = 2


class Gather(Join, keyword="gather"):
    """Places of an axis whose numbers another output says: one number for each place, or for each element.

    Numbers that are flat are places of the axis, the same for all others, as in PyTorch's index_select; numbers with as
    many axes as the first input, of the same sizes but along this one, are each element's own, as in PyTorch's gather.

    >>> from cnncost.layers import Tensor
    >>> gather, x = Gather(axis=0), Tensor(64, (49,), "tokens")
    >>> gather.output(x, Tensor(9, (), "flat")).dims, gather.output(x, Tensor(64, (9,), "tokens")).dims
    ((9, 64), (9, 64))
    """

    family = "sampling"
    source = "by definition: PyTorch's index_select and gather"
    needs_all_inputs = True

    axis: int | str = axis(ALONG, default="channels")

    def check(self, *xs: Tensor) -> None:
        if len(xs) != _INPUTS:
            message = f"`gather` reads a tensor and numbers of places, not {_outputs(len(xs))}"
            raise LayerError(message, hint="as in `{gather: {axis: 0}, from: [map, numbers]}`")
        x, numbers = xs
        check_axis(self, self.axis, x)
        place = dimension(self.axis, x)
        if numbers.layout != "flat" and (numbers.layout, _others(numbers, place)) != (x.layout, _others(x, place)):
            message = f"`gather` along axis `{self.axis}` of {x} has no numbers in {numbers.layout} {numbers}"
            raise LayerError(message, hint="they are flat, or as large as the input along its other axes")

    def output(self, x: Tensor, numbers: Tensor) -> Tensor:
        place = dimension(self.axis, x)
        return resized(x, {place: numbers.channels if numbers.layout == "flat" else numbers.dims[place]})

    def operations(self, x: Tensor, numbers: Tensor, y: Tensor) -> Operations:
        """None: a copy."""
        return Operations()

    def gradient_macs(self, x: Tensor, numbers: Tensor, y: Tensor) -> GradientMacs:
        """None: gradients are added up where the elements came from."""
        return GradientMacs()

    def reach(self, x: Tensor, numbers: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Any place of the axis, as the number says that is the output's."""
        place = dimension(self.axis, x)
        anywhere: Reach = Reads.NEIGHBOURS
        if place != channel_dimension(x):
            anywhere = Grouped(Reads.ANYWHERE, x.channels)
        return anywhere, Contracted((place,)) if numbers.layout == "flat" else Reads.POINT

    def record(self, tape: Tape, x: Value, numbers: Value, y: Tensor) -> Value:
        """It keeps the indices, and x for its size."""
        indices = tape.make(numbers.elements, "int64")
        lies = Strides.of((tape.batch, *y.dims))
        return tape.run("gather", [x], tape.batch * y.elements, keeps=[x, indices], strides=lies)

    def counterpart(self, nn: Any, x: Tensor, numbers: Tensor) -> Any:
        place, alone, dims = 1 + dimension(self.axis, x), numbers.layout == "flat", x.dims
        size = dims[place - 1]

        def gathered(x: Any, numbers: Any) -> Any:
            where = numbers.long() % size
            if alone:
                before, behind = dims[: place - 1], dims[place:]
                where = where.reshape(-1, *[1] * len(before), numbers.shape[-1], *[1] * len(behind))
                where = where.expand(-1, *before, -1, *behind)
            return x.gather(place, where)

        return gathered

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """Nothing can stand for it.

        Raises:
            LayerError: always.
        """
        raise LayerError(UNKNOWN_PLACES)


def _others(x: Tensor, place: int) -> tuple[int, ...]:
    return (*x.dims[:place], *x.dims[place + 1 :])


def _outputs(number: int) -> str:
    return "one output" if number == 1 else f"{number} outputs"
