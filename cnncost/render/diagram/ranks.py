"""In which rank each part of a block stands: below everything that it reads, and near it.

The first step of drawing in layers (Sugiyama, Tagawa & Toda 1981, "Methods for Visual Understanding of Hierarchical
System Structures").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.render.diagram.flow import Level


def ranks_of(level: Level) -> list[int]:
    """The rank of every part, from 0: what enters stands in the first, what leaves in the last.

    >>> from cnncost.render.diagram.flow import Level
    >>> ranks_of(Level(4, (), (), {0: (0, (1, 3)), 1: (1, (2,)), 2: (2, (3,))}))
    [0, 1, 2, 3]
    """
    parts = level.children + len(level.inlets) + len(level.outlets)
    reads: list[list[int]] = [[] for _ in range(parts)]
    read_by: list[list[int]] = [[] for _ in range(parts)]
    for source, targets in level.tensors.values():
        read_by[source] += targets
        for target in targets:
            reads[target].append(source)
    ranks = _longest_paths(level, reads)
    _pull_down(level, ranks, reads, read_by)
    for outlet in range(parts - len(level.outlets), parts):
        ranks[outlet] = 1 + max(ranks[: level.children])
    return ranks


def _longest_paths(level: Level, reads: Sequence[Sequence[int]]) -> list[int]:
    """As far up as can be: a child of a block comes behind all that it reads, so that one pass is enough."""
    ranks = [0] * len(reads)
    start = 1 if level.inlets else 0
    for child in range(level.children):
        ranks[child] = max([ranks[read] + 1 for read in reads[child]], default=start)
    return ranks


def _pull_down(
    level: Level, ranks: list[int], reads: Sequence[Sequence[int]], read_by: Sequence[Sequence[int]]
) -> None:
    """Move down to its readers whatever makes fewer lines longer than shorter there."""
    for child in reversed(range(level.children)):
        readers = [reader for reader in read_by[child] if reader < level.children]
        if readers and len(read_by[child]) > len(reads[child]):
            ranks[child] = max(ranks[child], min([ranks[reader] for reader in readers]) - 1)
