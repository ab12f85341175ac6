"""Any figure of a network by its name: the total of a metric, an estimate, or what a convention counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import SpecError, did_you_mean
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.estimate import ESTIMATES, Estimate
from cnncost.metrics.metric import Metric, Unit

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnncost.report.report import Report

    Quantity: TypeAlias = "Metric | Estimate | ConventionCount"
    """What a figure is: all of them say their name, unit, heading, title and detail."""


class ConventionCount(NamedTuple):
    """What a convention counts, as a figure among others.

    >>> count = ConventionCount("fvcore", "MACs")
    >>> count.name, count.heading, count.detail
    ('count:fvcore', 'fvcore', '(MACs)')
    """

    convention: str
    """Its name."""
    counts: str
    """What it counts: ``FLOPs`` or ``MACs``."""

    @property
    def name(self) -> str:
        """Apart from all metrics: a convention may be called as one of them is."""
        return f"count:{self.convention}"

    @property
    def heading(self) -> str:
        """For people."""
        return self.convention

    @property
    def detail(self) -> str:
        """What the heading leaves unsaid."""
        return f"({self.counts})"

    @property
    def title(self) -> str:
        """No other than the heading."""
        return ""

    @property
    def unit(self) -> Unit:
        """A count, whatever of: the detail says it."""
        return Unit.COUNT


def quantity_called(name: str) -> Metric | Estimate | None:
    """The metric or estimate of that name; ``None`` where it is neither.

    >>> quantity_called("memory_bytes").heading, quantity_called("winograd_2_bytes").heading, quantity_called("layer")
    ('memory', 'Winograd 2×2', None)
    """
    if name in ESTIMATES:
        return ESTIMATES[name]
    try:
        return metric_called(name)
    except KeyError:
        return None


def counted(report: Report) -> dict[str, ConventionCount]:
    """The counts of several conventions side by side, where the report has them, by the names of these figures."""
    counts = [ConventionCount(name, count.unit) for name, count in report.counts.items()]
    return {count.name: count for count in counts}


def total_of(report: Report, name: str) -> int | None:
    """A total of the report, an estimate, or what a convention counts.

    Raises:
        SpecError: there is no such figure.

    >>> from cnncost import analyze
    >>> report = analyze("lenet5", convention=["textbook", "fvcore"])
    >>> [total_of(report, name) for name in ("params", "memory_bytes", "count:fvcore")]
    [61706, 306832, 416520]
    """
    if name in ESTIMATES:
        return ESTIMATES[name].compute(report)
    counts = counted(report)
    if name in counts:
        return report.counts[counts[name].convention].total
    if name not in report.totals:
        known = [*report.totals, *ESTIMATES]
        raise SpecError(f"unknown figure `{name[:80]}`{did_you_mean(name, known)}", hint=f"they are {', '.join(known)}")
    return report.totals[name]
