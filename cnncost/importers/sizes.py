"""Sizes that no network has: a file that names one is damaged, or means harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.limits import MOST_NUMBERS

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node


def refuse_absurd(graph: Graph) -> None:
    """Refuse a network that stores more numbers than any machine, or gives as many at one place.

    Raises:
        SpecError: it does; it shows the layer with the most.
    """
    stored = {node.id: _stored(node) for node in graph.layers if node.owns_weights}
    if sum(stored.values()) > MOST_NUMBERS:
        largest = graph.nodes[max(stored, key=lambda number: stored[number])]
        hint = f"the largest layer is `{largest.name}`, with {stored[largest.id]:,}"
        raise SpecError(f"`{graph.name}` stores more than {MOST_NUMBERS:,} numbers", largest.origin, hint=hint)
    for node in graph.nodes:
        if node.y.elements > MOST_NUMBERS:
            message = f"`{node.name}` gives more than {MOST_NUMBERS:,} numbers for one sample: {node.y}"
            raise SpecError(message, node.origin)


def _stored(node: Node) -> int:
    return node.parameters() + sum(node.buffers())
