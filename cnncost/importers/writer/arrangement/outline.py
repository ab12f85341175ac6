"""The names of a graph as a tree: what lies in what, in the order of the nodes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from cnncost.graph.names import joined

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cnncost.graph.graph import Graph, Node

Atom = str | int
"""A word or a number of a name."""

_ATOM = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(slots=True)
class Item:
    """A node, or nodes with a name in common."""

    label: str
    """What it is called in what it lies in; a number in brackets where it has one."""
    nodes: list[Node]
    """All of them, in order."""
    items: list[Item] | None = None
    """What lies in it; ``None`` for a node."""
    node: Node | None = None
    """The node of that name: itself, or the join of what lies in it."""
    kind: str = ""
    """What the graph calls the container."""
    name: str = ""
    """The whole name of the container."""


def outline(graph: Graph, apart: Collection[str] = ()) -> list[Item]:
    """The layers of a graph by the parts of their names.

    Args:
        graph: the graph.
        apart: containers that are none, so that what lies in them is called by its whole way.
    """
    kinds: dict[str, str] = {}
    for node in graph.layers:
        around = [container.name for container in node.containers]
        for depth, container in enumerate(node.containers):
            kinds.setdefault(joined(around[: depth + 1]), container.kind)
    items = _Outline(kinds, apart).items(list(graph.layers), 0, "")
    assert items is not None  # a name begins with a word
    return items


def each_alone(graph: Graph) -> list[Item]:
    """The layers of a graph, which lie in nothing and are called by their whole names."""
    return [Item(node.name, [node], None, node) for node in graph.layers]


def atoms_of(name: str) -> list[Atom]:
    """The words and numbers of a name.

    >>> atoms_of("features[0][1].conv")
    ['features', 0, 1, 'conv']
    """
    return [int(match[1]) if match[1] else match[2] for match in _ATOM.finditer(name)]


class _Outline:
    """Puts nodes under the parts of their names."""

    def __init__(self, kinds: dict[str, str], apart: Collection[str]) -> None:
        self.kinds = kinds
        self.apart = apart
        self.atoms: dict[int, list[Atom]] = {}

    def items(self, nodes: Sequence[Node], depth: int, around: str) -> list[Item] | None:
        """What lies in the container `around`; ``None`` where its numbers do not stay together.

        What does not stay together, since nodes of other names run between, is called by its whole way from here.
        """
        runs = [(atom, list(run)) for atom, run in groupby(nodes, lambda node: self.parts(node)[depth])]
        times = Counter(atom for atom, _ in runs)
        items: list[Item] = []
        for atom, run in runs:
            item = self.item((atom,), run, depth, around) if times[atom] == 1 else None
            if item is not None:
                items.append(item)
            elif isinstance(atom, int):
                return None
            else:
                items += self.lifted(run, nodes, depth, around)
        return items

    def item(self, atoms: tuple[Atom, ...], run: list[Node], depth: int, around: str) -> Item | None:
        """The nodes whose names go on with these parts; ``None`` where they are not one container or one node."""
        label = _way(atoms)
        name = joined([around, label]) if around else label
        inner = [node for node in run if len(self.parts(node)) > depth + len(atoms)]
        if not inner:
            return Item(label, run, None, run[0]) if len(run) == 1 else None
        own = run[len(inner) :]
        if name in self.apart or len(own) > 1 or inner != run[: len(inner)]:
            return None
        items = self.items(inner, depth + len(atoms), name)
        if items is None:
            return None
        return Item(label, run, items, own[0] if own else None, self.kinds.get(name, ""), name)

    def lifted(self, run: list[Node], nodes: Sequence[Node], depth: int, around: str) -> list[Item]:
        """What is called by its whole way from here: by two parts where these stay together, or node by node."""

        def two(node: Node) -> tuple[Atom, ...]:
            return tuple(self.parts(node)[depth : depth + 2])

        times = Counter(atoms for atoms, _ in groupby(nodes, two))
        items = []
        for atoms, group in groupby(run, two):
            together = list(group)
            item = self.item(atoms, together, depth, around) if times[atoms] == 1 else None
            alone = [Item(_way(self.parts(node)[depth:]), [node], None, node) for node in together]
            items += alone if item is None else [item]
        return items

    def parts(self, node: Node) -> list[Atom]:
        """The words and numbers of a node's name."""
        if node.id not in self.atoms:
            self.atoms[node.id] = atoms_of(node.name)
        return self.atoms[node.id]


def _way(atoms: Sequence[Atom]) -> str:
    return joined([f"[{atom}]" if isinstance(atom, int) else atom for atom in atoms])
