"""Activations of several channels, or along another axis: softmax and what is made of it, and gated linear units.

None is a function of one element, so every convention that counts one an element leaves them their own operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.activation import Elementwise
from cnncost.layers.base.axes import check_axis, dimension, one_channel_along, reads_along, resized, rows_of
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.one_channel import unchanged
from cnncost.layers.base.specifiers import axis
from cnncost.layers.base.window import SAME_POSITION, Grouped, Reach, Reads, Window

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

ALONG = "the channels, or an axis behind them: its number from 0, or its name"


class AcrossAnAxis(Elementwise):
    """Layers whose every output reads all channels of its position, or all there is along another axis."""

    source = "Goodfellow et al. 2016, 6.2.2.3"
    keeps_output: ClassVar[bool] = True
    """Whether its backward needs what it has made."""

    axis: int | str = axis(ALONG, default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)

    def rows(self, x: Tensor) -> int:
        """How many sums there are."""
        return rows_of(x, [dimension(self.axis, x)])

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (reads_along(x, [dimension(self.axis, x)]),)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return one_channel_along(line, x, y, [dimension(self.axis, x)])


class Softmax(AcrossAnAxis, keyword="softmax"):
    """exp(x) over its sum, across the channels of every position or along an axis: it counts its own operations."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C exponentials, C - 1 additions and C divisions per position; along another axis, its size in place of C."""
        return Operations(exp=y.elements, add=y.elements - self.rows(x), div=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return _softmax(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Softmax(dim=1 + dimension(self.axis, x))


class Softmin(Softmax, keyword="softmin"):
    """exp(-x) over its sum, across the channels or along an axis: softmax of -x."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return _softmax(tape, tape.elementwise("neg", x, "nothing"), y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Softmin(dim=1 + dimension(self.axis, x))


class LogSoftmax(AcrossAnAxis, keyword="log_softmax"):
    """x less the logarithm of the sum of exp(x), across the channels or along an axis: softmax's logarithm."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C exponentials, C - 1 additions, a logarithm and C subtractions per position."""
        return Operations(exp=y.elements + self.rows(x), add=2 * y.elements - self.rows(x))

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return _softmax(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.LogSoftmax(dim=1 + dimension(self.axis, x))


def _softmax(tape: Tape, x: Value, y: Tensor) -> Value:
    """A softmax or its logarithm: CUDA's autocast runs it in single precision, and it keeps its output."""
    x = tape.single(x, on="cuda")
    return tape.run("softmax", [x], x.elements, keeps_output=True, strides=Strides.of((tape.batch, *y.dims)))


class Glu(Elementwise, keyword="glu"):
    """Gated linear unit: the first half of the channels, or of another axis, times the sigmoid of the second.

    >>> from cnncost.layers import Tensor
    >>> Glu().output(Tensor(512, (1600,))).dims
    (256, 1600)
    """

    source = "Dauphin et al. 2017, section 2"

    axis: int | str = axis(ALONG, default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)
        size = x.dims[dimension(self.axis, x)]
        if size % 2 and self.axis == "channels":
            raise LayerError(f"`glu` halves the channels, and its input {x} has {size}")
        if size % 2:
            raise LayerError(f"`glu` halves axis `{self.axis}`, and that of its input {x} has {size}", field="axis")

    def output(self, x: Tensor) -> Tensor:
        place = dimension(self.axis, x)
        return resized(x, {place: x.dims[place] // 2})

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """A sigmoid and a product for each output."""
        return Operations(exp=1, add=1, div=1, mul=1).times(y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Two channels, the output's own and the one half of them further on; along another axis, two places of it."""
        if self.axis == "channels":
            return (Reads.NEIGHBOURS,)
        place = dimension(self.axis, x) - (x.layout != "tokens")
        half = y.spatial[place]
        windows = [SAME_POSITION] * len(x.spatial)
        windows[place] = Window(half + 1, 1, 0, gap=half)
        return (Grouped(tuple(windows), x.channels),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        strides = x.strides and Strides.of((tape.batch, *y.dims), x.strides.order)
        return tape.run("glu", [x], tape.batch * y.elements, keeps=[x], strides=strides)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.GLU(dim=1 + dimension(self.axis, x))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Either half; along an axis that is not looked at there is one place, which stands for both."""
        place = dimension(self.axis, x)
        if self.axis == "channels" or line.thin(x).dims[place] == 1:
            return unchanged
        return lambda lit: sum(lit.chunk(2, 1 + place))
