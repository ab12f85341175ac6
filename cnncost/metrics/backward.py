"""FLOPs of the backward pass: the gradients of multiply-accumulates, as the notes count them (004, 9.8;
Goodfellow et al. 2016, 9.5).

A contraction's weight gradient takes as many multiply-accumulates as its forward pass, and so does its input gradient;
the latter is computed only where something trainable lies upstream. Neither is computed where no gradient comes: of
what lies there, only the shape is read (`upsample: {like: ...}`), as autograd has it. All other gradients (of
activations, norms, pools, bias additions) are left out, as in the notes: their count here is zero. Auxiliary heads run
in training only, and so does their backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.metric import Unit, metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node
    from cnncost.layers.base.costs import GradientMacs
    from cnncost.metrics.analysis import Analysis


_SOURCE = "notes 004, 9.8; Goodfellow et al. 2016, 9.5"

NO_GRADIENT = "no gradient comes: of what is computed here, only the shape is read"
"""Why a layer has no gradients although its weights are trained, in words."""


@metric(
    "weight_gradient_flops",
    Unit.FLOPS,
    "FLOPs of the weight gradients' multiply-accumulates, for the whole batch; none where weights are frozen or no "
    "gradient comes",
    heading="weight gradient {unit}",
    source=_SOURCE,
    symbol="F_w",
    meaning="FLOPs of the weight gradient",
    needs=("gradient_macs",),
    trained=True,
)
def weight_gradient_flops(analysis: Analysis) -> Sequence[int | None]:
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    gradients = zip(_gradient_macs(analysis), analysis.trains_weights, analysis.gets_gradient, strict=True)
    factor = analysis.batch * analysis.convention.flops_per_mac
    return analysis.running([factor * macs.weights if trained and comes else 0 for macs, trained, comes in gradients])


def _why_no_input_gradient(analysis: Analysis, node: Node) -> str:
    if not node.operations(analysis.settings.training).mac:
        return ""
    if not analysis.trained_upstream[node.id]:
        return "nothing upstream is trained"
    return "" if analysis.gets_gradient[node.id] else NO_GRADIENT


@metric(
    "input_gradient_flops",
    Unit.FLOPS,
    "FLOPs of the input gradients' multiply-accumulates, for the whole batch; "
    "none where nothing upstream is trained or no gradient comes",
    heading="input gradient {unit}",
    source=_SOURCE,
    symbol="F_x",
    meaning="FLOPs of the input gradient",
    needs=("gradient_macs",),
    why_zero=_why_no_input_gradient,
)
def input_gradient_flops(analysis: Analysis) -> Sequence[int | None]:
    """The products of two activations inside an attention layer need both gradients once that layer is trained."""
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    factor = analysis.batch * analysis.convention.flops_per_mac
    needs = zip(analysis.nodes, analysis.trains_weights, analysis.trained_upstream, analysis.gets_gradient, strict=True)
    flops: list[int | None] = []
    for macs, (node, trained, upstream, comes), unknown in zip(
        _gradient_macs(analysis), needs, analysis.perhaps_trained_upstream, strict=True
    ):
        if unknown and comes and (macs.inner or macs.inputs):
            flops.append(None)
            continue
        inner = macs.inner if comes and (trained or upstream) else 0
        apart = node.layer.joins and not node.layer.inputs_share_gradient
        inputs = upstream if apart else bool(upstream)
        flops.append(factor * (inner + (inputs * macs.inputs if comes else 0)))
    return analysis.running(flops)


@metric(
    "backward_flops",
    Unit.FLOPS,
    "FLOPs of the backward pass, its multiply-accumulates alone: weight gradients and input gradients",
    heading="backward {unit}",
    needs=("gradient_macs",),
    source=_SOURCE,
)
def backward_flops(analysis: Analysis) -> Sequence[int | None]:
    parts = zip(analysis.column("weight_gradient_flops"), analysis.column("input_gradient_flops"), strict=True)
    return [None if weights is None or inputs is None else weights + inputs for weights, inputs in parts]


def _gradient_macs(analysis: Analysis) -> list[GradientMacs]:
    return analysis.each(lambda node: node.layer.gradient_macs(*node.xs, y=node.y))
