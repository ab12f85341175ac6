"""What is allocated, in time: every storage with its events, the most that lived at once, and what ran when."""

from __future__ import annotations

from cnncost.autograd.tensors import Storage
from cnncost.records import NamedTuple
from cnncost.symbolic.varying import chosen, largest


class Mark(NamedTuple):
    """Where something begins in the course of a step."""

    event: int
    """How many events came before."""
    phase: str
    """``forward``, ``loss``, ``backward``, ``optimizer``."""
    layer: int
    """The node of the graph that runs; -1 where none does."""


class Heap:
    """Allocations and frees in their order, and what is alive.

    >>> heap = Heap(rounding=512)
    >>> weights, x = heap.place(100, "parameters"), heap.allocate(1000, "activation")
    >>> heap.release(x)
    >>> heap.standing_bytes, heap.live, heap.peak, heap.events
    (512, 0, 1024, [(1, 1024), (1, -1024)])
    """

    def __init__(self, rounding: int = 1) -> None:
        self.rounding = rounding
        """Bytes that every allocation is rounded up to a multiple of: 512 on CUDA."""
        self.standing: list[Storage] = []
        """What is there before the step, and after it."""
        self.standing_bytes = 0
        self.live = 0
        """Bytes that the step has allocated and not freed."""
        self.peak = 0
        """The most of them at once."""
        self.peak_event = 0
        """How many events it took to the peak."""
        self.events: list[tuple[int, int]] = []
        """The number of a storage, with its bytes where it is allocated, and minus them where it is freed."""
        self.storages: list[Storage] = []
        """All storages, by number."""
        self.marks: list[Mark] = []
        """What ran when."""
        self.phase, self.layer = "", -1

    def mark(self, phase: str, layer: int = -1) -> None:
        """Say what runs from here on."""
        self.phase, self.layer = phase, layer
        self.marks.append(Mark(len(self.events), phase, layer))

    def place(self, size: int, kind: str) -> Storage:
        """A storage that was there before the step."""
        storage = self._storage(size, kind)
        self.standing.append(storage)
        self.standing_bytes += storage.size
        return storage

    def allocate(self, size: int, kind: str) -> Storage:
        """A new storage, held once."""
        storage = self._storage(size, kind)
        self.events.append((storage.number, storage.size))
        self.live += storage.size
        is_more = self.live > self.peak
        if is_more is True:
            self.peak, self.peak_event = self.live, len(self.events)
        elif is_more is not False:  # for some of many design points
            self.peak, self.peak_event = (
                largest((self.peak, self.live)),
                chosen(is_more, len(self.events), self.peak_event),
            )
        return storage

    def release(self, storage: Storage) -> None:
        """Let go of a storage: it is freed when nobody else holds it."""
        storage.holders -= 1
        if not storage.holders:
            self.events.append((storage.number, -storage.size))
            self.live -= storage.size

    def _storage(self, size: int, kind: str) -> Storage:
        rounding = self.rounding
        storage = Storage(len(self.storages), size, -(-size // rounding) * rounding, kind, self.layer)
        self.storages.append(storage)
        return storage
