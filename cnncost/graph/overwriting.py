"""Layers that work in place: nothing else may read what they overwrite, or it would read something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node

_HINT = "without `inplace` it is computed as it is written"


def refuse_lost_values(nodes: Sequence[Node], outputs: Sequence[int]) -> None:
    """Raise a SpecError for a layer that overwrites what another one reads, or what is an output of the network.

    Args:
        nodes: all nodes of a graph.
        outputs: indices of the nodes that are outputs, auxiliary ones among them.
    """
    overwriting = [node for node in nodes if node.layer.overwrites]
    if not overwriting:
        return
    readers = _readers(nodes)
    for node in overwriting:
        lost = _lost(node, nodes, readers, outputs)
        if lost:
            value, why = lost
            raise SpecError(f"`{node.name}` overwrites `{value.name}` in place, and {why}", node.origin, hint=_HINT)


def with_activations_in_place(graph: Graph) -> Graph:
    """The network with every activation in place that can be: nothing else reads what it overwrites, nor does backward.

    >>> from cnncost import load
    >>> graph = with_activations_in_place(load("resnet18"))
    >>> sum(node.layer.overwrites for node in graph.nodes), sum(node.type == "relu" for node in graph.nodes)
    (17, 17)
    """
    ends = (*graph.outputs, *graph.auxiliary)
    readers = _readers(graph.nodes)

    def changed(node: Node) -> Node:
        layer = node.layer
        if layer.family != "activation" or "inplace" not in layer.fields or layer.overwrites:
            return node
        origin = _origin(graph.nodes[node.inputs[0]], graph.nodes)
        if origin.id in graph.inputs or _is_kept(origin) or _lost(node, graph.nodes, readers, ends):
            return node
        return node._replace(layer=type(layer)(**{**vars(layer), "inplace": True}))

    return graph._replace(nodes=tuple([changed(node) for node in graph.nodes]))


def _readers(nodes: Sequence[Node]) -> dict[int, list[Node]]:
    """Who reads the numbers of each node's output."""
    readers: dict[int, list[Node]] = {node.id: [] for node in nodes}
    for node in nodes:
        for value, is_read in zip(node.inputs, node.reads, strict=True):
            if is_read:
                readers[value].append(node)
    return readers


def _lost(
    node: Node, nodes: Sequence[Node], readers: dict[int, list[Node]], outputs: Sequence[int]
) -> tuple[Node, str] | None:
    """What would be lost if the node overwrote what it reads, or what this is a view of; and who reads that."""
    reader = node
    while reader.inputs:
        value = nodes[reader.inputs[0]]
        if value.layer.is_source:
            return value, "every sample and every pass reads that"
        others = [other for other in readers[value.id] if other.id != reader.id]
        if others:
            return value, f"`{others[0].name}` reads it too"
        if value.id in outputs:
            return value, "it is an output of the network"
        if not value.layer.is_view:
            return None
        reader = value
    return None


def _origin(value: Node, nodes: Sequence[Node]) -> Node:
    """What a node's output is a view of, in the end."""
    while value.layer.is_view and value.inputs:
        value = nodes[value.inputs[0]]
    return value


def _is_kept(value: Node) -> bool:
    """Whether autograd keeps a node's output for its backward."""
    return getattr(value.layer, "keeps", "") == "output" or getattr(value.layer, "keeps_output", False)
