"""Parameters and buffers: what the network stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import Node
from cnncost.metrics.metric import metric

if TYPE_CHECKING:
    from cnncost.metrics.analysis import Analysis


@metric("params")
def params(analysis: Analysis) -> list[int]:
    """Parameters, trainable and frozen; shared weights count where they are owned."""
    return _owned(analysis, analysis.each(Node.parameters))


@metric("trainable_params")
def trainable_params(analysis: Analysis) -> list[int]:
    """Parameters that are trained; those of frozen layers are not."""
    counts = zip(analysis.nodes, analysis.known("params"), strict=True)
    return [count if node.trainable else 0 for node, count in counts]


@metric("buffers", source="the buffers of PyTorch's modules")
def buffers(analysis: Analysis) -> list[int]:
    """Numbers stored and not trained: running statistics and their counters."""
    return _owned(analysis, analysis.each(lambda node: sum(node.buffers())))


def _owned(analysis: Analysis, counts: list[int]) -> list[int]:
    return [count if node.owns_weights else 0 for node, count in zip(analysis.nodes, counts, strict=True)]
