"""A step as it ran: what was recorded, what is kept, and the most that lived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Set

    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tape import Tape


class Step(NamedTuple):
    """A steady step as it ran."""

    tape: Tape
    """What was recorded."""
    kept: dict[int, int]
    """The storages that are kept for backward, by number: the node that keeps each first, -1 for the loss."""
    ever_kept: Set[int]
    """The storages that are kept in any pass, where the gradients of several are added up."""

    @property
    def heap(self) -> Heap:
        """What was allocated and freed."""
        return self.tape.heap

    @property
    def kept_bytes(self) -> int:
        """Bytes that are kept for backward."""
        return sum(self.heap.storages[number].requested for number in self.kept)

    @property
    def kept_by_node(self) -> dict[int, int]:
        """The same by the node that keeps it first; -1 for the loss."""
        kept: dict[int, int] = {}
        for number, node in self.kept.items():
            kept[node] = kept.get(node, 0) + self.heap.storages[number].requested
        return kept

    @property
    def peak_bytes(self) -> int:
        """The most that lived at once."""
        return self.heap.standing_bytes + self.heap.peak
