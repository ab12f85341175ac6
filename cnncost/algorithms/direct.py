"""The definition, as nested loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.algorithms.base import Algorithm

if TYPE_CHECKING:
    from cnncost.algorithms.base import ConvolutionCall


class Direct(Algorithm, name="direct"):
    """Nested loops over outputs and weights: one multiplication for each multiply-accumulate, and no extra memory."""

    title = "nested loops"
    short = "direct"
    source = "notes 004, 8.4; Goodfellow et al. 2016, 9.1"

    def multiplications(self, call: ConvolutionCall, **sizes: int) -> int:
        return call.batch * call.layer.operations(call.x, y=call.y).mac

    def extra_elements(self, call: ConvolutionCall, **sizes: int) -> int:
        return 0
