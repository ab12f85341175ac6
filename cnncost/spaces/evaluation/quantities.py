"""Figures by name: how each is had from an analysis, as a report has it among its totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions import find
from cnncost.metrics import METRICS
from cnncost.metrics.counting import forward_counts, sum_of
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import AtLeast, Metric
from cnncost.report.totals import quantity_called, unknown_figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.metrics import Analysis

    Quantity = Callable[[Analysis], int | None]

_COUNT = "count:"


def quantity(name: str) -> Quantity:
    """How a figure is had: a total of a metric, an estimate, or ``count:NAME``, what a convention counts.

    Raises:
        SpecError: there is no such figure, or no such convention.
    """
    if name.startswith(_COUNT):
        convention = find(name.removeprefix(_COUNT))
        return lambda analysis: sum_of(forward_counts(analysis, convention))
    found = quantity_called(name)
    if found is None:
        raise unknown_figure(name, [*METRICS, *ESTIMATES])
    if isinstance(found, Metric):
        return lambda analysis: analysis.total(name)
    compute = ESTIMATES[name].compute

    def estimated(analysis: Analysis) -> int | None:
        value = compute(analysis)
        return None if isinstance(value, AtLeast) else value

    return estimated
