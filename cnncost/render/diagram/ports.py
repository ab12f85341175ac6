"""Where lines touch boxes: side by side, the one of the trunk in the middle."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from cnncost.render.diagram.placement import Size
from cnncost.render.svg.lettering import width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    from cnncost.render.diagram.placement import Placement
    from cnncost.render.diagram.structure import Structure

_STEP, _MOST_SHAPES = 12, 4
LABEL = 10
"""The size of the letters of labels."""


Ends: TypeAlias = dict[int, dict[int, list[int]]]
"""By item and tensor, the items at the other ends of its lines."""


class Ports:
    """The ports of the closed boxes of a block: one below for each tensor that leaves, above for each that enters."""

    def __init__(self, structure: Structure, children: int, closed: Set[int]) -> None:
        parts = children + len(structure.inlets) + len(structure.outlets)
        self.structure = structure
        self.rank_of = {item: rank for rank, row in enumerate(structure.ranks) for item in row}
        self.links: list[list[tuple[int, int]]] = [[] for _ in structure.ranks]
        """By rank, the pieces of lines that come from it: the items that they link."""
        for upper, lower, _ in structure.links:
            self.links[self.rank_of[upper]].append((upper, lower))
        self.leaving: Ends = {}
        self.entering: Ends = {}
        self._add_links(structure, closed)
        self.below: dict[int, list[int]] = {}
        """By box, the tensors whose shapes stand below it."""
        self.beside: dict[int, int] = {}
        """By bend, the tensor whose shape stands beside it: of boxes that several tensors leave."""
        for item, tensors in self.leaving.items():
            for tensor, lowers in tensors.items():
                bend = next((lower for lower in lowers if lower >= parts), None)
                if len(tensors) == 1 or bend is None:
                    self.below.setdefault(item, []).append(tensor)
                else:
                    self.beside[bend] = tensor

    def _add_links(self, structure: Structure, closed: Set[int]) -> None:
        for upper, lower, tensor in structure.links:
            if upper in closed:
                self.leaving.setdefault(upper, {}).setdefault(tensor, []).append(lower)
            if lower in closed:
                self.entering.setdefault(lower, {}).setdefault(tensor, []).append(upper)
        for rail in structure.rails:
            if rail.source in closed:
                self.leaving.setdefault(rail.source, {}).setdefault(rail.tensor, [])
            for target in rail.targets:
                if target in closed:
                    self.entering.setdefault(target, {}).setdefault(rail.tensor, [])

    def widened(self, item: int, size: Size) -> Size:
        """The size of a box, with room for all its ports wherever the one in the middle is."""
        most = max(len(self.leaving.get(item, ())), len(self.entering.get(item, ())))
        room = _STEP * most
        return Size(max(size.left, room), max(size.right, room), size.height) if most > 1 else size

    def places(self, x: Sequence[float]) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
        """How far from the middle of the box each port is, below and above, by box and tensor."""
        return self._spread(self.leaving, x), self._spread(self.entering, x)

    def label_room(self, item: int, shape: Callable[[int], str]) -> float:
        """The room that a bend needs for a label beside it."""
        return ceil(width_of(shape(self.beside[item]), LABEL)) + 6 if item in self.beside else 0

    def words(self, tensors: Sequence[int], shape: Callable[[int], str]) -> str:
        """What stands below a box: the shapes of these tensors."""
        shapes = [shape(tensor) for tensor in tensors[:_MOST_SHAPES]]
        return " | ".join(shapes if len(tensors) <= _MOST_SHAPES else [*shapes, "…"])

    def label_ends(self, item: int, x: Sequence[float]) -> bool:
        """Whether what stands below a box ends at its line: where lines go to the right or come from there, and none on
        the left do."""
        here = x[item]
        own = [x[lower] for lowers in self.leaving[item].values() for lower in lowers]
        others = [(x[upper], x[lower]) for upper, lower in self.links[self.rank_of[item]] if upper != item]
        right = any(end > here for end in own) or any(start > here >= end for start, end in others)
        left = any(end < here for end in own) or any(start < here <= end for start, end in others)
        return right and not left

    def with_labels(self, placement: Placement, shape: Callable[[int], str]) -> Placement:
        """A placement with room for what stands below boxes."""
        left, right, height = placement.size
        for item, tensors in self.below.items():
            room = ceil(width_of(self.words(tensors, shape), LABEL)) + 6 + _STEP * (len(tensors) - 1)
            if self.label_ends(item, placement.x):
                left = max(left, room - placement.x[item])
            else:
                right = max(right, room + placement.x[item])
        return placement._replace(size=Size(left, right, height))

    def _spread(self, ports: Ends, x: Sequence[float]) -> dict[tuple[int, int], float]:
        columns = self.structure.columns
        places: dict[tuple[int, int], float] = {}
        for item, tensors in ports.items():
            ends = {
                tensor: sum([x[other] for other in others]) / len(others) if others else -1e9
                for tensor, others in tensors.items()
            }
            ordered = sorted(tensors, key=ends.__getitem__)
            straight = [
                place
                for place, tensor in enumerate(ordered)
                if any(columns[other] == columns[item] for other in tensors[tensor])
            ]
            middle = straight[0] if straight else (len(ordered) - 1) / 2
            for place, tensor in enumerate(ordered):
                places[item, tensor] = _STEP * (place - middle)
        return places
