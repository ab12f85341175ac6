"""Any figure of a network by its name: the total of a metric, an estimate, or what a convention counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.arguments import text
from cnncost.errors import SpecError, did_you_mean
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.estimate import ESTIMATES, Estimate
from cnncost.metrics.metric import AtLeast, Metric, Unit
from cnncost.metrics.step_latency import ON_DEVICE, latency_without_device
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
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

    >>> quantity_called("peak_bytes").heading, quantity_called("winograd_2_bytes").heading, quantity_called("layer")
    ('memory', 'Winograd 2×2', None)
    """
    if name in ESTIMATES:
        return ESTIMATES[name]
    if name in ON_DEVICE:
        return ON_DEVICE[name]
    try:
        return metric_called(name)
    except KeyError:
        return None


def figure_meant(name: str, known: Iterable[str]) -> str:
    """``"; did you mean `peak_bytes`?"`` where a name is close to a known one, or is what people call that figure.

    >>> figure_meant("memory", ["macs", "peak_bytes"]), figure_meant("mcas", ["macs", "peak_bytes"])
    ('; did you mean `peak_bytes`?', '; did you mean `macs`?')
    """
    names = list(known)
    of_network = [each for each in ESTIMATES.values() if each.name not in names]
    for each in of_network:
        if name.strip().lower() in (each.heading, each.name):
            return f": `{each.name}` is one figure of the whole network, and no layer has a share of it"
    called = {heading.lower(): each for each in names if (heading := _heading(each)) is not None}
    meant = called.get(name.strip().replace("_", " ").lower())
    return did_you_mean(name, names) if meant is None else f"; did you mean `{meant}`?"


def _heading(name: str) -> str | None:
    quantity = quantity_called(name)
    return None if quantity is None else quantity.heading


def counted(report: Report) -> dict[str, ConventionCount]:
    """The counts of several conventions side by side, where the report has them, by the names of these figures."""
    counts = [ConventionCount(name, count.unit) for name, count in report.counts.items()]
    return {count.name: count for count in counts}


def total_of(report: Report, name: str) -> int | None:
    """A total of the report, or what a convention counts.

    Raises:
        SpecError: there is no such figure.

    >>> from cnncost import analyze
    >>> report = analyze("lenet5", convention=["textbook", "fvcore"])
    >>> [total_of(report, name) for name in ("params", "textbook_bytes", "count:fvcore")]
    [61706, 306832, 416520]
    """
    name = text("a figure", name, "a name")
    counts = counted(report)
    if name in counts:
        return report.counts[counts[name].convention].total
    if name in ON_DEVICE and name not in report.totals:
        raise latency_without_device()
    if name not in report.totals:
        raise unknown_figure(name, report.totals)
    return report.totals[name]


def shown_total(report: Report, name: str) -> int | AtLeast | None:
    """The same, and where it is not known what it is at least.

    Raises:
        SpecError: there is no such figure.
    """
    value = total_of(report, name)
    if value is not None:
        return value
    counts = counted(report)
    least = report.counts[counts[name].convention].at_least if name in counts else report.totals.at_least.get(name)
    return AtLeast(least) if least else None


def unknown_figure(name: str, known: Collection[str]) -> SpecError:
    """The error for a name that is that of no figure."""
    return SpecError(f"unknown figure `{name[:80]}`{figure_meant(name, known)}", hint=f"they are {', '.join(known)}")
