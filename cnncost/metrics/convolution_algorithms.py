"""What convolutions cost by each algorithm: metrics that are computed only when somebody asks for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncost.algorithms import ALGORITHMS, ConvolutionCall
from cnncost.metrics.metric import CHEAPEST, METRICS, OPTIONAL_METRICS, Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.algorithms import Algorithm
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis


def names() -> tuple[str, ...]:
    """The metrics of all algorithms.

    >>> names()[:2], names()[-1]
    (('direct_multiplications', 'direct_bytes'), 'cheapest_multiplications')
    """
    return tuple(OPTIONAL_METRICS)


def figure_of(algorithm: Algorithm, what: str) -> str:
    """The name of an algorithm's metric: ``multiplications``, or the ``bytes`` of its extra memory."""
    return f"{algorithm.name}_{what}"


def _multiplications(algorithm: Algorithm, analysis: Analysis) -> Sequence[int | None]:
    def formula(place: ConvolutionCall) -> int:
        return algorithm.multiplications(place, **algorithm.sizes(place))

    return _each_convolution(algorithm, analysis, formula)


def _bytes(algorithm: Algorithm, analysis: Analysis) -> Sequence[int | None]:
    item_size = analysis.settings.item_size

    def formula(place: ConvolutionCall) -> int:
        return item_size * algorithm.extra_elements(place, **algorithm.sizes(place))

    return _each_convolution(algorithm, analysis, formula)


def _cheapest(analysis: Analysis) -> Sequence[int | None]:
    columns = [analysis.column(figure_of(algorithm, "multiplications")) for algorithm in ALGORITHMS.values()]
    return [min(value for value in values if value is not None) for values in zip(*columns, strict=True)]


def _each_convolution(
    algorithm: Algorithm, analysis: Analysis, formula: Callable[[ConvolutionCall], int]
) -> Sequence[int | None]:
    """A formula at every convolution; a gap where the algorithm cannot compute it, and nothing at other layers."""
    batch = analysis.settings.batch

    def value(node: Node) -> int | None:
        if not node.layer.is_convolution:
            return 0
        (x,) = node.xs
        if algorithm.refusal(node.layer, x) is not None:
            return None
        return formula(ConvolutionCall(node.layer, x, node.y, batch))  # type: ignore[arg-type]  # as a convolution answers

    return analysis.running(analysis.each(value))


def _register() -> None:
    for algorithm in ALGORITHMS.values():
        products, extra = figure_of(algorithm, "multiplications"), figure_of(algorithm, "bytes")
        about = f"Multiplications of convolutions by {algorithm.title}, for the whole batch"
        about_memory = f"Bytes that convolutions by {algorithm.title} keep besides, for the whole batch"
        OPTIONAL_METRICS[products] = Metric(products, about, "sum", partial(_multiplications, algorithm))
        if extra not in METRICS:  # the memory of im2col is a figure of every report
            OPTIONAL_METRICS[extra] = Metric(extra, about_memory, "max", partial(_bytes, algorithm))
    about = "Multiplications of convolutions, each by the algorithm that has the fewest"
    OPTIONAL_METRICS[CHEAPEST] = Metric(CHEAPEST, about, "sum", _cheapest)


_register()
