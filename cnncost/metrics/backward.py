"""FLOPs of the backward pass: the gradients of multiply-accumulates, as the notes count them (004, 9.8).

A contraction's weight gradient takes as many multiply-accumulates as its forward pass, and so does its input gradient;
the latter is computed only where something trainable lies upstream. All other gradients (of activations, norms, pools,
bias additions) are left out, as in the notes: their count here is zero. Auxiliary heads run in training only, and so
does their backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.metric import metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.layers.base.costs import GradientMacs
    from cnncost.metrics.analysis import Analysis


@metric("weight_gradient_flops", source="notes 004, 9.8")
def weight_gradient_flops(analysis: Analysis) -> Sequence[int | None]:
    """FLOPs of the weight gradients' multiply-accumulates, for the whole batch; none where weights are frozen."""
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    gradients = zip(_gradient_macs(analysis), analysis.trains_weights, strict=True)
    factor = analysis.settings.batch * analysis.convention.flops_per_mac
    return analysis.running([factor * macs.weights if trained else 0 for macs, trained in gradients])


@metric("input_gradient_flops", source="notes 004, 9.8")
def input_gradient_flops(analysis: Analysis) -> Sequence[int | None]:
    """FLOPs of the input gradients' multiply-accumulates, for the whole batch; none where nothing upstream is trained.

    The products of two activations inside an attention layer need both gradients once the layer itself is trained.
    """
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    factor = analysis.settings.batch * analysis.convention.flops_per_mac
    flops = []
    for macs, trained, upstream in zip(
        _gradient_macs(analysis), analysis.trains_weights, analysis.trained_upstream, strict=True
    ):
        inner = macs.inner if trained or upstream else 0
        flops.append(factor * (inner + (macs.inputs if upstream else 0)))
    return analysis.running(flops)


@metric("backward_flops", source="notes 004, 9.8")
def backward_flops(analysis: Analysis) -> Sequence[int | None]:
    """FLOPs of the backward pass, its multiply-accumulates alone: weight gradients and input gradients."""
    parts = zip(analysis.column("weight_gradient_flops"), analysis.column("input_gradient_flops"), strict=True)
    return [None if weights is None or inputs is None else weights + inputs for weights, inputs in parts]


def _gradient_macs(analysis: Analysis) -> list[GradientMacs]:
    return analysis.each(lambda node: node.layer.gradient_macs(*node.xs, y=node.y))
