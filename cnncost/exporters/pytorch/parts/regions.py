"""The containers of a graph as a tree of regions, and what values enter and leave any set of nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import INPUT
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.graph.graph import Graph, Node

_INLINE = ("branch", "residual", "shortcut")
"""Kinds of containers that a person writes no class for."""
_TURN = "for"

_INDEXED = re.compile(r"(.*)\[(\d+)\]")


class Region(NamedTuple):
    """A container, or the whole network."""

    name: str
    """Without what it lies in: ``bottleneck[1]``; empty for the network."""
    kind: str
    """The block, or what else it is."""
    children: list[Region | Leaf]
    """What lies in it, in the order in which each begins."""

    @property
    def is_block(self) -> bool:
        """Whether a block of the spec was called."""
        return self.kind not in (*_INLINE, _TURN)

    @property
    def is_inline(self) -> bool:
        """Whether it is a branch."""
        return self.kind in _INLINE

    @property
    def is_named_by_kind(self) -> bool:
        """Whether nobody gave it a name of its own."""
        return is_automatic(self.name, self.kind)

    def nodes(self) -> list[Node]:
        """All nodes in it, in the order of the graph."""
        found: list[Node] = []
        stack: list[Any] = [self]
        while stack:
            child = stack.pop()
            if isinstance(child, Leaf):
                found.append(child.node)
            else:
                stack += child.children
        return sorted(found, key=lambda node: node.id)


class Leaf(NamedTuple):
    """A layer in its region."""

    name: str
    """Without what it lies in."""
    node: Node

    @property
    def is_named_by_kind(self) -> bool:
        """Whether nobody gave it a name of its own."""
        return is_automatic(self.name, self.node.type)

    def nodes(self) -> list[Node]:
        """The node alone."""
        return [self.node]


def is_automatic(name: str, kind: str) -> bool:
    """Whether a step is called by its kind, with or without a number.

    >>> is_automatic("conv_2", "conv"), is_automatic("conv[3]", "conv"), is_automatic("stem", "conv")
    (True, True, False)
    """
    return re.fullmatch(rf"{re.escape(kind)}(_\d+)?(\[\d+\])*", name) is not None


def turn_of(name: str) -> str | None:
    """What a name has in common with those of other turns of its loop; ``None`` where it is of no loop.

    >>> turn_of("stage[2]"), turn_of("stem")
    ('stage', None)
    """
    indexed = _INDEXED.fullmatch(name)
    return None if indexed is None else indexed[1]


def tree_of(graph: Graph) -> Region:
    """The regions of a graph, as its nodes say what they lie in."""
    root = Region("", "", [])
    known = {"": root}
    for node in graph.nodes:
        if node.layer is INPUT:
            continue
        around, path = root, ""
        for container in node.containers:
            path += f"{container.name}."
            if path not in known:
                known[path] = Region(container.name, container.kind, [])
                around.children.append(known[path])
            around = known[path]
        around.children.append(Leaf(node.name.removeprefix(path), node))
    return root


def in_module_order(graph: Graph) -> list[Node]:
    """The layers as the module that is built of a graph holds them: a tree by their names, depth first."""
    tree: dict[str, Any] = {}
    for node in graph.layers:
        around = tree
        for segment in node.module_name.split("."):
            around = around.setdefault(segment, {})
        around[""] = node
    found: list[Node] = []
    stack: list[Any] = [tree]
    while stack:
        around = stack.pop()
        if isinstance(around, dict):
            own = [around[""]] if "" in around else []
            stack += [*reversed([inside for name, inside in around.items() if name]), *own]
        else:
            found.append(around)
    return found


def without_regions(graph: Graph) -> Region:
    """The layers of a graph in one region."""
    return Region("", "", [Leaf(node.name, node) for node in in_module_order(graph)])


class Flow:
    """Which values enter and leave sets of nodes."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = graph.nodes
        self.first_input = graph.inputs[0]
        self._ends = {*graph.outputs, *graph.auxiliary}
        self._readers: list[list[int]] = [[] for _ in graph.nodes]
        for node in graph.nodes:
            for read in node.inputs:
                self._readers[read].append(node.id)

    def leaves(self, value: int, inside: Iterable[int]) -> bool:
        """Whether anything but the nodes `inside`, a set, needs a value."""
        return value in self._ends or any(reader not in inside for reader in self._readers[value])

    def outputs(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The values of these nodes that anything else needs."""
        inside = set(numbers)
        return tuple([number for number in numbers if self.leaves(number, inside)])

    def is_one_step(self, numbers: Sequence[int]) -> bool:
        """Whether these nodes, in the order of the graph, can run one after the other, with no other in between."""
        inside = set(numbers)
        waiting: set[int] = set()  # outside, for something inside
        for number in range(numbers[0], numbers[-1] + 1):
            reads = self.nodes[number].inputs
            if number in inside:
                if any(read in waiting for read in reads):
                    return False
            elif any(read in waiting or (read in inside) for read in reads):
                waiting.add(number)
        return True
