"""PyTorch's caching allocator on a CUDA device, simulated: from the blocks that a step asks for to what the card shows.

Tensors are blocks of memory. PyTorch does not ask the driver for each of them: it takes segments from the driver, cuts
blocks from them, and keeps both when a tensor is freed. So there are three figures, and `torch.cuda` shows them all:

- requested: the bytes that tensors have;
- allocated: the blocks that hold them, in multiples of 512 bytes, with the remainder that was too small to be cut off;
- reserved: the segments, what the driver sees of PyTorch, next to the context.

The rules are those of ``c10/cuda/CUDACachingAllocator.cpp``, with the options that PyTorch starts with, for one stream
and a card with memory to spare: no segment is given back. Best fit looks for the smallest block, among equal ones for
the lowest address. Where the driver puts a segment is not known; here each lies behind the one before.

Where a block lies depends on all that was allocated before. A process in its third step holds what a long-running one
does: load, take a batch, and run three steps.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK = 512
"""Every block is a multiple of it."""
SMALL = 2**20
"""The largest block of the small pool."""
SMALL_SEGMENT = 2 * 2**20
"""What the small pool takes from the driver."""
SHARED_SEGMENT = 20 * 2**20
"""What the large pool takes for blocks below :data:`OWN_SEGMENT`."""
OWN_SEGMENT = 10 * 2**20
"""Blocks from here on have a segment of their own size..."""
SEGMENT_ROUNDING = 2 * 2**20
"""...rounded up to a multiple of it."""

_ADDRESSES = 2**56
"""More than any address: a free block's key is its size times this, plus its address, and sorts as best fit looks."""


