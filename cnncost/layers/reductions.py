"""Reductions: one number in place of all that there are along some axes.

A pool is one whose axes are all the positions; here they may be any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd import views
from cnncost.autograd.backward import turned
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.axes import (
    check_axes,
    dimensions,
    one_channel_along,
    reads_along,
    resized,
    size_of,
    without,
)
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.specifiers import axes, count, flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.window import Reach

_AXES = "what is gone afterwards: `channels`, `positions`, or axes behind the channels by their numbers from 0"
_EUCLIDEAN = 2
_KEEP = "whether an axis of size 1 stands where one was, instead of none"


class Reduction(Layer):
    """What reductions share: their axes, and what becomes of the shape.

    Without its axes a map is a map of what is left, tokens with their channels are tokens, and one axis is flat.
    """

    family = "reduction"
    accepts = ANY_LAYOUT

    function: ClassVar[str]
    """PyTorch's function of a tensor and its dimensions."""
    keeps_input: ClassVar[bool] = True
    """Whether its backward needs what it has read."""
    keeps_output: ClassVar[bool] = False
    """Whether its backward needs what it has made."""

    axes: tuple[int | str, ...]
    keep: bool

    def check(self, x: Tensor) -> None:
        check_axes(self, self.axes, x)
        if not self.keep and len(dimensions(self.axes, x)) == len(x.dims):
            message = f"`{self.keyword}` over all axes of {x} leaves one number of a sample"
            raise LayerError(message, field="axes", hint="`keep: true` leaves axes of size 1")

    def output(self, x: Tensor) -> Tensor:
        places = dimensions(self.axes, x)
        return resized(x, dict.fromkeys(places, 1)) if self.keep else without(x, places)

    def parameters(self, x: Tensor) -> int:
        return 0

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (reads_along(x, dimensions(self.axes, x), dropped=not self.keep),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        strides, keeps = Strides.of((tape.batch, *y.dims)), [x] if self.keeps_input else []
        elements = tape.batch * y.elements
        return tape.run(self.function, [x], elements, keeps=keeps, keeps_output=self.keeps_output, strides=strides)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        function = getattr(torch_of(nn), self.function)
        places = tuple([1 + place for place in dimensions(self.axes, x)])
        return lambda inputs: function(inputs, dim=places, keepdim=self.keep, **self.others())

    def others(self) -> dict[str, Any]:
        """What else PyTorch's function takes."""
        return {}

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return one_channel_along(line, x, y, dimensions(self.axes, x))


class Sum(Reduction, keyword="sum"):
    """The sum over axes. The sum of several outputs is an `add`."""

    source = "by definition: PyTorch's sum"
    function = "sum"

    axes: tuple[int | str, ...] = axes(_AXES)
    keep: bool = flag(_KEEP, default=False)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Its gradient is a view of what came; CUDA's autocast has the sum in single precision."""
        before, sizes = tape.strides(x).sizes, (tape.batch, *y.dims)
        summed = {1 + place for place in dimensions(self.axes, x.shape or y)}

        def back(gradient: Strides) -> Strides:
            steps = iter(gradient.steps)
            left = [0 if place in summed and not self.keep else next(steps) for place in range(len(before))]
            return Strides(before, tuple([0 if place in summed else step for place, step in enumerate(left)]))

        dtype = "float32" if tape.autocast and tape.device == "cuda" else x.dtype
        return tape.run(
            "sum", [x], product(sizes), dtype=dtype, strides=Strides.of(sizes), backward=turned(sizes, back)
        )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition less than there are elements, for every output."""
        return Operations(add=x.elements - y.elements)


class Mean(Reduction, keyword="mean"):
    """The mean over axes.

    >>> Mean(axes=("positions",)).output(Tensor(2048, (7, 7))).dims
    (2048,)
    >>> Mean.make({"axes": "channels", "keep": True}, rank=2).output(Tensor(2048, (7, 7))).dims
    (1, 7, 7)
    """

    source = "by definition: PyTorch's mean"
    function = "mean"
    keeps_input = False

    axes: tuple[int | str, ...] = axes(_AXES)
    keep: bool = flag(_KEEP, default=False)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition less than there are elements, and a division, for every output."""
        return Operations(add=x.elements - y.elements, div=y.elements)


class Extreme(Reduction):
    """Reductions that choose one of the elements."""

    source = "by definition: PyTorch's amax and amin, which keep no indices"
    keeps_output = True

    axes: tuple[int | str, ...] = axes(_AXES)
    keep: bool = flag(_KEEP, default=False)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One comparison less than there are elements, for every output."""
        return Operations(cmp=x.elements - y.elements)


class Max(Extreme, keyword="max"):
    """The largest element over axes. The largest of several outputs is a `maximum`."""

    function = "amax"


class Min(Extreme, keyword="min"):
    """The smallest element over axes. The smallest of several outputs is a `minimum`."""

    function = "amin"


class Variance(Reduction, keyword="variance"):
    """The variance over axes."""

    source = "by definition: PyTorch's var"
    function = "var"

    axes: tuple[int | str, ...] = axes(_AXES)
    keep: bool = flag(_KEEP, default=False)
    correction: int = count("what is taken off the number of elements that is divided by", default=1, low=0)

    def check(self, x: Tensor) -> None:
        super().check(x)
        count = size_of(x, dimensions(self.axes, x))
        if count <= self.correction:
            message = (
                f"`variance` of {count} with a correction of {self.correction} divides by {count - self.correction}"
            )
            raise LayerError(message, field="correction")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of n elements: the mean, n - 1 additions and a division; n differences and squares; their sum, divided."""
        return Operations(add=3 * x.elements - 2 * y.elements, mul=x.elements, div=2 * y.elements)

    def others(self) -> dict[str, Any]:
        return {"correction": self.correction}


class VectorNorm(Reduction, keyword="vector_norm"):
    """The length over axes: the root of the sum of squares, or of another order.

    >>> norm, x = VectorNorm(axes=("channels",)), Tensor(64, (8, 8))
    >>> norm.operations(x, y=norm.output(x))
    Operations(mac=0, add=4032, mul=4096, div=0, cmp=0, exp=64)
    """

    source = "by definition: PyTorch's linalg.vector_norm"

    axes: tuple[int | str, ...] = axes(_AXES)
    keep: bool = flag(_KEEP, default=False)
    order: float = real("the power and the root", default=2)

    def check(self, x: Tensor) -> None:
        super().check(x)
        if self.order <= 0:
            raise LayerError(f"`vector_norm` has an `order` above 0, not {self.order:g}", field="order")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of n elements: n squares, n - 1 additions and a root; n absolute values in place of the squares in order 1.

        In another order n absolute values, n powers, n - 1 additions and a root.
        """
        add = x.elements - y.elements
        if self.order == 1:
            return Operations(add=add, cmp=x.elements)
        if self.order == 2:  # the Euclidean length
            return Operations(add=add, mul=x.elements, exp=y.elements)
        return Operations(add=add, cmp=x.elements, exp=x.elements + y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.vector_norm(tape, x, (tape.batch, *y.dims))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        norm = torch_of(nn).linalg.vector_norm
        places = tuple([1 + place for place in dimensions(self.axes, x)])
        return lambda inputs: norm(inputs, self.order, dim=places, keepdim=self.keep)
