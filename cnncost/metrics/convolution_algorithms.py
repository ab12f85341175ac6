"""What convolutions cost by each algorithm: metrics that are computed only when somebody asks for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncost.algorithms import ALGORITHMS, ConvolutionCall
from cnncost.metrics.metric import CHEAPEST, METRICS, Metric, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.algorithms import Algorithm
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis


def multiplications_of(algorithm: Algorithm) -> str:
    """The name of the metric that counts an algorithm's multiplications."""
    return f"{algorithm.name}_multiplications"


def bytes_of(algorithm: Algorithm) -> str:
    """The name of the metric that counts an algorithm's extra memory."""
    return f"{algorithm.name}_bytes"


def cheapest_of(figures: Mapping[str, int | None]) -> str | None:
    """The algorithm that has the fewest multiplications in the figures of one convolution, and of several the least
    memory; ``None`` where there are no multiplications to save.

    >>> cheapest_of({"direct_multiplications": 36, "direct_bytes": 0, "winograd_2_multiplications": 16})
    'winograd_2'
    """
    costs = {
        algorithm.name: (count, figures.get(bytes_of(algorithm)) or 0)
        for algorithm in ALGORITHMS.values()
        if (count := figures.get(multiplications_of(algorithm)))
    }
    return min(costs, key=lambda name: costs[name]) if costs else None


def _multiplications(algorithm: Algorithm, analysis: Analysis) -> Sequence[int | None]:
    def formula(call: ConvolutionCall) -> int:
        return algorithm.multiplications(call, **algorithm.sizes(call))

    return _each_convolution(algorithm, analysis, formula)


def _bytes(algorithm: Algorithm, analysis: Analysis) -> Sequence[int | None]:
    item_size = analysis.item_size

    def formula(call: ConvolutionCall) -> int:
        return item_size * algorithm.extra_elements(call, **algorithm.sizes(call))

    return _each_convolution(algorithm, analysis, formula)


def _cheapest(analysis: Analysis) -> Sequence[int | None]:
    columns = [analysis.column(multiplications_of(algorithm)) for algorithm in ALGORITHMS.values()]
    smallest = analysis.domain.smallest
    return [smallest([value for value in values if value is not None]) for values in zip(*columns, strict=True)]


def _each_convolution(
    algorithm: Algorithm, analysis: Analysis, formula: Callable[[ConvolutionCall], int]
) -> Sequence[int | None]:
    """A formula at every convolution; a gap where the algorithm cannot compute it, and nothing at other layers."""
    batch = analysis.batch

    def value(node: Node) -> int | None:
        if not node.layer.is_convolution:
            return 0
        (x,) = node.xs
        if algorithm.refusal(node.layer, x) is not None:
            return None
        return formula(ConvolutionCall(node.layer, x, node.y, batch))  # type: ignore[arg-type]  # as a convolution answers

    return analysis.running(analysis.each(value))


def _metrics_of(algorithm: Algorithm) -> tuple[Metric, ...]:
    """Its multiplications, and its extra memory unless that is a figure of every report, as im2col's is."""
    multiplications = Metric(
        multiplications_of(algorithm),
        Unit.MULTIPLICATIONS,
        f"Multiplications of convolutions by {algorithm.title}, for the whole batch",
        algorithm.short,
        partial(_multiplications, algorithm),
        detail="mults",
        title="multiplications",
    )
    memory = Metric(
        bytes_of(algorithm),
        Unit.BYTES,
        f"Bytes that convolutions by {algorithm.title} keep besides, for the whole batch",
        algorithm.short,
        partial(_bytes, algorithm),
        "max",
        detail="memory",
        title="extra memory",
    )
    return (multiplications,) if memory.name in METRICS else (multiplications, memory)


_CHEAPEST = Metric(
    CHEAPEST,
    Unit.MULTIPLICATIONS,
    "Multiplications of convolutions, each by the algorithm that has the fewest",
    "cheapest",
    _cheapest,
    detail="mults",
)

ALGORITHM_METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (*[each for algorithm in ALGORITHMS.values() for each in _metrics_of(algorithm)], _CHEAPEST)
}
"""The metrics of all algorithms, which a report has only when it was asked for them."""


def names() -> tuple[str, ...]:
    """The metrics of all algorithms by name.

    >>> names()[:2], names()[-1]
    (('direct_multiplications', 'direct_bytes'), 'cheapest_multiplications')
    """
    return tuple(ALGORITHM_METRICS)
