"""Max unpooling: what a max pool has taken, put back where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.specifiers import flag, padding, reference, same_as, sizes
from cnncost.layers.base.spreading import spread_windows
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.layers.pooling.pool import MaxPool

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.sliding import Pairs
    from cnncost.layers.base.tensor import Tensor


class MaxUnpool(Layer, keyword="max_unpool"):
    """Each element at the position of the maximum that a `maxpool` step has found there, and zeros elsewhere (SegNet).

    A spec names the pool, and its windows and the size of what it read are known. As a layer, it reads the map and what
    the pool has read, which says where the maxima lie.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> unpool = MaxUnpool.make({"pool": True, "kernel": 2}, rank=2)
    >>> unpool.output(Tensor(64, (14, 14)), Tensor(64, (29, 29))).dims
    (64, 29, 29)
    """

    family = "pooling"
    source = "Badrinarayanan et al. 2017, section 3; PyTorch, MaxUnpool2d"
    reads_maxima = True

    pool: bool = reference("the `maxpool` step whose maxima are put back")
    kernel: tuple[int, ...] | None = sizes("that of the pool, which it is when absent", symbol="k", default=None)
    stride: tuple[int, ...] | None = sizes("that of the pool", symbol="s", default=same_as("kernel"))
    padding: Pairs = padding("that of the pool", default=0, same=False)
    dilation: tuple[int, ...] = sizes("that of the pool", symbol="d", default=1)
    ceil: bool = flag("that of the pool", default=False)

    def of(self) -> MaxPool:
        """The pool."""
        sizes = {"kernel": self.kernel or (), "stride": self.stride or (), "dilation": self.dilation}
        return MaxPool(**sizes, padding=self.padding, ceil=self.ceil)

    def check(self, x: Tensor, source: Tensor) -> None:
        if self.kernel is None:
            raise LayerError("`max_unpool` needs the `kernel` of the pool whose input it is given", field="kernel")
        self.of().check(source)
        for before, after in self.padding:
            if before != after:
                message = f"maxima of a pool cannot be put back where it pads unlike sides, [{before}, {after}]"
                raise LayerError(message, field="pool", hint="PyTorch pads both alike: one number for an axis")
        pooled = self.of().output(source)
        if x != pooled:
            message = f"`max_unpool` reads {x}, and the pool has made {pooled} of {source}"
            raise LayerError(message, field="pool", hint="every channel and position has a maximum of its own")

    def output(self, x: Tensor, source: Tensor) -> Tensor:
        return source

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """None: copies and zeros."""
        return Operations()

    def reach(self, x: Tensor, source: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The windows that hold the position, step 1 / s; what the pool has read says which, and adds nothing."""
        windows = spread_windows(self.kernel or (), self.stride or (), self.padding, self.dilation)
        return Grouped(windows, x.channels), Reads.NOTHING

    def record(self, tape: Tape, x: Value, source: Value, y: Tensor) -> Value:
        """The maxima are looked for again, and where they lie is kept."""
        tape.make(x.elements, source.dtype)
        indices = tape.make(x.elements, "int64")
        tape.make(source.elements, x.dtype)
        return tape.run("scatter", [x], source.elements, keeps=[indices])

    def counterpart(self, nn: Any, x: Tensor, source: Tensor) -> Any:
        """A function of the map and of what the pool has read: the maxima are looked for again, and are the same."""
        pool = self.of()
        rank, before = len(source.spatial), tuple(before for before, _ in self.padding)
        maxima = getattr(torch_of(nn).nn.functional, f"max_pool{rank}d_with_indices")

        def put_back(x: Any, source: Any) -> Any:
            where = (pool.kernel, pool.stride, before, pool.dilation, self.ceil)
            indices = maxima(source.detach(), *where)[1].flatten(2)
            zeros = x.new_zeros(*indices.shape[:2], source[0, 0].numel())
            return zeros.scatter(2, indices, x.flatten(2)).reshape(source.shape)

        return put_back

    def one_channel(self, nn: Any, line: Line, x: Tensor, source: Tensor, y: Tensor) -> Any:
        """Any of the windows that hold a position may have its maximum there."""
        pool = self.of()
        axis = line.axis
        if len(x.spatial) != line.axes:
            raise LayerError("its windows lie along other axes than those that one channel shows")
        kernel, stride, dilation = (values[axis] for values in (pool.kernel, pool.stride, self.dilation))
        before, _ = self.padding[axis]
        size = y.spatial[axis]

        def spread(lit: Any, *_: Any) -> Any:
            row = lit.reshape(len(lit), 1, -1)
            found = nn.functional.conv_transpose1d(row, row.new_ones(1, 1, kernel), stride=stride, dilation=dilation)
            padded = nn.functional.pad(found, (0, before + size))[..., before : before + size]
            return padded.reshape(-1, *line.thin(y).dims)

        return spread
