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
    ends: tuple[int, ...] = ()
    following: Node | None = None
    for node in reversed(order):
        shared = 0 if following is None else _shared_depth(node, following)
        ends = ends[:shared] + (node.id,) * (len(node.containers) - shared)
        following = node
        for read in node.inputs:
            if read in last:
                depth = _shared_depth(node, graph.nodes[read])
                if depth < len(ends) and ends[depth] > last[read]:
                    last[read] = ends[depth]


def _shared_depth(one: Node, other: Node) -> int:
    """How many containers both lie in."""
    if one.containers is other.containers:
        return len(one.containers)
    depth = 0
    for mine, theirs in zip(one.containers, other.containers, strict=False):
        if mine != theirs:
            break
        depth += 1
    return depth
