"""Windows as columns and back: what patch embeddings, involution and overlap-add are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from cnncost.autograd import views
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, one_position
from cnncost.layers.base.sliding import Pairs, check_rank, check_windows, pad_module, sliding_windows
from cnncost.layers.base.specifiers import padding, sizes
from cnncost.layers.base.spreading import spread_windows
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Folded, Reach, Relabelling, Unfolded
from cnncost.symbolic.dims import effective_kernel, product, window_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

_MAP_AXES = 2
"""PyTorch's own modules take maps of so many axes."""


class Columns(Layer):
    """What both directions share: a map of windows, each a column of C k^2 numbers, the windows in a row."""

    family = "shape"
    source = "PyTorch, Unfold and Fold; Chellapilla et al. 2006, section 3"

    kernel: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Pairs
    stride: tuple[int, ...]

    def parameters(self, x: Tensor) -> int:
        return 0

    def windows_along(self, spatial: tuple[int, ...]) -> tuple[int, ...]:
        """How many windows there are along each axis of a map."""
        return tuple(
            window_count(size, kernel, stride, before + after, dilation)
            for size, kernel, stride, (before, after), dilation in zip(
                spatial, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )

    def tiles(self, spatial: tuple[int, ...]) -> bool:
        """Whether every element of a map is in just one window, and nothing else is."""
        axes = zip(spatial, self.kernel, self.stride, self.dilation, self.padding, strict=True)
        return all(
            kernel == stride and (dilation == 1 or kernel == 1) and not any(pair) and not size % kernel
            for size, kernel, stride, dilation, pair in axes
        )

    def module(self, module: Any, *size: Any) -> Any:
        """PyTorch's module, with the fields that both have."""
        return module(*size, self.kernel, self.dilation, tuple(before for before, _ in self.padding), self.stride)

    def record_columns(self, tape: Tape, x: Value) -> Value:
        """Every window of a padded map as a column, copied out of overlapping views of it."""
        rank, batch, channels = len(self.kernel), *tape.strides(x).sizes[:2]
        for axis, (kernel, stride, dilation) in enumerate(self._axes(), start=2):
            x = views.windows(tape, x, axis, effective_kernel(kernel, dilation), stride)
            if dilation > 1:
                x = views.narrow(tape, x, len(tape.strides(x).sizes) - 1, kernel, dilation)
        elements, windows = range(2 + rank, 2 + 2 * rank), range(2, 2 + rank)
        x = views.permute(tape, x, (0, 1, *elements, *windows))
        *before, count = *tape.strides(x).sizes[: 2 + rank], product(tape.strides(x).sizes[2 + rank :])
        x = views.reshape(tape, x, (*before, count))
        return views.reshape(tape, x, (batch, channels * product(self.kernel), count))

    def _axes(self) -> Iterable[tuple[int, int, int]]:
        """Kernel, stride and dilation along each axis."""
        return zip(self.kernel, self.stride, self.dilation, strict=True)

    @property
    def is_pytorchs(self) -> bool:
        """Whether PyTorch has a module for it: over two axes, with equal padding on both sides."""
        return len(self.kernel) == _MAP_AXES and all(before == after for before, after in self.padding)


class Unfold(Columns, keyword="unfold"):
    """Every window as a column: C k^2 channels, and the windows in a row (im2col).

    The channels of the output are those of the input, each with the elements of its window, rows first.

    >>> unfold, x = Unfold.make({"kernel": 16, "stride": 16}, rank=2), Tensor(3, (224, 224))
    >>> unfold.output(x).dims
    (768, 196)
    """

    kernel: tuple[int, ...] = sizes("extent of the window", symbol="k")
    dilation: tuple[int, ...] = sizes("distance between window elements", symbol="d", default=1)
    padding: Pairs = padding("zeros around the input", default=0, same=False)
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=1)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)
        check_windows(self, x)

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels * product(self.kernel), (product(self.windows_along(x.spatial)),))

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None: a copy."""
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Unfolded(sliding_windows(self, x), self.kernel, self.windows_along(x.spatial)),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        if self.is_pytorchs:
            return tape.run("im2col", [x], tape.batch * y.elements)
        assert x.shape is not None
        sides = zip(x.shape.spatial, self.padding, strict=True)
        padded = Tensor(x.shape.channels, tuple([before + size + after for size, (before, after) in sides]))
        lies = Strides.of((tape.batch, *padded.dims))
        return self.record_columns(tape, tape.run("constant_pad", [x], product(lies.sizes), strides=lies))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return self.module(nn.Unfold) if self.is_pytorchs else lambda x: self._gathered(nn, x)

    def _gathered(self, nn: Any, x: Any) -> Any:
        """The windows of a map of any number of axes."""
        return columns_of(pad_module(nn, self.padding, "zeros")(x), self)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """A window sees what any of its elements does, whichever row it is in."""
        if len(x.spatial) != line.axes:
            return one_position(line, x, y)
        narrow, axis, counts = line.narrow(self), line.axis, self.windows_along(x.spatial)
        row = [count if place == axis else 1 for place, count in enumerate(counts)]

        def windows(lit: Any) -> Any:
            seen = narrow._gathered(nn, lit).amax(1)  # type: ignore[attr-defined]
            return seen.reshape(-1, *row).expand(-1, *counts).reshape(-1, 1, product(counts))

        return windows


class Fold(Columns, keyword="fold"):
    """Columns put back into a map of a `size`, and added where they overlap (col2im): the reverse of `unfold`.

    >>> fold = Fold.make({"size": [224, 224], "kernel": 16, "stride": 16}, rank=1)
    >>> fold.output(Tensor(768, (196,))).dims
    (3, 224, 224)
    """

    size: tuple[int, ...] = sizes("size of the map, a number for every axis")
    kernel: tuple[int, ...] = sizes("extent of the window", symbol="k")
    dilation: tuple[int, ...] = sizes("distance between window elements", symbol="d", default=1)
    padding: Pairs = padding("rows taken off the map's border", default=0, same=False)
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=1)

    @classmethod
    def make(cls, arguments: Mapping[str, Any], rank: int) -> Self:  # noqa: ARG003  # its columns have one axis
        """The layer with fields for as many axes as its `size` has, whatever the columns have."""
        size = arguments.get("size")
        return super().make(arguments, len(size) if isinstance(size, (list, tuple)) else 1)

    def check(self, x: Tensor) -> None:
        if len(x.spatial) != 1:
            hint = "columns are channels, and windows in a row: [C k^2, windows]; `reshape: [channels, -1]` makes a row"
            raise LayerError(f"`fold` takes columns of one axis, and its input {x} has {len(x.spatial)}", hint=hint)
        check_rank(self, Tensor(x.channels, self.size))
        self._refuse_too_small()
        elements, counts = product(self.kernel), self.windows_along(self.size)
        if x.channels % elements:
            message = f"windows of {_times(self.kernel)}, {elements} elements, do not divide {x.channels} channels"
            raise LayerError(message, field="kernel", hint=f"the input is {x}")
        if product(counts) != x.spatial[0]:
            message = f"a map of {_times(self.size)} has {_times(counts)} windows, and the input {x} {x.spatial[0]}"
            raise LayerError(message, field="size", hint=self._hint(x))

    def _refuse_too_small(self) -> None:
        """Raise a LayerError where the padded map has no room for a window."""
        for size, kernel, dilation, pair in zip(self.size, self.kernel, self.dilation, self.padding, strict=True):
            extent = effective_kernel(kernel, dilation)
            if extent > size + sum(pair):
                padded = f" padded to {size + sum(pair)}" if any(pair) else ""
                raise LayerError(f"a window of {extent} is larger than the map of {size}{padded}", field="size")

    def _hint(self, x: Tensor) -> str:
        """What is wrong where sizes do not fit."""
        if len(self.size) == 1:
            return "a size of one number is that of a signal; a map has one for each axis, `size: [64, 64]`"
        return (
            "`kernel`, `dilation`, `padding` and `stride` are those of the `unfold`, and `size` is that of what it read"
        )

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels // product(self.kernel), self.size)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition per element of the columns: each is added to a map that begins with zeros."""
        return Operations(add=x.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The elements of those windows that overlap there; where none do, one unit at another place."""
        counts = self.windows_along(self.size)
        if not self.tiles(self.size):
            return (Folded(spread_windows(self.kernel, self.stride, self.padding, self.dilation), self.kernel, counts),)
        rank = len(counts)
        order = [axis for pair in zip(range(1 + rank, 1 + 2 * rank), range(1, 1 + rank), strict=True) for axis in pair]
        return (Relabelling((y.channels, *self.kernel, *counts), (0, *order)),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Where PyTorch has no module for it, kept are the columns and the place of each of their numbers."""
        if self.is_pytorchs:
            return tape.run("col2im", [x], tape.batch * y.elements)
        padded = [before + size + after for size, (before, after) in zip(self.size, self.padding, strict=True)]
        places = tape.make(product(padded), "int64")
        places.strides = Strides.of((1, 1, *padded))
        places = self.record_columns(tape, places)
        numbers = product(tape.strides(places).sizes)
        places = views.reshape(tape, places, (numbers,))
        columns = views.reshape(tape, x, (tape.batch, y.channels, numbers))
        tape.make(tape.batch * y.channels * product(padded), x.dtype)
        lies = Strides.of((tape.batch, y.channels, *padded))
        made = tape.run("index_add", [columns], product(lies.sizes), keeps=[columns, places], strides=lies)
        for axis, size in enumerate(self.size, start=2):
            made = views.narrow(tape, made, axis, size)
        return made

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return self.module(nn.Fold, self.size) if self.is_pytorchs else lambda x: self._added(nn, x)

    def _added(self, nn: Any, x: Any) -> Any:
        """The columns added up in a map of any number of axes."""
        padded = [before + size + after for size, (before, after) in zip(self.size, self.padding, strict=True)]
        numbers = torch_of(nn).arange(product(padded), device=x.device).reshape(1, 1, *padded)
        places = columns_of(numbers, self).flatten()
        columns = x.reshape(x.shape[0], -1, product(self.kernel) * product(self.windows_along(self.size)))
        y = columns.new_zeros(*columns.shape[:2], product(padded)).index_add(2, places, columns)
        y = y.reshape(*columns.shape[:2], *padded)
        for axis, (size, (before, _)) in enumerate(zip(self.size, self.padding, strict=True), start=2):
            y = y.narrow(axis, before, size)
        return y

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Along a signal, windows lie in its order; a row of a map's windows does not say where they came from."""
        if line.axes != 1 or len(self.size) != 1:
            return one_position(line, x, y)
        return lambda lit: self._added(nn, lit.expand(-1, product(self.kernel), -1))


def columns_of(x: Any, layer: Columns) -> Any:
    """The columns of a batch of padded maps, as PyTorch's Unfold has them: (B, C k^2, windows)."""
    rank = len(layer.kernel)
    axes = zip(layer.kernel, layer.stride, layer.dilation, strict=True)
    for axis, (kernel, stride, dilation) in enumerate(axes, start=2):
        x = x.unfold(axis, effective_kernel(kernel, dilation), stride)[..., ::dilation]
    elements, windows = range(2 + rank, 2 + 2 * rank), range(2, 2 + rank)
    return x.permute(0, 1, *elements, *windows).flatten(2 + rank).flatten(1, 1 + rank)


def _times(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))
