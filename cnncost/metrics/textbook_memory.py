"""Memory by the textbook's formulas, in bytes (notes 004, Memory Formulas; Sohoni et al. 2019, section 2).

Parameters 4P, gradients 4P, Adam 8P, activations 4 B C H W per layer, im2col 4 B C_i k^2 H_o W_o, max-pool indices
4 B C H_o W_o: with the item size of the dtype in place of the 4, except for the indices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.metrics.metric import Unit, metric
from cnncost.settings import ITEM_SIZES, OPTIMIZER_STATES, STATES_WITHOUT_GRADIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis

_SOURCE = "notes 004, Memory Formulas; Sohoni et al. 2019, section 2"

MEMORY_PARTS = {
    "infer": ("param_bytes", "buffer_bytes", "activation_bytes"),
    "train": ("param_bytes", "buffer_bytes", "activation_bytes", "gradient_bytes", "optimizer_bytes"),
}
"""What the textbook adds up to the memory of a network, by mode."""

_COUNTER_BYTES = 8
"""PyTorch's ``num_batches_tracked`` is an int64."""

_INDEX_BYTES = 4
"""An index "typically" takes 4 bytes whatever the dtype (notes 004, 9.3; the switches of Zeiler & Fergus 2014)."""


@metric(
    "param_bytes",
    Unit.BYTES,
    "Bytes of all parameters, 4P in float32",
    heading="parameter memory",
    source=_SOURCE,
    stored=True,
    needs=("parameters",),
)
def param_bytes(analysis: Analysis) -> list[int]:
    return [count * analysis.item_size for count in analysis.known("params")]


@metric(
    "buffer_bytes",
    Unit.BYTES,
    "Bytes of running statistics and fixed weights, float32 beside int8 weights, and of their 64-bit counters",
    heading="buffer memory",
    source="the buffers of PyTorch's modules",
    stored=True,
    needs=("buffers",),
)
def buffer_bytes(analysis: Analysis) -> list[int]:
    item_size = analysis.item_size if analysis.settings.trains else ITEM_SIZES["float32"]

    def bytes_of(node: Node) -> int:
        stored = node.buffers()
        return (stored.statistics + stored.weights) * item_size + stored.counters * _COUNTER_BYTES

    counts = zip(analysis.nodes, analysis.each(bytes_of), strict=True)
    return [count if node.owns_weights else 0 for node, count in counts]


@metric(
    "gradient_bytes",
    Unit.BYTES,
    "Bytes of the gradients of the trainable parameters that get one, 4P in float32",
    heading="gradients",
    title="gradient memory",
    source=_SOURCE,
    stored=True,
    trained=True,
    needs=("parameters",),
)
def gradient_bytes(analysis: Analysis) -> Sequence[int | None]:
    return _per_trained(analysis, 1, analysis.weights_get_gradient)


def _why_no_optimizer(analysis: Analysis, node: Node) -> str:
    return f"{analysis.settings.optimizer} keeps nothing" if node.parameters() else ""


@metric(
    "optimizer_bytes",
    Unit.BYTES,
    "Bytes of what the optimizer keeps per trainable parameter that gets a gradient, 8P for Adam in float32",
    heading="optimizer",
    title="optimizer memory",
    source=_SOURCE,
    stored=True,
    trained=True,
    why_zero=_why_no_optimizer,
    needs=("parameters",),
)
def optimizer_bytes(analysis: Analysis) -> Sequence[int | None]:
    optimizer = analysis.settings.optimizer
    kept = analysis.trains_weights if optimizer in STATES_WITHOUT_GRADIENT else analysis.weights_get_gradient
    return _per_trained(analysis, OPTIMIZER_STATES[optimizer], kept)


@metric(
    "activation_bytes",
    Unit.BYTES,
    "Bytes of the layer's output for the whole batch, 4 B C H W in float32",
    heading="activations",
    source=_SOURCE,
)
def activation_bytes(analysis: Analysis) -> list[int]:
    factor = analysis.batch * analysis.item_size
    return analysis.running(analysis.each(lambda node: 0 if node.layer is INPUT else factor * node.y.elements))


@metric(
    "im2col_bytes",
    Unit.BYTES,
    "Bytes of the im2col matrix for the whole batch; one buffer serves every layer",
    heading="im2col",
    title="im2col memory",
    source="notes 004, 8.3; Chellapilla et al. 2006",
    total="max",
)
def im2col_bytes(analysis: Analysis) -> list[int]:
    factor = analysis.batch * analysis.item_size
    return analysis.running(analysis.each(lambda node: factor * node.layer.column_elements(*node.xs, y=node.y)))


@metric(
    "pool_index_bytes",
    Unit.BYTES,
    "Bytes of the positions of maxima that max pools keep for backward, for the whole batch, 4 B C H_o W_o",
    heading="pool index",
    title="pool index memory",
    source="notes 004, 9.3 and Memory Formulas; Zeiler & Fergus 2014, section 2.1",
)
def pool_index_bytes(analysis: Analysis) -> list[int]:
    factor = analysis.batch * _INDEX_BYTES
    return analysis.running(analysis.each(lambda node: factor * node.layer.index_elements(*node.xs, y=node.y)))


@metric(
    "traffic_bytes",
    Unit.BYTES,
    "Bytes read and written if nothing stays in a cache: a layer's inputs, its weights and its output",
    heading="traffic",
    title="memory traffic",
    source="Williams et al. 2009",
    needs=("parameters", "buffers"),
)
def traffic_bytes(analysis: Analysis) -> list[int]:
    """What FLOPs are divided by for the arithmetic intensity, as in the roofline model of the source.

    A layer that uses another's weights reads them too; an input that is there for its shape only is not read.
    """
    batch, item_size = analysis.batch, analysis.item_size

    def bytes_of(node: Node) -> int:
        if node.layer is INPUT:
            return 0
        read = sum(x.elements for x, is_read in zip(node.xs, node.reads, strict=True) if is_read)
        weights = node.parameters() + node.buffers().weights
        return item_size * (batch * (read + node.y.elements) + weights)

    return analysis.running(analysis.each(bytes_of))


@metric(
    "textbook_bytes",
    Unit.BYTES,
    "Bytes of everything that the textbook counts in the mode, added up as if all of it were there at once",
    heading="textbook memory",
    detail="(sum)",
    source=_SOURCE,
    parts=lambda settings: MEMORY_PARTS[settings.mode],
)
def textbook_bytes(analysis: Analysis) -> Sequence[int | None]:
    columns = [analysis.column(part) for part in MEMORY_PARTS[analysis.settings.mode]]
    return [_sum(values) for values in zip(*columns, strict=True)]


def _sum(values: Sequence[int | None]) -> int | None:
    """The sum of the values; a gap where one of them is."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _per_trained(analysis: Analysis, numbers: int, have: Sequence[bool]) -> Sequence[int | None]:
    """Bytes of so many numbers per trainable parameter that has them; a gap where the dtype is for inference only."""
    if not analysis.settings.trains:
        return [None] * len(analysis.nodes)
    counts = zip(analysis.known("trainable_params"), have, strict=True)
    return [count * numbers * analysis.item_size if has else 0 for count, has in counts]
