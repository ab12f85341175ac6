"""Blocks whose activations are computed again in backward instead of being kept, as ``torch.utils.checkpoint`` does.

Of such a block its inputs are kept. Backward runs it once more at the first operation of it that needs something kept,
and stops where the last of that is there. What it brings back goes as backward goes. (``use_reentrant=False``.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.heap import Heap
    from cnncost.autograd.operation import Operation
    from cnncost.autograd.tensors import Storage

RANDOM_STATE_BYTES = 5056
"""Of the state of the processor's random numbers, kept so that the block drops the same elements again."""


class RestoredError(Exception):
    """All that backward needs of a block is there again: the rest of it is not run."""


class Checkpoint:
    """One pass through a block that keeps its inputs only."""

    def __init__(self, heap: Heap, inputs: Sequence[Storage], state_bytes: int, rerun: Callable[[Checkpoint], None]):
        self.heap = heap
        self.kept = [*inputs]
        """Its inputs, and the state of the random numbers."""
        for storage in self.kept:
            storage.holders += 1
        self.kept.append(heap.allocate(state_bytes, "random state"))
        self.rerun = rerun
        """Runs the block again, on a tape that hands :meth:`save` what is to be kept."""
        self.operations: list[Operation] = []
        """Those that keep something, in the order in which they ran."""
        self.restored: list[tuple[Storage, ...]] = []
        """What they keep, as far as the block has run again."""
        self.running_again = False
        self.finished = 0
        """Operations whose backward is done."""

    def save(self, operation: Operation, storages: Sequence[Storage]) -> None:
        """Take note that an operation keeps something; only when the block runs again it is really kept."""
        if not self.running_again:
            operation.checkpoint = self
            self.operations.append(operation)
            return
        for storage in storages:
            storage.holders += 1
        self.restored.append(tuple(storages))
        if len(self.restored) == len(self.operations):
            raise RestoredError

    @property
    def ends_next(self) -> bool:
        """Whether the next operation that keeps something is the last one."""
        return self.running_again and len(self.restored) + 1 == len(self.operations)

    def restore(self) -> None:
        """Run the block again, if that has not been done."""
        if self.running_again:
            return
        self.running_again = True
        self.rerun(self)
        for operation, storages in zip(self.operations, self.restored, strict=True):
            operation.saved = storages

    def finish(self) -> None:
        """Backward of one operation is done; after the last one the inputs are let go."""
        self.finished += 1
        if self.finished == len(self.operations):
            for storage in self.kept:
                self.heap.release(storage)
