"""Lowering to a matrix product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.algorithms.base import Algorithm

if TYPE_CHECKING:
    from cnncost.algorithms.base import ConvolutionCall


class Im2col(Algorithm, name="im2col"):
    """One matrix product with all patches as columns: the multiplications of the loops, and the matrix of columns.

    The matrix is that of the whole batch, also where a 1 × 1 kernel could take the input as it is: what the metric
    ``im2col_bytes`` counts.
    """

    title = "im2col and a matrix product"
    short = "im2col"
    source = "notes 004, 8.3; Chellapilla et al. 2006"

    def multiplications(self, call: ConvolutionCall, **sizes: int) -> int:
        return call.batch * call.layer.operations(call.x, y=call.y).mac

    def extra_elements(self, call: ConvolutionCall, **sizes: int) -> int:
        return call.batch * call.layer.column_elements(call.x, y=call.y)
