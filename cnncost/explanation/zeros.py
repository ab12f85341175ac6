"""Why a figure is zero although the layer has something to count: in words, since no formula says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis

_OWNED = frozenset(
    {"params", "trainable_params", "buffers", "param_bytes", "buffer_bytes", "gradient_bytes", "optimizer_bytes"}
)
_TRAINED = frozenset({"trainable_params", "gradient_bytes", "optimizer_bytes", "weight_gradient_flops"})


def why_nothing(metric: str, analysis: Analysis, node: Node) -> str:
    """The reason in words, empty where the layer has nothing of the kind in the first place."""
    settings = analysis.settings
    if metric in _OWNED:
        if not node.owns_weights and (node.parameters() or sum(node.buffers())):
            return f"the weights are those of `{analysis.nodes[node.weights].name}`, and counted there"
    elif node.auxiliary and not settings.training:
        return "it runs in training only"
    if metric in _TRAINED and node.parameters() and not analysis.trains_weights[node.id]:
        return "the weights are frozen"
    if metric == "optimizer_bytes" and node.parameters():
        return f"{settings.optimizer} keeps nothing"
    macs = node.operations(settings.training).mac
    if metric == "input_gradient_flops" and macs and not analysis.trained_upstream[node.id]:
        return "nothing upstream is trained"
    return ""
