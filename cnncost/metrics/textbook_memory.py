"""Memory by the textbook's formulas, in bytes (notes 004, Memory Formulas).

Parameters 4P, gradients 4P, Adam 8P, activations 4 B C H W per layer, im2col 4 B C_i k^2 H_o W_o, max-pool indices
4 B C H_o W_o: with the item size of the dtype in place of the 4, except for the indices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.layers.base.window import Reads
from cnncost.metrics.metric import metric
from cnncost.settings import ITEM_SIZES, OPTIMIZER_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis

_COUNTER_BYTES = 8
"""PyTorch's ``num_batches_tracked`` is an int64."""

_INDEX_BYTES = 4
"""An index "typically" takes 4 bytes whatever the dtype (notes 004, 9.3)."""


@metric("param_bytes", source="notes 004, Memory Formulas")
def param_bytes(analysis: Analysis) -> list[int]:
    """Bytes of all parameters, 4P in float32."""
    return [count * analysis.settings.item_size for count in analysis.known("params")]


@metric("buffer_bytes", source="the buffers of PyTorch's modules")
def buffer_bytes(analysis: Analysis) -> list[int]:
    """Bytes of running statistics, float32 beside int8 weights, and of their 64-bit counters."""
    settings = analysis.settings
    item_size = settings.item_size if settings.trains else ITEM_SIZES["float32"]

    def bytes_of(node: Node) -> int:
        stored = node.buffers()
        return stored.statistics * item_size + stored.counters * _COUNTER_BYTES

    counts = zip(analysis.nodes, analysis.each(bytes_of), strict=True)
    return [count if node.owns_weights else 0 for node, count in counts]


@metric("gradient_bytes", source="notes 004, Memory Formulas")
def gradient_bytes(analysis: Analysis) -> Sequence[int | None]:
    """Bytes of the gradients of all trainable parameters, 4P in float32."""
    return _per_trained(analysis, 1)


@metric("optimizer_bytes", source="notes 004, Memory Formulas")
def optimizer_bytes(analysis: Analysis) -> Sequence[int | None]:
    """Bytes of what the optimizer keeps per trainable parameter, 8P for Adam in float32."""
    return _per_trained(analysis, OPTIMIZER_STATES[analysis.settings.optimizer])


@metric("activation_bytes", source="notes 004, Memory Formulas")
def activation_bytes(analysis: Analysis) -> list[int]:
    """Bytes of the layer's output for the whole batch, 4 B C H W in float32."""
    factor = analysis.settings.batch * analysis.settings.item_size
    return analysis.running(analysis.each(lambda node: 0 if node.layer is INPUT else factor * node.y.elements))


@metric("im2col_bytes", total="max", source="notes 004, 8.3; Chellapilla et al. 2006")
def im2col_bytes(analysis: Analysis) -> list[int]:
    """Bytes of the im2col matrix for the whole batch; one buffer serves every layer."""
    factor = analysis.settings.batch * analysis.settings.item_size
    return analysis.running(analysis.each(lambda node: factor * node.layer.column_elements(*node.xs, y=node.y)))


@metric("pool_index_bytes", source="notes 004, 9.3 and Memory Formulas")
def pool_index_bytes(analysis: Analysis) -> list[int]:
    """Bytes of the positions of maxima that max pools keep for backward, for the whole batch, 4 B C H_o W_o."""
    factor = analysis.settings.batch * _INDEX_BYTES
    return analysis.running(analysis.each(lambda node: factor * node.layer.index_elements(*node.xs, y=node.y)))


@metric("traffic_bytes", source="Williams et al. 2009")
def traffic_bytes(analysis: Analysis) -> list[int]:
    """Bytes read and written if nothing stays in a cache: a layer's inputs, its weights and its output.

    What FLOPs are divided by for the arithmetic intensity (Williams et al. 2009, the roofline model). A layer that uses
    another's weights reads them too; an input that is there for its shape only is not read.
    """
    batch, item_size = analysis.settings.batch, analysis.settings.item_size

    def bytes_of(node: Node) -> int:
        if node.layer is INPUT:
            return 0
        read = sum(x.elements for x, reach in zip(node.xs, node.reach(), strict=True) if reach is not Reads.NOTHING)
        return item_size * (batch * (read + node.y.elements) + node.parameters())

    return analysis.running(analysis.each(bytes_of))


def _per_trained(analysis: Analysis, numbers: int) -> Sequence[int | None]:
    """Bytes of so many numbers per trainable parameter; a gap where the dtype is for inference only."""
    settings = analysis.settings
    if not settings.trains:
        return [None] * len(analysis.nodes)
    return [count * numbers * settings.item_size for count in analysis.known("trainable_params")]
