"""Pooling over sliding windows; no pool has parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.sliding import (
    Pairs,
    check_padding,
    check_rank,
    check_windows,
    constant_pad,
    pads,
    sliding_windows,
)
from cnncost.layers.base.specifiers import flag, padding, same_as, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped
from cnncost.symbolic.dims import (
    effective_kernel,
    product,
    window_count,
    window_count_ceil,
)

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.window import Reach

AXES_OF_VOLUMES = 3
"""On a map of so many axes, PyTorch's ``AvgPool3d`` checks the kernel against the input without its padding."""


class Pool(Layer):
    """Layers that summarise many elements into one, without weights."""

    family = "pooling"

    def check(self, x: Tensor) -> None:
        check_rank(self, x)

    def parameters(self, x: Tensor) -> int:
        return 0

    def record_pool(self, tape: Tape, x: Value, y: Tensor, *kept: Value) -> Value:
        """A pool that keeps its input, and what it is told; the CPU's autocast has volumes in single precision."""
        if len(y.spatial) == AXES_OF_VOLUMES:
            x = tape.single(x, on="cpu")
        return views.image(tape, "pool", x, y, keeps=[x, *kept])

    def record_maxima(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """A pool that keeps where its maxima lie besides."""
        return self.record_pool(tape, x, y, tape.make(tape.batch * y.elements, "int64"))


class WindowPool(Pool):
    """What pools over sliding windows share."""

    source = "notes 004, 9.3 and Computational Summary; Goodfellow et al. 2016, 9.3"

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
        return (Grouped(sliding_windows(self, x), x.channels),)


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

    def pads_itself(self, x: Tensor) -> bool:
        """Whether PyTorch's pool pads like this, both sides alike and by half the kernel at most."""
        return all(before == after <= k // 2 for (before, after), k in zip(pads(self, x), self.kernel, strict=True))

    def covered(self, x: Tensor) -> tuple[int, ...]:
        """How far the windows reach along each axis, all of them together."""
        axes = zip(self.output(x).spatial, self.stride, self.kernel, self.dilation, strict=True)
        return tuple((windows - 1) * stride + effective_kernel(k, dilation) for windows, stride, k, dilation in axes)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Where PyTorch's pool does not pad like this, a padded copy is what is pooled."""
        assert x.shape is not None
        if not self.pads_itself(x.shape):
            x = views.image(tape, "constant_pad", x, Tensor(y.channels, self.covered(x.shape)))
        return self.record_maxima(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        before_and_after = pads(self, x)
        pool = getattr(nn, f"MaxPool{len(x.spatial)}d")
        if self.pads_itself(x):
            padding = tuple(before for before, _ in before_and_after)
            return pool(self.kernel, self.stride, padding, self.dilation, ceil_mode=self.ceil)
        # Pad, or cut, to just what the windows cover.
        sides = zip(before_and_after, self.covered(x), x.spatial, strict=True)
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
        if len(x.spatial) == AXES_OF_VOLUMES:
            self._refuse_overhang(x)

    def _refuse_overhang(self, x: Tensor) -> None:
        """Refuse a window that is larger than the map itself, as PyTorch's mean over three axes does on any device."""
        for kernel, size in zip(self.kernel, x.spatial, strict=True):
            if kernel > size:
                raise LayerError(
                    f"kernel of {kernel} is larger than its input of {size}: over three axes, neither padding nor "
                    "`ceil` lets PyTorch's mean go beyond",
                    field="kernel",
                    hint=f"the input is {x}; a `pad` before it makes it larger",
                )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """k^2 - 1 additions and a division per output."""
        return Operations(add=(product(self.kernel) - 1) * y.elements, div=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return self.record_pool(tape, x, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        padding = tuple(before for before, _ in self.padding)
        pool = getattr(nn, f"AvgPool{len(x.spatial)}d")
        return pool(self.kernel, self.stride, padding, self.ceil, self.count_include_pad)
