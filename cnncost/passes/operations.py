"""Operations of the forward pass: multiply-accumulates, and FLOPs by a convention. All of the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph import INPUT
from cnncost.passes.base import metric

if TYPE_CHECKING:
    from cnncost.graph import Node
    from cnncost.passes.analysis import Analysis


@metric("macs")
def macs(analysis: Analysis) -> list[int]:
    """Multiply-accumulates of convolutions, linear layers and matrix products, for the whole batch.

    Source: notes 004, Computational Summary, at two FLOPs each.
    """
    return [operations.mac for operations in analysis.operations]


@metric("flops")
def flops(analysis: Analysis) -> list[int]:
    """Operations of the forward pass as the convention counts them, for the whole batch."""
    batch, training, count = analysis.settings.batch, analysis.settings.training, analysis.convention.count

    def flops_of(node: Node) -> int:
        if node.layer is INPUT:
            return 0
        return count(node, node.operations(training).times(batch), batch, training)

    return analysis.running(analysis.each(flops_of))
