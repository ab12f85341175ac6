"""Pooling whose windows follow from the input: adaptive bins, the whole map, or the channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd.strides import Strides
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, unchanged
from cnncost.layers.base.specifiers import sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads, Window, stretched
from cnncost.layers.pooling.pool import AXES_OF_VOLUMES, Pool
from cnncost.symbolic.dims import adaptive_elements, ceil_div, product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


class AdaptivePool(Pool):
    """Pools that divide the map into `size` bins; neighbouring bins overlap where the size does not divide."""

    source = "PyTorch, AdaptiveAvgPool: bin i of n reads floor(i H / n) up to ceil((i + 1) H / n)"

    size: tuple[int, ...]

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels, self.size)

    def window_elements(self, x: Tensor) -> int:
        """Elements that all bins of all channels read."""
        return x.channels * product(
            adaptive_elements(size, bins) for size, bins in zip(x.spatial, self.size, strict=True)
        )

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The bins; a single one is the whole map."""
        if y.positions == 1:
            return (Grouped(Reads.WHOLE, x.channels),)
        bins = tuple(_bins(size, out) for size, out in zip(x.spatial, self.size, strict=True))
        return (Grouped(bins, x.channels),)


class AdaptiveAvgPool(AdaptivePool, keyword="adaptive_avgpool"):
    """Mean over adaptive bins (VGG, AlexNet, pyramid pooling)."""

    size: tuple[int, ...] = sizes("bins, the size of the output", symbol="n")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """As many operations per output as its bin has elements: the additions and a division."""
        return Operations(add=self.window_elements(x) - y.elements, div=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return self.record_pool(tape, x, y) if y.positions > 1 else record_mean(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveAvgPool{len(x.spatial)}d")(self.size)


class AdaptiveMaxPool(AdaptivePool, keyword="adaptive_maxpool"):
    """Maximum over adaptive bins."""

    size: tuple[int, ...] = sizes("bins, the size of the output", symbol="n")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One comparison less per output than its bin has elements."""
        return Operations(cmp=self.window_elements(x) - y.elements)

    def index_elements(self, x: Tensor, y: Tensor) -> int:
        """The position of every maximum."""
        return y.elements

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return self.record_maxima(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveMaxPool{len(x.spatial)}d")(self.size)


def _bins(size: int, out: int) -> Window:
    """Bin i of n reads inputs floor(i H / n) up to, and without, ceil((i + 1) H / n)."""
    return stretched(
        size, out, lambda i: (i * size // out, ceil_div((i + 1) * size, out) - 1), (-1, ceil_div(size, out))
    )


class GlobalPool(Pool):
    """Pools of each channel's whole map into one number; the spatial axes stay, of size 1."""

    source = "notes 004, 9.3 and Computational Summary; Lin et al. 2014, section 3.2"

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels, (1,) * len(x.spatial))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.WHOLE, x.channels),)


class GlobalAvgPool(GlobalPool, keyword="global_avgpool"):
    """Mean of every channel.

    >>> pool, x = GlobalAvgPool(), Tensor(2048, (7, 7))
    >>> pool.output(x).dims, sum(pool.operations(x, pool.output(x))) == x.elements
    ((2048, 1, 1), True)
    """

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C H W: H W - 1 additions and a division per channel."""
        return Operations(add=x.elements - y.elements, div=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return record_mean(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveAvgPool{len(x.spatial)}d")(1)


class GlobalMaxPool(GlobalPool, keyword="global_maxpool"):
    """Maximum of every channel."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """H W - 1 comparisons per channel."""
        return Operations(cmp=x.elements - y.elements)

    def index_elements(self, x: Tensor, y: Tensor) -> int:
        """The position of every maximum."""
        return y.elements

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return self.record_maxima(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveMaxPool{len(x.spatial)}d")(1)


def record_mean(tape: Tape, x: Value, y: Tensor) -> Value:
    """An adaptive pool of one bin, which PyTorch takes for a mean: it keeps nothing."""
    if len(y.spatial) == AXES_OF_VOLUMES:
        x = tape.single(x, on="cpu")
    return tape.run("mean", [x], tape.batch * y.elements)


class ChannelPool(Layer):
    """Pools of all channels into one, at every position."""

    family = "pooling"
    source = "Woo et al. 2018 (CBAM), section 3.1"

    def output(self, x: Tensor) -> Tensor:
        return Tensor(1, x.spatial)

    def parameters(self, x: Tensor) -> int:
        return 0

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class ChannelAvgPool(ChannelPool, keyword="channel_avgpool"):
    """Mean over the channels."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C - 1 additions and a division per position."""
        return Operations(add=x.elements - y.elements, div=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.run("mean", [x], tape.batch * y.elements, strides=Strides.of((tape.batch, *y.dims)))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.mean(1, keepdim=True)


class ChannelMaxPool(ChannelPool, keyword="channel_maxpool"):
    """Maximum over the channels."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C - 1 comparisons per position."""
        return Operations(cmp=x.elements - y.elements)

    def index_elements(self, x: Tensor, y: Tensor) -> int:
        """The channel of every maximum."""
        return y.elements

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """It keeps where the maxima lie, and not the input."""
        indices = tape.make(tape.batch * y.elements, "int64")
        return tape.run("max", [x], indices.elements, keeps=[indices], strides=Strides.of((tape.batch, *y.dims)))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.max(1, keepdim=True).values
