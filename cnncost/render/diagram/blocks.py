"""The tree of blocks that the names of layers are paths in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.names import joined, segments
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SAYS_NOTHING = ("for", "branch")
"""Kinds of containers that are there for the language only."""


class Block(NamedTuple):
    """Layers that stand together in a container, or the whole network."""

    name: str
    """Where it lies, ``stage[0].bottleneck[1]``; empty for the whole. Where a container is left and entered again, what
    comes later has a number besides, ``head (2)``: no two blocks have one name."""
    label: str
    """Its name inside the block that it lies in."""
    kind: str
    """What the container is: ``bottleneck``; empty where that says nothing."""
    children: tuple[Block | int, ...]
    """What lies in it, in the order of execution: blocks, and layers by their numbers."""

    def layers(self) -> Iterator[int]:
        """The numbers of all layers in it, those of its blocks too."""
        for child in self.children:
            if isinstance(child, Block):
                yield from child.layers()
            else:
                yield child

    def blocks(self) -> Iterator[Block]:
        """This block and all within it, the outer ones first."""
        yield self
        for child in self.children:
            if isinstance(child, Block):
                yield from child.blocks()


def block_tree(names: Sequence[str], kinds: Sequence[Sequence[str]] = ()) -> Block:
    """The blocks of layers with these names.

    A block is a run of layers: all that stand behind one another in the order of execution. So what one block reads of
    another always comes before it, and a table's rows of a block are next to each other. One that holds a single
    thing is no level of its own, and a layer that is called as a block lies in it, as the addition of a residual
    connection does.

    Args:
        names: of the layers, in the order of execution.
        kinds: of the containers around each, outermost first.

    >>> tree = block_tree(["stem.conv", "unit[0].conv", "unit[0].relu", "add", "unit[0].conv_2", "unit[0].relu_2"])
    >>> [child.name if isinstance(child, Block) else child for child in tree.children]
    [0, 'unit[0]', 3, 'unit[0] (2)']
    """
    paths = [segments(name) for name in names]
    containers = {joined(path[:depth]) for path in paths for depth in range(1, len(path))}
    for name, path in zip(names, paths, strict=True):
        if name in containers:
            path.append("")
    return Block("", "", "", tuple(_children(_Layers(paths, kinds, {}), range(len(paths)), 0)))


class _Layers(NamedTuple):
    """What the blocks are made of."""

    paths: Sequence[Sequence[str]]
    """Of all layers."""
    kinds: Sequence[Sequence[str]]
    """Of the containers around each."""
    runs: dict[str, int]
    """How often each container has been entered so far."""


def _children(layers: _Layers, run: range, depth: int) -> Iterator[Block | int]:
    """What a run of layers consists of that share the first `depth` parts of their paths."""
    start = run.start
    while start < run.stop:
        end = start + 1
        while end < run.stop and _are_together(layers.paths[start], layers.paths[end], depth):
            end += 1
        yield start if end == start + 1 else _block(layers, range(start, end), depth)
        start = end


def _are_together(one: Sequence[str], other: Sequence[str], depth: int) -> bool:
    """Whether two layers that share the first `depth` parts of their paths lie in one container there."""
    return len(one) > depth + 1 and len(other) > depth + 1 and one[depth] == other[depth]


def _block(layers: _Layers, run: range, depth: int) -> Block:
    """The innermost block that holds a whole run of layers."""
    first = layers.paths[run.start]
    inside = depth + 1
    while all(_are_together(first, layers.paths[number], inside) for number in run):
        inside += 1
    path = joined(first[:inside])
    again = ""
    while path + again in layers.runs:
        layers.runs[path] += 1
        again = f" ({layers.runs[path]})"
    layers.runs[path + again] = 1
    kinds = layers.kinds[run.start] if layers.kinds else ()
    kind = kinds[inside - 1] if len(kinds) >= inside else ""
    return Block(
        path + again,
        joined(first[depth:inside]) + again,
        "" if kind in _SAYS_NOTHING else kind,
        tuple(_children(layers, run, inside)),
    )
