"""Joins: layers that read several tensors, element by element or side by side."""

from __future__ import annotations

from functools import reduce
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, Any

from cnncost.autograd.backward import chosen, differences
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import SAME_POSITION, Grouped, Reach, Reads, Window
from cnncost.symbolic.dims import maximum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

# Every output position along a broadcast axis reads the one place that is there.
_BROADCAST = Window(1, 0, 0)


class Join(Layer):
    """What all joins share: any number of inputs of one layout, no parameters."""

    family = "join"
    accepts = ANY_LAYOUT
    joins = True

    def check(self, *xs: Tensor) -> None:
        if not xs:
            raise LayerError(f"`{self.keyword}` has nothing to join")
        joined = xs[0]
        for x in xs[1:]:
            if x.layout != joined.layout:
                raise LayerError(
                    f"`{self.keyword}` joins unlike layouts: {xs[0].layout} {xs[0]} and {x.layout} {x}",
                    hint="`flatten` makes a map flat, `patch_tokens` makes it tokens",
                )
            if not self.fit(joined, x):
                unlike = next(earlier for earlier in xs if not self.fit(earlier, x))
                raise LayerError(f"`{self.keyword}` joins unlike shapes {unlike} and {x}")
            joined = self.output(joined, x)

    def fit(self, one: Tensor, other: Tensor) -> bool:
        """Whether two inputs of the same layout can be joined."""
        raise NotImplementedError

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """The sum of what is lit."""
        dims = line.thin(y).dims

        def total(*inputs: Any) -> Any:
            lit = reduce(add, [x for x in inputs if x is not None])
            return lit.expand(-1, *dims) if y.layout == "map" else lit

        return total


class Broadcast(Join):
    """Joins of equal shapes, where an axis of size 1 is repeated along the others'."""

    def fit(self, one: Tensor, other: Tensor) -> bool:
        same_rank = len(one.dims) == len(other.dims)
        return same_rank and all(a == b or 1 in (a, b) for a, b in zip(one.dims, other.dims, strict=True))

    def output(self, *xs: Tensor) -> Tensor:
        """The largest size along every axis."""
        axes = zip(*(x.spatial for x in xs), strict=True)
        return Tensor(_largest([x.channels for x in xs]), tuple(_largest(axis) for axis in axes), xs[0].layout)

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return tuple(_reach(x, y) for x in xs)


def _largest(sizes: Sequence[int]) -> int:
    return reduce(maximum, sizes)


def _reach(x: Tensor, y: Tensor) -> Reach:
    if x.spatial == y.spatial:
        return Reads.POINT
    windows = [SAME_POSITION if size == whole else _BROADCAST for size, whole in zip(x.spatial, y.spatial, strict=True)]
    return Grouped(tuple(windows), x.channels)


class Add(Broadcast, keyword="add"):
    """The sum: a residual connection.

    >>> add, x = Add(), Tensor(256, (56, 56))
    >>> sum(add.operations(x, x, y=x))
    802816
    """

    source = "notes 004, 11.5 and Computational Summary; He et al. 2016, section 3.2"

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One addition per element and further input."""
        return Operations(add=(len(xs) - 1) * y.elements)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return reduce(tape.add, xs)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(add, xs)


class Subtract(Broadcast, keyword="subtract"):
    """The first less the others."""

    source = "one operation per element, as the notes 004 count the addition; He et al. 2016, section 3.2"
    needs_all_inputs = True

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One subtraction per element and further input."""
        return Operations(add=(len(xs) - 1) * y.elements)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return reduce(lambda one, other: tape.combine("sub", one, other, backward=differences), xs)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(sub, xs)


class Multiply(Broadcast, keyword="multiply"):
    """The product, a gate: squeeze-excite's scale per channel, CBAM's mask per position."""

    source = "one operation per element, as the notes 004 count the addition; Hu et al. 2018, section 3"

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One product per element and further input."""
        return Operations(mul=(len(xs) - 1) * y.elements)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return reduce(tape.multiply, xs)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(mul, xs)


class Divide(Broadcast, keyword="divide"):
    """The first over the others: weights over their sum, as in the fusion of BiFPN."""

    source = "one operation per element, as the notes 004 count the addition; Tan et al. 2020, section 3.3"
    needs_all_inputs = True

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One division per element and further input."""
        return Operations(div=(len(xs) - 1) * y.elements)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return reduce(tape.divide, xs)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(truediv, xs)


class Extreme(Broadcast):
    """Joins that choose one of the inputs for every element."""

    source = "one operation per element, as the notes 004 count the addition; Goodfellow et al. 2013, section 3"

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One comparison per element and further input."""
        return Operations(cmp=(len(xs) - 1) * y.elements)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        """Backward compares both again, so both are kept."""
        return reduce(lambda *both: tape.combine(self.keyword, *both, keeps=both, backward=chosen), xs)


class Maximum(Extreme, keyword="maximum"):
    """The largest of all inputs, element by element (maxout)."""

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(torch_of(nn).maximum, xs)


class Minimum(Extreme, keyword="minimum"):
    """The smallest of all inputs, element by element."""

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *xs: reduce(torch_of(nn).minimum, xs)
