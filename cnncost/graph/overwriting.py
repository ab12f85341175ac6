"""Layers that work in place: nothing else may read what they overwrite, or it would read something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node

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
    readers: dict[int, list[Node]] = {node.id: [] for node in nodes}
    for node in nodes:
        for value, is_read in zip(node.inputs, node.reads, strict=True):
            if is_read:
                readers[value].append(node)
    for node in overwriting:
        _refuse_other_readers(node, nodes, readers, outputs)


def _refuse_other_readers(
    node: Node, nodes: Sequence[Node], readers: dict[int, list[Node]], outputs: Sequence[int]
) -> None:
    """Look at what the node overwrites, and at everything that this is a view of."""
    reader = node
    while reader.inputs:
        value = nodes[reader.inputs[0]]
        if value.layer.is_source:
            message = f"`{node.name}` overwrites `{value.name}` in place, and every sample and every pass reads that"
            raise SpecError(message, node.origin, hint=_HINT)
        others = [other for other in readers[value.id] if other.id != reader.id]
        if others or value.id in outputs:
            what = f"`{others[0].name}` reads it too" if others else "it is an output of the network"
            message = f"`{node.name}` overwrites `{value.name}` in place, and {what}"
            raise SpecError(message, node.origin, hint=_HINT)
        if not value.layer.is_view:
            return
        reader = value
