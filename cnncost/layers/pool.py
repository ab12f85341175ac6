"""Pooling: over sliding windows, adaptive bins, the whole map, or the channels. None has parameters."""

from __future__ import annotations

from typing import Any

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, unchanged
from cnncost.layers.base.specifiers import flag, padding, same_as, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Reach, Reads, Window, stretched
from cnncost.layers.conv import Pairs, check_rank, check_windows, constant_pad, pads, sliding_windows
from cnncost.symbolic.dims import (
    adaptive_elements,
    ceil_div,
    effective_kernel,
    product,
    window_count,
    window_count_ceil,
)


class Pool(Layer):
    """Layers that summarise many elements into one, without weights."""

    family = "pooling"

    def check(self, x: Tensor) -> None:
        check_rank(self, x)

    def parameters(self, x: Tensor) -> int:
        return 0


class WindowPool(Pool):
    """What pools over sliding windows share."""

    source = "notes 004, 9.3 and Computational Summary"

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Pairs | str
    ceil: bool

    @property
    def dilation(self) -> tuple[int, ...]:
        """Windows have no gaps, unless a pool says otherwise."""
        return (1,) * len(self.kernel)

    def check(self, x: Tensor) -> None:
        super().check(x)
        if isinstance(self.padding, tuple):  # `same` pads as little as it can
            check_padding(self.kernel, self.padding)
        check_windows(self, x, ceil=self.ceil)

    def output(self, x: Tensor) -> Tensor:
        axes = zip(x.spatial, self.kernel, self.stride, pads(self, x), self.dilation, strict=True)
        if self.ceil:
            return Tensor(x.channels, tuple(window_count_ceil(h, k, s, p, d) for h, k, s, p, d in axes))
        return Tensor(x.channels, tuple(window_count(h, k, s, sum(p), d) for h, k, s, p, d in axes))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (sliding_windows(self, x),)


def check_padding(kernels: tuple[int, ...], padding: Pairs) -> None:
    """Refuse padding beyond half the kernel, as PyTorch does: a window might see nothing else."""
    for kernel, sides in zip(kernels, padding, strict=True):
        if 2 * max(sides) > kernel:
            raise LayerError(f"padding of {max(sides)} is more than half the kernel of {kernel}", field="padding")


class MaxPool(WindowPool, keyword="maxpool"):
    """Maximum over sliding windows.

    >>> pool, x = MaxPool.make({"kernel": 2}, rank=2), Tensor(64, (112, 112))
    >>> y = pool.output(x)
    >>> y.dims, pool.operations(x, y).cmp // y.elements
    ((64, 56, 56), 3)
    """

    kernel: tuple[int, ...] = sizes("extent of the window", symbol="k")
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=same_as("kernel"))
    padding: Pairs | str = padding("border that never is the maximum", default=0)
    dilation: tuple[int, ...] = sizes("distance between window elements", symbol="d", default=1)
    ceil: bool = flag("whether a last, incomplete window counts", default=False)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """k^2 - 1 comparisons per output."""
        return Operations(cmp=(product(self.kernel) - 1) * y.elements)

    def index_elements(self, x: Tensor, y: Tensor) -> int:
        """The position of every maximum (notes 004, 9.3)."""
        return y.elements

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        before_and_after = pads(self, x)
        pool = getattr(nn, f"MaxPool{len(x.spatial)}d")
        if all(before == after <= k // 2 for (before, after), k in zip(before_and_after, self.kernel, strict=True)):
            padding = tuple(before for before, _ in before_and_after)
            return pool(self.kernel, self.stride, padding, self.dilation, ceil_mode=self.ceil)
        # PyTorch pads both sides alike, by half the kernel at most: pad, or cut, to just what the windows cover.
        covered = (
            (windows - 1) * stride + effective_kernel(kernel, dilation)
            for windows, stride, kernel, dilation in zip(
                self.output(x).spatial, self.stride, self.kernel, self.dilation, strict=True
            )
        )
        sides = zip(before_and_after, covered, x.spatial, strict=True)
        exact = tuple((before, extent - size - before) for (before, _), extent, size in sides)
        padded = constant_pad(nn, exact, float("-inf"))
        return nn.Sequential(padded, pool(self.kernel, self.stride, dilation=self.dilation))


class AvgPool(WindowPool, keyword="avgpool"):
    """Mean over sliding windows.

    >>> pool, x = AvgPool.make({"kernel": 2}, rank=2), Tensor(6, (28, 28))
    >>> sum(pool.operations(x, pool.output(x)))  # LeNet-5's first pool
    4704
    """

    kernel: tuple[int, ...] = sizes("extent of the window", symbol="k")
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=same_as("kernel"))
    padding: Pairs = padding("zeros around the input, as many before as after", default=0, same=False)
    ceil: bool = flag("whether a last, incomplete window counts", default=False)
    count_include_pad: bool = flag("whether padding counts in the mean", default=True)

    def check(self, x: Tensor) -> None:
        for before, after in self.padding:
            if before != after:
                raise LayerError(
                    f"`avgpool` pads both sides alike, not [{before}, {after}]",
                    field="padding",
                    hint="put a `pad` before it",
                )
        super().check(x)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """k^2 - 1 additions and a division per output."""
        return Operations(add=(product(self.kernel) - 1) * y.elements, div=y.elements)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        padding = tuple(before for before, _ in self.padding)
        pool = getattr(nn, f"AvgPool{len(x.spatial)}d")
        return pool(self.kernel, self.stride, padding, self.ceil, self.count_include_pad)


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
            return (Reads.WHOLE,)
        return (tuple(_bins(size, out) for size, out in zip(x.spatial, self.size, strict=True)),)


class AdaptiveAvgPool(AdaptivePool, keyword="adaptive_avgpool"):
    """Mean over adaptive bins (VGG, AlexNet, pyramid pooling)."""

    size: tuple[int, ...] = sizes("bins, the size of the output", symbol="n")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """As many operations per output as its bin has elements: the additions and a division."""
        return Operations(add=self.window_elements(x) - y.elements, div=y.elements)

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

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveMaxPool{len(x.spatial)}d")(self.size)


def _bins(size: int, out: int) -> Window:
    """Bin i of n reads inputs floor(i H / n) up to, and without, ceil((i + 1) H / n)."""
    return stretched(size, out, lambda i: (i * size // out, ceil_div((i + 1) * size, out) - 1), ceil_div(size, out) + 1)


class GlobalPool(Pool):
    """Pools of each channel's whole map into one number; the spatial axes stay, of size 1."""

    source = "notes 004, 9.3 and Computational Summary; Lin et al. 2014, section 3.2"

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels, (1,) * len(x.spatial))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.WHOLE,)


class GlobalAvgPool(GlobalPool, keyword="global_avgpool"):
    """Mean of every channel.

    >>> pool, x = GlobalAvgPool(), Tensor(2048, (7, 7))
    >>> pool.output(x).dims, sum(pool.operations(x, pool.output(x))) == x.elements
    ((2048, 1, 1), True)
    """

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C H W: H W - 1 additions and a division per channel."""
        return Operations(add=x.elements - y.elements, div=y.elements)

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

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"AdaptiveMaxPool{len(x.spatial)}d")(1)


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

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.max(1, keepdim=True).values
