"""Rows as a tree of blocks: `stage[0].bottleneck[1].conv` under titles that say `stage[0]` and `bottleneck[1]` once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.names import joined, segments
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Branch(NamedTuple):
    """One line of the tree: the part of the name that is new here, how deep, and the row, none for a title."""

    name: str
    level: int
    row: int | None


def tree_of(names: Sequence[str]) -> list[Branch]:
    """The tree of the rows with these names, in their order.

    A block that holds a single thing is no level of its own: both names stay together.

    >>> for branch in tree_of(["stem.conv", "stage[0].conv", "stage[0].add.relu", "linear"]):
    ...     print("  " * branch.level + branch.name, branch.row)
    stem.conv 0
    stage[0] None
      conv 1
      add.relu 2
    linear 3
    >>> [branch.name for branch in tree_of(["features[0][0]", "features[0][1]"])]
    ['features[0]', '[0]', '[1]']
    """
    sizes = _sizes(names)
    branches: list[Branch] = []
    above: list[str] = []
    for row, name in enumerate(names):
        blocks = _blocks(name, sizes)
        shared = _shared(above, blocks)
        levels = range(shared, len(blocks))
        branches += [Branch(_within(blocks[level], blocks[:level]), level, None) for level in levels]
        branches.append(Branch(_within(name, blocks), len(blocks), row))
        above = blocks
    return branches


def depth_within(names: Sequence[str], lines: int) -> int:
    """How many levels deep layers may be grouped so that their tree has no more lines; one at the least.

    The names alone say how many lines there are; adding figures up for every depth takes much longer.

    >>> names = ["stem.conv", "stage[0].a.conv", "stage[0].a.relu", "stage[0].b.conv", "linear"]
    >>> [depth_within(names, lines) for lines in (3, 5)]
    [1, 2]
    """
    depth, deepest = 1, max([name.count(".") for name in names])
    while depth < deepest and _lines_at(names, depth + 1) <= lines:
        depth += 1
    return depth


def _lines_at(names: Sequence[str], depth: int) -> int:
    """The lines of the tree of the layers of these names, grouped so many levels deep."""
    return len(tree_of([*dict.fromkeys([joined(segments(name)[:depth]) for name in names])]))


def _within(name: str, around: Sequence[str]) -> str:
    """What a name adds to that of the innermost block around it."""
    return name.removeprefix(around[-1]).removeprefix(".") if around else name


def _prefixes(name: str) -> Iterable[str]:
    """`a`, `a.b` and `a.b[0]` of `a.b[0][1]`: every block the layer lies in, outermost first."""
    parts = segments(name)
    return (joined(parts[:depth]) for depth in range(1, len(parts)))


def _sizes(names: Iterable[str]) -> dict[str, int]:
    """How many rows lie in each block."""
    sizes: dict[str, int] = {}
    for name in names:
        for block in _prefixes(name):
            sizes[block] = sizes.get(block, 0) + 1
    return sizes


def _blocks(name: str, sizes: dict[str, int]) -> list[str]:
    """The blocks that get a title: they hold several rows, and more than the block inside them."""
    inside = [*_prefixes(name)]
    within = [*(sizes[block] for block in inside), 1]
    return [block for block, size in zip(inside, within[1:], strict=True) if sizes[block] > size]


def _shared(above: Sequence[str], blocks: Sequence[str]) -> int:
    """How many titles the previous row has already shown."""
    count = 0
    for one, other in zip(above, blocks, strict=False):
        if one != other:
            break
        count += 1
    return count
