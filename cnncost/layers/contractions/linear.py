"""The linear (fully connected) layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.products import linear
from cnncost.errors import LayerError
from cnncost.layers.base.axes import check_axis, dimension, one_channel_along, reads_along, resized, rows_of
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of
from cnncost.layers.base.one_channel import Line, anything
from cnncost.layers.base.specifiers import axis, count, flag, sources
from cnncost.layers.contractions.contraction import (
    COMPUTED_FROM,
    FIXED,
    SPECTRAL_NORM,
    WEIGHT_NORM,
    Parametrised,
)

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Reach


class Linear(Parametrised, keyword="linear"):
    """Fully connected layer over the channels of a flat or token input, or over an axis of any.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> linear = Linear.make({"out": 120}, rank=0)
    >>> linear.parameters(Tensor(400, (), "flat"))
    48120
    """

    family = "linear"
    source = "notes 004, 8.2 and 11.1; Goodfellow et al. 2016, chapter 6"
    accepts = ("flat", "tokens", "map")

    out: int = count("output features", symbol="C_o")
    bias: bool = flag("whether a bias is added", default=True)
    fixed: bool = flag(FIXED, default=False)
    weight_norm: bool = flag(WEIGHT_NORM, default=False)
    spectral_norm: bool = flag(SPECTRAL_NORM, default=False)
    axis: int | str = axis("the axis of the features: the channels, or one behind them", default="channels")
    computed_from: tuple[int, ...] | None = sources(COMPUTED_FROM)

    def check(self, x: Tensor) -> None:
        super().check(x)
        check_axis(self, self.axis, x)
        if x.layout == "map" and self.axis == "channels":
            hint = "put a `flatten` before it, or say which `axis` it is over"
            raise LayerError(f"`linear` takes a flat tensor or tokens, not a map of {x}", hint=hint)

    def place(self, x: Tensor) -> int:
        """The dimension of the features."""
        return dimension(self.axis, x)

    def output(self, x: Tensor) -> Tensor:
        return resized(x, {self.place(x): self.out})

    def weights(self, x: Tensor) -> int:
        return self.out * x.dims[self.place(x)]

    def kernels(self, x: Tensor) -> tuple[int, ...]:
        return self.matrix(x)

    def matrix(self, x: Tensor) -> tuple[int, int]:
        return self.out, x.dims[self.place(x)]

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One multiply-accumulate per weight, at every token."""
        return Operations(mac=self.weights(x) * rows_of(x, [self.place(x)]), add=self.bias_additions(x, y))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (reads_along(x, [self.place(x)]),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Over an axis that is not the last one it is turned behind the others, and back: views."""
        assert x.shape is not None
        weights, place, last = self.record_weights(tape, x.shape), 1 + self.place(x.shape), len(y.dims)
        if place == last:
            return linear(tape, x, weights, self.out)
        there = [axis for axis in range(last + 1) if axis != place]
        made = linear(tape, views.permute(tape, x, [*there, place]), weights, self.out)
        return views.permute(tape, made, [*range(place), last, *range(place, last)])

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        place = self.place(x)
        module = self.with_form(nn, nn.Linear(x.dims[place], self.out, self.bias))
        if place == len(x.dims) - 1:
            return module
        # PyTorch takes the last axis only.
        return module_of(
            nn, lambda module, x: module.linear(x.movedim(place + 1, -1)).movedim(-1, place + 1), linear=module
        )

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        if y.layout == "flat":
            return lambda features: anything(features, (1,))
        return one_channel_along(line, x, y, [self.place(x)])
