"""Why a figure is zero although the layer has something to count: in words, since no formula says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.backward import NO_GRADIENT

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.metrics.metric import Metric


def why_nothing(metric: Metric, analysis: Analysis, node: Node) -> str:
    """The reason in words, empty where the layer has nothing of the kind in the first place."""
    if metric.stored:
        if not node.owns_weights and (node.parameters() or sum(node.buffers())):
            return f"the weights are those of `{analysis.nodes[node.weights].name}`, and counted there"
    elif node.auxiliary and not analysis.settings.training:
        return "it runs in training only"
    if metric.trained and node.parameters():
        if not analysis.trains_weights[node.id]:
            return "the weights are frozen"
        if not (analysis.weights_get_gradient if metric.stored else analysis.gets_gradient)[node.id]:
            return NO_GRADIENT
    return "" if metric.why_zero is None else metric.why_zero(analysis, node)
