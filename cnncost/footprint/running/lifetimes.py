"""Until when the values between layers live: Python holds what a module is called with until it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.graph.liveness import Liveness


def released_after(graph: Graph, alive: Liveness, *, nested: bool) -> Mapping[int, Sequence[int]]:
    """For every node the values that nothing holds any more once it has run; inputs and outputs of the network stay.

    Args:
        graph: the network.
        alive: in which order its layers run, and which reads a value last.
        nested: whether a container holds what it is called with until it returns, as modules called by modules do.
    """
    last = dict(alive.last_use)
    if nested:
        _hold_in_containers(graph, alive.order, last)
    released: dict[int, list[int]] = {}
    for value, end in last.items():
        if value not in graph.inputs:
            released.setdefault(end, []).append(value)
    return released


def _hold_in_containers(graph: Graph, order: Sequence[Node], last: dict[int, int]) -> None:
    """Lengthen the lives of values to the end of the outermost container that they enter."""
    paths = {node.id: _path(node) for node in graph.nodes}
    ends: tuple[int, ...] = ()
    following: tuple[str, ...] = ()
    for node in reversed(order):
        path = paths[node.id]
        shared = _shared_depth(path, following)
        ends = ends[:shared] + (node.id,) * (len(path) - shared)
        following = path
        for read in node.inputs:
            if read in last:
                depth = _shared_depth(path, paths[read])
                if depth < len(ends) and ends[depth] > last[read]:
                    last[read] = ends[depth]


def _path(node: Node) -> tuple[str, ...]:
    """The containers of a node, outermost first; what is numbered lies in one that holds it all: a ``Sequential``."""
    path: list[str] = []
    for name, kind in node.containers:
        if name.endswith("]") and kind != "for":
            path.append(name.rpartition("[")[0])
        path.append(name)
    own = node.name.rpartition(".")[2]
    if own.endswith("]"):
        path.append(own.rpartition("[")[0])
    return tuple(path)


def _shared_depth(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many containers both lie in."""
    depth = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        depth += 1
    return depth
