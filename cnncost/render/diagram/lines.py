"""Lines and labels within an open block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.diagram.inside import Closed
from cnncost.render.diagram.placement import RAIL_GAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncost.render.diagram.inside import Opened
    from cnncost.render.diagram.order import Rail


class Line(NamedTuple):
    """A piece of the line of a tensor."""

    tensor: int
    """The number of the layer that makes it."""
    points: tuple[tuple[float, float], ...]
    """Straight down between the first two and between the last two; between the others it goes across."""
    arrives: bool
    """Whether it ends in a box."""


class Label(NamedTuple):
    """Shapes of tensors, beside their lines."""

    x: float
    y: float
    text: str
    ends: bool
    """Whether the text ends at `x`, and not begins there."""


class Wiring:
    """The lines of a block whose trunk is at `x` and whose first rank is at `y`."""

    def __init__(self, whole: Opened, x: float, y: float) -> None:
        self.whole = whole
        self.x, self.y = x, y
        self.outs, self.ins = whole.ports.places(whole.placement.x)
        self.rank_of = {item: rank for rank, row in enumerate(whole.structure.ranks) for item in row}

    def lines(self) -> Iterator[Line]:
        """Pieces between neighbouring ranks, then those on rails."""
        structure = self.whole.structure
        for upper, lower, tensor in structure.links:
            start, end = self._leaves(upper, tensor), self._enters(lower, tensor)
            below, above = self._rank(upper)[1], self._rank(lower)[0]
            yield Line(tensor, (start, (start[0], below), (end[0], above), end), self._is_box(lower))
        rails = max([rail.number for rail in structure.rails], default=0)
        for rail in structure.rails:
            at = self.x - self.whole.placement.size.left + RAIL_GAP * (rails - rail.number + 0.5)
            yield from self._on_rail(rail, at)

    def labels(self, shape: Callable[[int], str]) -> Iterator[Label]:
        """The shapes of what boxes put out."""
        placement, ports = self.whole.placement, self.whole.ports
        for bend, tensor in ports.beside.items():
            yield Label(self.x + placement.x[bend] + 5, self._rank(bend)[0] + 8, shape(tensor), False)
        for item, tensors in ports.below.items():
            ends = ports.label_ends(item, placement.x)
            places = sorted([(*self._leaves(item, tensor), tensor) for tensor in tensors])
            at = places[0][0] - 5 if ends else places[-1][0] + 5
            yield Label(at, places[0][1] + 13, ports.words([tensor for *_, tensor in places], shape), ends)

    def _on_rail(self, rail: Rail, at: float) -> Iterator[Line]:
        start = self._leaves(rail.source, rail.tensor)
        below = self._rank(rail.source)[1] + RAIL_GAP
        for target in rail.targets:
            end = self._enters(target, rail.tensor)
            above = self._rank(target)[0] - RAIL_GAP
            points = (start, (start[0], below), (at, below), (at, above), (end[0], above), end)
            yield Line(rail.tensor, points, self._is_box(target))

    def _is_box(self, item: int) -> bool:
        parts = self.whole.parts
        return item < len(parts) and isinstance(parts[item], Closed)

    def _rank(self, item: int) -> tuple[float, float]:
        top, bottom = self.whole.placement.ranks[self.rank_of[item]]
        return self.y + top, self.y + bottom

    def _leaves(self, item: int, tensor: int) -> tuple[float, float]:
        """Where the line of a tensor leaves an item."""
        whole, middle = self.whole, self.x + self.whole.placement.x[item]
        if item >= len(whole.parts):
            return middle, self._rank(item)[0]
        part = whole.parts[item]
        at = self.outs[item, tensor] if isinstance(part, Closed) else part.outlet_at(tensor)
        return middle + at, self.y + whole.placement.y[item] + whole.sizes[item].height

    def _enters(self, item: int, tensor: int) -> tuple[float, float]:
        """Where the line of a tensor reaches an item."""
        whole, middle = self.whole, self.x + self.whole.placement.x[item]
        if item >= len(whole.parts):
            return middle, self._rank(item)[0]
        part = whole.parts[item]
        at = self.ins[item, tensor] if isinstance(part, Closed) else part.inlet_at(tensor)
        return middle + at, self.y + whole.placement.y[item]
