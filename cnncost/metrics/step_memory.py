"""The memory of a real step: what each layer keeps for backward, and the peak of the whole.

Other than the textbook's sums these are what PyTorch does, tensor by tensor (:mod:`cnncost.footprint`). A peak is no
sum over layers: it is one value for the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.estimate import estimate
from cnncost.metrics.metric import AtLeast, Metric, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.metrics.analysis import Analysis

_SOURCE = "PyTorch 2.13: torch.autograd.graph.saved_tensors_hooks, and the order in which its engine runs backward"


def _kept_bytes(analysis: Analysis) -> Sequence[int | None]:
    if not analysis.settings.training:
        return [0] * len(analysis.nodes)
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    kept = analysis.step.kept_by_node
    end = analysis.graph.outputs[0]
    kept[end] = kept.get(end, 0) + kept.pop(-1, 0)
    unsaid = {node.id for node in analysis.nodes if "kept" in node.layer.unsaid}
    return [None if node.id in unsaid else kept.get(node.id, 0) for node in analysis.nodes]


KEPT = Metric(
    "kept_bytes",
    Unit.BYTES,
    "Bytes that autograd keeps for backward, each tensor where it is kept first, the loss's at the output",
    "kept",
    _kept_bytes,
    source=_SOURCE,
    title="memory kept for backward",
)
STEP_METRICS = {KEPT.name: KEPT}
"""Metrics of the step that every report has, by name."""


@estimate(
    "peak_bytes",
    Unit.BYTES,
    "Bytes of the tensors that live at once, at the most, in a step of the mode: on CUDA, in PyTorch's order",
    heading="memory",
    detail="(peak)",
    source=_SOURCE,
)
def peak_bytes(analysis: Analysis) -> int | AtLeast | None:
    settings = analysis.settings
    if settings.training and not settings.trains:
        return None
    needed = {"kept", "parameters", "buffers"} if settings.training else {"parameters", "buffers"}
    peak = analysis.step.peak_bytes
    return AtLeast(peak) if any(needed & node.layer.unsaid for node in analysis.nodes) else peak
