"""Operations of the forward pass: multiply-accumulates, and FLOPs by a convention. All of the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.counting import forward_counts
from cnncost.metrics.metric import Unit, metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.metrics.analysis import Analysis


@metric(
    "macs",
    Unit.MACS,
    "Multiply-accumulates of convolutions, linear layers and matrix products, for the whole batch",
    heading="MACs",
    needs=("operations",),
)
def macs(analysis: Analysis) -> list[int]:
    return [operations.mac for operations in analysis.operations]


@metric(
    "flops",
    Unit.FLOPS,
    "Operations of the forward pass as the convention counts them, for the whole batch",
    heading="{unit}",
    by_convention=True,
    needs=("operations",),
)
def flops(analysis: Analysis) -> Sequence[int | None]:
    return forward_counts(analysis, analysis.convention)
