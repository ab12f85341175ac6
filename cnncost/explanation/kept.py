"""What a layer keeps for backward, tensor by tensor: found by running a step, not by a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.explanation.figure import Figure
from cnncost.metrics.step_memory import KEPT
from cnncost.units import bytes_text

if TYPE_CHECKING:
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
    if value is None:
        return f"the definition of `{node.type}` does not say its `kept`"
    return _tensors(analysis, node) if value else "no tensor that is not kept by a layer before it"


def _tensors(analysis: Analysis, node: Node) -> str:
    """What is kept, the largest first, each with the layer that made it; what the loss keeps, at the output."""
    step, nodes = analysis.step, analysis.graph.nodes
    made: dict[str, int] = {}
    for number, keeper in step.kept.items():
        storage = step.heap.storages[number]
        if keeper == node.id:
            name = "its own" if storage.layer == node.id else _maker(nodes, storage.layer)
        elif keeper < 0 and node.id == analysis.graph.outputs[0]:
            name = "the loss"
        else:
            continue
        made[name] = made.get(name, 0) + storage.requested
    parts = sorted(made.items(), key=lambda part: -part[1])
    return ", ".join(f"{name}: {bytes_text(size)}" for name, size in parts)


def _maker(nodes: tuple[Node, ...], number: int) -> str:
    return f"a tensor of `{nodes[number].name}`" if number >= 0 else "the input"
