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
    source = "notes 004, 8.4"

    def multiplications(self, place: ConvolutionCall, **sizes: int) -> int:
        return place.batch * place.layer.operations(place.x, y=place.y).mac

    def extra_elements(self, place: ConvolutionCall, **sizes: int) -> int:
        return 0
