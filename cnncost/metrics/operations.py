"""Operations of the forward pass: multiply-accumulates, and FLOPs by a convention. All of the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.counting import forward_counts
from cnncost.metrics.metric import metric

if TYPE_CHECKING:
    from cnncost.metrics.analysis import Analysis


@metric("macs")
def macs(analysis: Analysis) -> list[int]:
    """Multiply-accumulates of convolutions, linear layers and matrix products, for the whole batch."""
    return [operations.mac for operations in analysis.operations]


@metric("flops")
def flops(analysis: Analysis) -> list[int]:
    """Operations of the forward pass as the convention counts them, for the whole batch."""
    return forward_counts(analysis, analysis.convention)
