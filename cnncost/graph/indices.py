"""Indices: numbers that say which, not how much. They come into a network from outside, and have no gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import LayerError
from cnncost.graph.graph import INPUT
from cnncost.layers.base.window import Shifted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer


def refuse_computed(nodes: Sequence[Node], read: int, layer: Layer) -> None:
    """Raise a LayerError unless a layer that reads indices reads an input of the network, or some channels of one."""
    node = nodes[read]
    while node.layer is not INPUT:
        if not _takes_channels(node):
            hint = "indices have no gradient: they come from an input of the network, or a `slice` of one"
            comes = "is its input" if node.layer.is_source else "computes its input"
            raise LayerError(f"`{layer.keyword}` reads indices, and `{node.name}` {comes}", hint=hint)
        node = nodes[node.inputs[0]]


def holds_indices(graph: Graph, number: int) -> bool:
    """Whether all that reads a node takes its numbers for indices.

    >>> from cnncost.language.load import loads
    >>> graph = loads("input: 8\\nnetwork: [{embedding: [100, 16]}]")
    >>> [holds_indices(graph, node.id) for node in graph.nodes]
    [True, False]
    """
    readers = [node for node in graph.nodes if number in node.inputs]
    return bool(readers) and all(
        node.layer.reads_indices or (_takes_channels(node) and holds_indices(graph, node.id)) for node in readers
    )


def _takes_channels(node: Node) -> bool:
    """Whether it hands on some of the channels that it reads as they are."""
    return bool(node.inputs) and all(isinstance(reach, Shifted) for reach in node.reach())
