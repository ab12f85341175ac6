"""Where lines touch boxes: side by side, the one of the trunk in the middle."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from cnncost.render.diagram.placement import Size
from cnncost.render.svg.lettering import width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence, Set

    from cnncost.render.diagram.structure import Structure

_STEP = 12
LABEL = 10
"""The size of the letters of labels."""


class Ports:
    """The ports of the closed boxes of a block: one below for each tensor that leaves, above for each that enters."""

    def __init__(self, structure: Structure, children: int, closed: Set[int]) -> None:
        parts = children + len(structure.inlets) + len(structure.outlets)
        self.structure = structure
        self.leaving: dict[int, dict[int, list[int]]] = {}
        self.entering: dict[int, dict[int, list[int]]] = {}
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
        self.labelled: dict[tuple[int, int], int | None] = dict(self._labels(parts))
        """The tensors that are labelled, each with the box that it leaves: where several leave, beside the bend that
        the line reaches, else below the box."""
        self.beside = {bend: tensor for (_, tensor), bend in self.labelled.items() if bend is not None}

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

    def rooms_below(self, shape: Callable[[int], str]) -> Iterator[tuple[int, float]]:
        """Boxes with a label below them, and how far right of its middle it reaches, with a margin."""
        for (item, tensor), bend in self.labelled.items():
            if bend is None:
                yield item, ceil(width_of(shape(tensor), LABEL)) + 12

    def _labels(self, parts: int) -> Iterator[tuple[tuple[int, int], int | None]]:
        for item, tensors in self.leaving.items():
            for tensor, lowers in tensors.items():
                bend = next((lower for lower in lowers if lower >= parts), None)
                if len(tensors) == 1 or bend is not None:
                    yield (item, tensor), None if len(tensors) == 1 else bend

    def _spread(self, ports: dict[int, dict[int, list[int]]], x: Sequence[float]) -> dict[tuple[int, int], float]:
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