def rounded(size: int) -> int:
    """The block that holds `size` bytes, a multiple of 512.

    >>> rounded(1), rounded(512), rounded(4000)
    (512, 512, 4096)
    """
    return -(-size // BLOCK) * BLOCK


def segment_for(block: int) -> int:
    """The segment that is taken from the driver for a `block` that fits nowhere.

    >>> [segment_for(block) // 2**20 for block in (512, 3 * 2**20, 11 * 2**20)]
    [2, 20, 12]
    """
    if block <= SMALL:
        return SMALL_SEGMENT
    if block < OWN_SEGMENT:
        return SHARED_SEGMENT
    return -(-block // SEGMENT_ROUNDING) * SEGMENT_ROUNDING


class AllocatorFigures(NamedTuple):
    """What `torch.cuda` tells of the allocator, in bytes."""

    allocated: int
    """Blocks in use now, ``memory_allocated``."""
    peak_allocated: int
    """The most of them at once, ``max_memory_allocated``."""
    requested: int
    """What was asked for of these blocks, ``requested_bytes`` of ``memory_stats``."""
    peak_requested: int
    """The most of it at once."""
    reserved: int
    """All segments, ``memory_reserved``; none is given back, so that it is ``max_memory_reserved`` too."""


class _Block:
    """A stretch of a segment; its neighbours are those in the same segment."""

    __slots__ = ("address", "following", "free", "pool", "preceding", "size")

    def __init__(
        self, address: int, size: int, pool: _Pool, preceding: _Block | None = None, following: _Block | None = None
    ) -> None:
        self.address = address
        self.size = size
        self.pool = pool
        self.preceding = preceding
        self.following = following
        self.free = False


class _Pool:
    """The free blocks of one kind of segment, sorted as best fit looks for them."""

    __slots__ = ("blocks", "keys", "smallest_remainder")

    def __init__(self, smallest_remainder: int) -> None:
        self.smallest_remainder = smallest_remainder
        """A remainder from here on becomes a block of its own, a smaller one stays with the block."""
        self.keys: list[int] = []
        """Of each free block, ascending."""
        self.blocks: list[_Block] = []
        """The free blocks in the order of their keys."""

    def add(self, block: _Block) -> None:
        key = block.size * _ADDRESSES + block.address
        place = bisect_left(self.keys, key)
        self.keys.insert(place, key)
        self.blocks.insert(place, block)
        block.free = True

    def remove(self, block: _Block) -> None:
        place = bisect_left(self.keys, block.size * _ADDRESSES + block.address)
        del self.keys[place], self.blocks[place]
        block.free = False

    def best_fit(self, size: int) -> _Block | None:
        """The smallest free block of at least `size` bytes, at the lowest address; taken out of the pool."""
        place = bisect_left(self.keys, size * _ADDRESSES)
        if place == len(self.keys):
            return None
        del self.keys[place]
        block = self.blocks.pop(place)
        block.free = False
        return block

    def cut(self, block: _Block, size: int) -> None:
        """Leave `size` bytes in the block and make a free block of the remainder."""
        rest = _Block(block.address + size, block.size - size, self, block, block.following)
        if rest.following is not None:
            rest.following.preceding = rest
        block.size, block.following = size, rest
        self.add(rest)

    def take_back(self, block: _Block) -> None:
        """Make the block a free one, together with its neighbours if they are free."""
        before, after = block.preceding, block.following
        if before is not None and before.free:
            self.remove(before)
            before.size += block.size
            before.following = after
            if after is not None:
                after.preceding = before
            block = before
        if after is not None and after.free:
            self.remove(after)
            block.size += after.size
            block.following = after.following
            if after.following is not None:
                after.following.preceding = block
        self.add(block)


class CachingAllocator:
    """The state of the allocator: segments, the blocks in them, and the peaks so far.

    >>> allocator = CachingAllocator()
    >>> allocator.allocate("weights", 4_000)
    >>> allocator.allocate("map", 12_000_000)
    >>> allocator.free("map")
    >>> figures = allocator.figures
    >>> figures.allocated, figures.peak_allocated, figures.peak_requested, figures.reserved
    (4096, 12587008, 12004000, 14680064)
    """

    def __init__(self) -> None:
        self._small = _Pool(smallest_remainder=BLOCK)
        self._large = _Pool(smallest_remainder=SMALL + 1)
        self._used: dict[object, tuple[_Block | None, int]] = {}
        self._allocated = self._peak_allocated = 0
        self._requested = self._peak_requested = 0
        self._reserved = 0

    @property
    def figures(self) -> AllocatorFigures:
        """What is in use now, and the peaks."""
        return AllocatorFigures(
            self._allocated, self._peak_allocated, self._requested, self._peak_requested, self._reserved
        )

    def reset_peaks(self) -> None:
        """Let peaks start from what is in use now, as ``torch.cuda.reset_peak_memory_stats``."""
        self._peak_allocated = self._allocated
        self._peak_requested = self._requested

    def allocate(self, name: object, size: int) -> None:
        """Take a block for the `size` bytes of the tensor `name`; one without bytes takes none.

        Raises:
            ValueError: a tensor of that name is allocated.
        """
        if name in self._used:
            raise ValueError(f"{name!r} is allocated already")
        if not size:
            self._used[name] = None, 0
            return
        wanted = -(-size // BLOCK) * BLOCK
        pool = self._small if wanted <= SMALL else self._large
        block = pool.best_fit(wanted) or self._segment(wanted, pool)
        if block.size - wanted >= pool.smallest_remainder:
            pool.cut(block, wanted)
        self._used[name] = block, size
        self._allocated += block.size
        self._requested += size
        if self._allocated > self._peak_allocated:  # noqa: PLR1730 - `max` takes longer, and this runs for every block
            self._peak_allocated = self._allocated
        if self._requested > self._peak_requested:  # noqa: PLR1730
            self._peak_requested = self._requested

    def free(self, name: object) -> None:
        """Give the block of the tensor `name` back.

        Raises:
            KeyError: no tensor of that name is allocated.
        """
        block, size = self._used.pop(name)
        if block is not None:
            self._allocated -= block.size
            self._requested -= size
            block.pool.take_back(block)

    def replay(self, events: Iterable[tuple[int, int]]) -> None:
        """Allocate and free as `events` say: ``(7, size)`` allocates the tensor 7, ``(-7, size)`` frees it.

        >>> allocator = CachingAllocator()
        >>> allocator.replay([(1, 600), (2, 512), (-1, 600), (3, 1024), (-2, 512), (-3, 1024)])
        >>> allocator.figures.peak_allocated, allocator.figures.allocated
        (1536, 0)
        """
        for name, size in events:
            if name > 0:
                self.allocate(name, size)
            else:
                self.free(-name)

    def _segment(self, block: int, pool: _Pool) -> _Block:
        size = segment_for(block)
        self._reserved += size
        return _Block(self._reserved - size, size, pool)
