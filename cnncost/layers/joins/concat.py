"""Concatenation: what lies side by side, along the channels or along an axis behind them."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from cnncost.autograd.views import cat
from cnncost.layers.base.axes import check_axis, dimension
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.specifiers import axis
from cnncost.layers.base.window import Beside, Reach, Shifted
from cnncost.layers.joins.join import Join

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor


class Concat(Join, keyword="concat"):
    """All inputs, one after the other: their channels (Inception, DenseNet, U-Net) or another axis (detector heads).

    >>> from cnncost.layers.base.tensor import Tensor
    >>> Concat().output(Tensor(64, (28, 28)), Tensor(32, (28, 28))).dims
    (96, 28, 28)
    >>> Concat(axis="positions").output(Tensor(85, (400,)), Tensor(85, (100,))).dims
    (85, 500)
    """

    source = "Szegedy et al. 2015; Huang et al. 2017"

    axis: int | str = axis("the channels, or an axis behind them: its number from 0, or its name", default="channels")

    def place(self, x: Tensor) -> int | None:
        """The number of the axis behind the channels; ``None`` where it is the channels."""
        if self.axis == "channels":
            return None
        return self.axis if isinstance(self.axis, int) else 0

    def check(self, *xs: Tensor) -> None:
        for x in xs:
            check_axis(self, self.axis, x)
        super().check(*xs)

    def fit(self, one: Tensor, other: Tensor) -> bool:
        place = self.place(one)
        if place is None:
            return one.spatial == other.spatial
        if len(one.spatial) != len(other.spatial) or one.channels != other.channels:
            return False
        pairs = enumerate(zip(one.spatial, other.spatial, strict=True))
        return all(size == like for number, (size, like) in pairs if number != place)

    def output(self, *xs: Tensor) -> Tensor:
        """The sum of the sizes along the axis."""
        first, place = xs[0], self.place(xs[0])
        if place is None:
            return first._replace(channels=sum(x.channels for x in xs))
        together = sum(x.spatial[place] for x in xs)
        return first._replace(spatial=(*first.spatial[:place], together, *first.spatial[place + 1 :]))

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """None: a copy."""
        return Operations()

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        place = self.place(y)
        if place is None:
            return tuple(Shifted(start) for start in accumulate((x.channels for x in xs[:-1]), initial=0))
        starts = accumulate((x.spatial[place] for x in xs[:-1]), initial=0)
        return tuple(Beside(place, start) for start in starts)

    def dimension(self, x: Tensor) -> int:
        """The number of the axis in PyTorch, which counts the batch."""
        return 1 + dimension("channels" if self.place(x) is None else self.axis, x)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return cat(tape, xs, self.dimension(y))

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        dimension = self.dimension(xs[0])
        return lambda *inputs: torch_of(nn).cat([*inputs], dim=dimension)

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """Flat tensors have their elements side by side, unless each is one unit; an axis that is looked at has."""
        total = super().one_channel(nn, line, *xs, y=y)
        if self.place(y) is not None:
            return self._in_turn(nn, line, *xs, y=y, total=total)

        def side_by_side(*inputs: Any) -> Any:
            lit = [x for x in inputs if x is not None]
            return torch_of(nn).cat(lit, 1) if any(x.shape[1] > 1 for x in lit) else total(*lit)

        return side_by_side if y.layout == "flat" else total

    def _in_turn(self, nn: Any, line: Line, *xs: Tensor, y: Tensor, total: Callable[..., Any]) -> Any:
        """One input after the other, where the axis is not one that has been made thin."""
        thin = [line.thin(x) for x in xs]
        place = self.place(y)
        if place is None or line.thin(y).spatial[place] != y.spatial[place]:
            return total
        cat = self.counterpart(nn, *thin)

        def in_turn(*inputs: Any) -> Any:
            lit = next(x for x in inputs if x is not None)
            given = zip(inputs, thin, strict=True)
            return cat(*[lit.new_zeros(len(lit), *shape.dims) if x is None else x for x, shape in given])

        return in_turn
