"""Figures by name: how each is had from an analysis, as a report has it among its totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions import find
from cnncost.metrics import METRICS
from cnncost.metrics.counting import forward_counts, sum_of
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import AtLeast, Metric
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.metrics.step_memory import STEP_METRICS
from cnncost.report import totals
from cnncost.spaces.evaluation.fields import RECEPTIVE_FIELD, receptive_field
from cnncost.spaces.evaluation.plain import with_plain_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.errors import SpecError
    from cnncost.metrics import Analysis

    Quantity = Callable[[Analysis], int | None]

_COUNT = "count:"


def is_figure(name: str) -> bool:
    """Whether a figure is called that, or what some convention counts.

    >>> is_figure("params"), is_figure("count:fvcore"), is_figure("parms")
    (True, True, False)
    """
    return name == RECEPTIVE_FIELD or name.startswith(_COUNT) or totals.quantity_called(name) is not None


def unknown_figure(name: str) -> SpecError:
    """The error for a name that is that of no figure."""
    return totals.unknown_figure(name, [*METRICS, *STEP_METRICS, *ESTIMATES, *ON_DEVICE, RECEPTIVE_FIELD])


def quantity(name: str) -> Quantity:
    """How a figure is had: a total, an estimate, ``count:NAME``, what a convention counts, or ``receptive_field``.

    Raises:
        SpecError: there is no such figure, or no such convention.
    """
    if name.startswith(_COUNT):
        convention = find(name.removeprefix(_COUNT))
        return lambda analysis: sum_of(forward_counts(analysis, convention))
    if name == RECEPTIVE_FIELD:
        return receptive_field
    found = totals.quantity_called(name)
    if found is None:
        raise unknown_figure(name)
    if isinstance(found, Metric):
        return lambda analysis: analysis.total(name)
    compute, on_device = found.compute, name in ON_DEVICE

    def estimated(analysis: Analysis) -> int | None:
        value = compute(with_plain_numbers(analysis) if on_device else analysis)
        return None if isinstance(value, AtLeast) else value

    return estimated
