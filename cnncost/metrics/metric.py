"""How a metric is declared: a function from an analysis to one value per node, registered under the metric's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.metrics.analysis import Analysis

Total = Literal["sum", "max"]


class Metric(NamedTuple):
    """One column: what it is called, what it says, how it is computed and how it adds up.

    Attributes:
        name: ends in `_bytes` or `_flops` where the bare number would not tell its unit.
        about: one line for help texts and the JSON Schema.
        total: ``sum`` over the layers, or ``max`` where one buffer serves all of them.
        compute: one value per node.
        source: where the formula was published; that of the layer, or of the convention, where there is none.
    """

    name: str
    about: str
    total: Total
    compute: Callable[[Analysis], Sequence[int | None]]
    source: str = ""


METRICS: dict[str, Metric] = {}
"""Every metric, in the order of the report."""

OPTIONAL_METRICS: dict[str, Metric] = {}
"""Metrics that a report has only when asked for: filled by :mod:`cnncost.metrics.convolution_algorithms`."""


CHEAPEST = "cheapest_multiplications"
"""The optional metric that tells a report by algorithm from one that is not."""


def metric_called(name: str) -> Metric:
    """The metric of that name, an optional one too.

    Raises:
        KeyError: there is no such metric.
    """
    return METRICS[name] if name in METRICS else OPTIONAL_METRICS[name]


def metric(
    name: str, *, total: Total = "sum", source: str = ""
) -> Callable[[Callable[[Analysis], Sequence[int | None]]], Callable[[Analysis], Sequence[int | None]]]:
    """Register a function as the metric `name`; the first line of its docstring describes it."""

    def register(
        compute: Callable[[Analysis], Sequence[int | None]],
    ) -> Callable[[Analysis], Sequence[int | None]]:
        if name in METRICS:
            raise TypeError(f"two metrics are called {name!r}")
        about = (compute.__doc__ or "").strip().splitlines()[0].rstrip(".")
        METRICS[name] = Metric(name, about, total, compute, source)
        return compute

    return register
