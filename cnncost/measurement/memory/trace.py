"""Every allocation of a step on a GPU, in time: what a device's profile is fitted on.

Blocks that are freed again by the very next event are mostly workspaces of cuDNN, and copies in another layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cnncost.measurement.results import BlockEvent

_ALLOCATED, _FREED = "alloc", "free_completed"


def traced(run: Callable[[], object], device: str) -> tuple[BlockEvent, ...]:
    """The allocations and frees while something runs on a GPU, by the history of PyTorch's allocator."""
    torch = import_torch()
    memory = torch.cuda.memory
    memory._record_memory_history(enabled="all", context=None, clear_history=True)
    try:
        outputs = run()
        torch.cuda.synchronize(device)
        history = memory._snapshot(device)["device_traces"]
        del outputs
    finally:
        memory._record_memory_history(enabled=None)
    return block_events(history[torch.device(device).index or 0])


def block_events(history: Iterable[Mapping[str, Any]]) -> tuple[BlockEvent, ...]:
    """The history of an allocator with blocks by number: ``(7, size)`` allocates block 7, ``(-7, size)`` frees it.

    ``(0, size)`` frees one that was there before.

    >>> block = {"addr": 512, "size": 100}
    >>> taken, given = {"action": "alloc", **block}, {"action": "free_completed", **block}
    >>> block_events([given, {"action": "segment_alloc", "addr": 0, "size": 2097152}, taken, given])
    ((0, 100), (1, 100), (-1, 100))
    """
    events: list[BlockEvent] = []
    blocks: dict[int, int] = {}
    count = 0
    for entry in history:
        action, address, size = entry["action"], entry["addr"], entry["size"]
        if action == _ALLOCATED:
            count += 1
            blocks[address] = count
            events.append((count, size))
        elif action == _FREED:
            events.append((-blocks.pop(address, 0), size))
    return tuple(events)
