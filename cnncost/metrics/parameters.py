"""Parameters and buffers: what the network stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import Node
from cnncost.metrics.metric import Unit, metric

if TYPE_CHECKING:
    from cnncost.metrics.analysis import Analysis

_LETTER: dict[str, Any] = {"symbol": "P", "meaning": "parameters of the layer"}


@metric(
    "params",
    Unit.PARAMETERS,
    "Parameters, trainable and frozen; shared weights count where they are owned",
    stored=True,
    needs=("parameters",),
    **_LETTER,
)
def params(analysis: Analysis) -> list[int]:
    return _owned(analysis, analysis.each(Node.parameters))


@metric(
    "trainable_params",
    Unit.PARAMETERS,
    "Parameters that are trained; those of frozen layers are not",
    stored=True,
    trained=True,
    needs=("parameters",),
    **_LETTER,
)
def trainable_params(analysis: Analysis) -> list[int]:
    counts = zip(analysis.nodes, analysis.known("params"), strict=True)
    return [count if node.trainable else 0 for node, count in counts]


@metric(
    "buffers",
    Unit.NUMBERS,
    "Numbers stored and not trained: running statistics, their counters, and fixed weights",
    source="the buffers of PyTorch's modules",
    stored=True,
    needs=("buffers",),
)
def buffers(analysis: Analysis) -> list[int]:
    return _owned(analysis, analysis.each(lambda node: sum(node.buffers())))


def _owned(analysis: Analysis, counts: list[int]) -> list[int]:
    return [count if node.owns_weights else 0 for node, count in zip(analysis.nodes, counts, strict=True)]
