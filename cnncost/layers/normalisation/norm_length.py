"""Normalisation by length, with no mean taken off: L2, root mean square, and global response normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.backward import passed
from cnncost.autograd.strides import Strides
from cnncost.layers.base.axes import check_axis, dimension, dimensions, one_channel_along, reads_along, rows_of
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of, parameter, torch_of
from cnncost.layers.base.sliding import check_rank
from cnncost.layers.base.specifiers import axes, axis, flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.layers.normalisation.norm import NORMALISED_AXES, AxesNorm, Normalisation, PositionStatistics
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line


class L2Normalize(Normalisation, keyword="l2_normalize"):
    """x over its Euclidean length, across the channels or along an axis. What is learned after it is a `layer_scale`.

    >>> L2Normalize().operations(Tensor(128, (), "flat"), y=Tensor(128, (), "flat"))
    Operations(mac=0, add=127, mul=128, div=128, cmp=1, exp=1)
    """

    source = "PyTorch's functional.normalize; Liu et al. 2016 (SSD), section 3.1"
    accepts = ANY_LAYOUT

    eps: float = real("least length that is divided by", default=1e-12, low=0)
    axis: int | str = axis("the channels, or an axis behind them: its number from 0, or its name", default="channels")

    def check(self, x: Tensor) -> None:
        check_axis(self, self.axis, x)

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of x / max(|x|, eps): C squares, C - 1 additions, a root, a comparison and C divisions per position."""
        lengths = rows_of(x, [dimension(self.axis, x)])
        return Operations(add=y.elements - lengths, mul=y.elements, div=y.elements, cmp=lengths, exp=lengths)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (reads_along(x, [dimension(self.axis, x)]),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        place = 1 + dimension(self.axis, y)
        sizes = (tape.batch, *y.dims)
        length = views.vector_norm(tape, x, (*sizes[:place], 1, *sizes[place + 1 :]))
        least = tape.elementwise("clamp_min", length, "input")
        return tape.divide(x, views.expand(tape, least, sizes))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        place = 1 + dimension(self.axis, x)
        return lambda inputs: nn.functional.normalize(inputs, dim=place, eps=self.eps)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return one_channel_along(line, x, y, [dimension(self.axis, x)])


class RMSNorm(AxesNorm, keyword="rms_norm"):
    """Root mean square normalisation over the channels at every position or token, or over `axes`: a gain, no bias."""

    source = "Zhang & Sennrich 2019, section 3; PyTorch's RMSNorm"

    affine: bool = flag("whether a gain is learned", default=True)
    eps: float | None = real("added to the mean square; the least step above 1 when absent", default=None, low=0)
    axes: tuple[int | str, ...] = axes(NORMALISED_AXES, default="channels")

    def parameters(self, x: Tensor) -> int:
        """The gain of every channel: of every element that is normalised together."""
        return self.affine * self.normalised(x)

    def biases(self, x: Tensor) -> int:
        """None."""
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of y = x / sqrt(mean(x^2) + eps) * gain, with one mean per position.

        C squares, C - 1 additions, a division, the addition of eps, a root, C divisions, and C products when affine.
        """
        means = self.rows(x)
        return Operations(add=y.elements, mul=(1 + self.affine) * y.elements, div=y.elements + means, exp=means)

    def record_norm(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """In single precision at least, one function after the other."""
        read = tape.single(x, on="cuda")
        x = tape.cast(read, "float32")
        squares = tape.elementwise("pow", x, "input")
        sizes = tape.strides(x).sizes
        axes = len(dimensions(self.axes, y))
        row = (*sizes[:-axes], *[1] * axes)
        mean = tape.run("mean", [squares], product(row), strides=Strides.of(row))
        shifted = tape.elementwise("add", mean, "nothing", inplace=True, backward=passed)
        result = tape.multiply(x, tape.elementwise("rsqrt", shifted, "output"))
        if self.affine:
            gains = (*[1] * (len(sizes) - axes), *sizes[-axes:])
            result = tape.multiply(result, tape.parameter(self.normalised(y), sizes=gains))
        return tape.cast(views.contiguous(tape, result), read.dtype)

    def norm(self, nn: Any, shape: tuple[int, ...]) -> Any:
        return nn.RMSNorm(shape, self.eps, self.affine)


class GlobalResponseNorm(PositionStatistics, keyword="grn"):
    """Global response normalisation: channels compete by their lengths over all positions (ConvNeXt V2)."""

    source = "Woo et al. 2023, section 3 and algorithm 1"
    accepts = ("map", "tokens")

    eps: float = real("added to the mean length", default=1e-6, low=0)

    def check(self, x: Tensor) -> None:
        if x.layout == "map":
            check_rank(self, x)

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel."""
        return 2 * x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of y = gain * (x * n) + bias + x, where n = g / (mean(g) + eps) and g is the length of a channel.

        Lengths: C H W squares, C (H W - 1) additions, C roots. Their mean: C - 1 additions and a division, and eps. C
        divisions by it; two products and two additions for every element.
        """
        return Operations(add=3 * y.elements, mul=3 * y.elements, div=1 + y.channels, exp=y.channels)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.STATISTICS, 1),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        each, ones = y.channels, (1,) * len(y.spatial)
        lengths, one = ((*ones, each), (*ones, 1)) if y.layout == "tokens" else ((each, *ones), (1, *ones))
        length = views.vector_norm(tape, x, (tape.batch, *lengths))
        mean = tape.run("mean", [length], tape.batch, strides=Strides.of((tape.batch, *one)))
        response = tape.divide(length, tape.elementwise("add", mean, "nothing", backward=passed))
        weight, bias = (tape.parameter(each, name, (1, *lengths)) for name in ("weight", "bias"))
        return tape.add(tape.add(tape.multiply(weight, tape.multiply(x, response)), bias), x)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        tokens = x.layout == "tokens"
        channels, positions = (-1, 1) if tokens else (1, tuple(range(2, 2 + len(x.spatial))))
        inner = () if tokens else (1,) * len(x.spatial)

        def forward(module: Any, x: Any) -> Any:
            length = torch_of(nn).linalg.vector_norm(x, dim=positions, keepdim=True)
            response = length / (length.mean(channels, keepdim=True) + self.eps)
            return module.weight * (x * response) + module.bias + x

        weight, bias = (parameter(nn, x.channels, *inner) for _ in range(2))
        return module_of(nn, forward, weight=weight, bias=bias)
