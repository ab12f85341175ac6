"""Running sums: each place of an axis added to all before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.axes import channel_dimension, check_axis, dimension, rows_of
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import unchanged
from cnncost.layers.base.specifiers import axis
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import SAME_POSITION, Grouped, Reach, Reads, Window
from cnncost.layers.softmax import ALONG

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line


class Cumsum(Layer, keyword="cumsum"):
    """The running sum along the channels, or another axis: every place with all before it.

    >>> from cnncost.layers import Tensor
    >>> cumsum, x = Cumsum(axis=0), Tensor(8, (10, 4))
    >>> cumsum.operations(x, x).add
    288
    """

    family = "reduction"
    source = "by definition: PyTorch's cumsum; an addition for every place but the first"
    accepts = ANY_LAYOUT

    axis: int | str = axis(ALONG, default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition per element, but for the first of each row along the axis."""
        return Operations(add=y.elements - rows_of(x, [dimension(self.axis, x)]))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """A window as long as the axis that ends at the unit; of the channels some, which is a bound."""
        place = dimension(self.axis, x)
        if place == channel_dimension(x):
            return (Reads.NEIGHBOURS,)
        windows = [SAME_POSITION] * len(x.spatial)
        size = x.dims[place]
        windows[place - (x.layout != "tokens")] = Window(size, 1, 1 - size)
        return (Grouped(tuple(windows), x.channels),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.elementwise("cumsum", tape.single(x, on="cuda"), "nothing")

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        place = 1 + dimension(self.axis, x)
        return lambda inputs: torch_of(nn).cumsum(inputs, place)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        place = dimension(self.axis, x)
        return unchanged if place == channel_dimension(x) else lambda lit: lit.cumsum(1 + place)
