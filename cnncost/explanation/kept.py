"""What a layer keeps for backward, tensor by tensor: found by running a step, not by a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.explanation.figure import Figure
from cnncost.metrics.step_memory import KEPT
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis


def explain_kept(analysis: Analysis, node: Node) -> Figure:
    """The bytes that a layer keeps first, and whose tensors they are.

    >>> from cnncost import load
    >>> from cnncost.metrics import Analysis
    >>> from cnncost.settings import Settings
    >>> graph = load("lenet5")
    >>> figure = explain_kept(Analysis(graph, Settings(mode="train")), graph.layers[0])
    >>> figure.value, figure.note
    (4096, 'the input: 4.00 KiB')
    """
    value = analysis.column(KEPT.name)[node.id]
    return Figure(KEPT.name, value, KEPT.unit.value, source=KEPT.source, note=_note(analysis, node, value))


def _note(analysis: Analysis, node: Node, value: int | None) -> str:
    return kept_note(node, value, tensors_kept(analysis).get(node.id, {}))


def kept_note(node: Node, value: int | None, tensors: Mapping[str, int]) -> str:
    """What a layer keeps in words, from the bytes of its tensors."""
    if value is None:
        return f"the definition of `{node.type}` does not say its `kept`"
    if not value:
        return "no tensor that is not kept by a layer before it"
    parts = sorted(tensors.items(), key=lambda part: -part[1])
    return ", ".join(f"{name}: {bytes_text(size)}" for name, size in parts)


def tensors_kept(analysis: Analysis) -> dict[int, dict[str, int]]:
    """The bytes that each node keeps first, by the layer that made them; what the loss keeps, at the output."""
    step, nodes = analysis.step, analysis.graph.nodes
    made: dict[int, dict[str, int]] = {}
    for number, keeper in step.kept.items():
        storage = step.heap.storages[number]
        if keeper >= 0:
            place, name = keeper, "its own" if storage.layer == keeper else _maker(nodes, storage.layer)
        else:
            place, name = analysis.graph.outputs[0], "the loss"
        found = made.setdefault(place, {})
        found[name] = found.get(name, 0) + storage.requested
    return made


def _maker(nodes: tuple[Node, ...], number: int) -> str:
    return f"a tensor of `{nodes[number].name}`" if number >= 0 else "the input"
