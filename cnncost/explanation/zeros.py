"""Why a figure is zero although the layer has something to count, or not known: in words, as no formula says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.gap import Gap
from cnncost.layers.own import Said
from cnncost.metrics.backward import NO_GRADIENT
from cnncost.metrics.metric import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def why_unknown(analysis: Analysis, metric: Metric, nodes: Sequence[Node]) -> str:
    """Why a figure of some layers is not known."""
    parts = metric.parts(analysis.settings) if metric.parts else (metric.name,)
    needs = {need for part in parts for need in METRICS[part].needs}
    for node in nodes:
        if not node.layer.is_own or all(analysis.column(part)[node.id] is not None for part in parts):
            continue
        unsaid = [key for key in Said._fields if key in needs & node.layer.unsaid]
        if unsaid and isinstance(node.layer, Gap):
            return f"`{node.name}` is a gap: what it computes is not known"
        if unsaid:
            return f"the definition of `{node.type}` does not say its {' and '.join(f'`{key}`' for key in unsaid)}"
        return f"the convention `{analysis.convention.name}` does not know `{node.type}`, a layer of the spec's own"
    if not analysis.settings.trains:
        return "int8 is for inference: nothing is trained in it"
    return "it is not known whether anything upstream is trained: a definition does not say its `parameters`"
