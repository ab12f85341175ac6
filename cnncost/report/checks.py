"""Figures compared with limits, with what a spec's `expect` says, and with what they were. Data, no formatting."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.metrics.step_latency import LATENCY, refuse_unpredicted
from cnncost.records import NamedTuple
from cnncost.report.analyze import analyze_graph
from cnncost.report.budgets import Budget, budget_of
from cnncost.report.totals import total_of
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from cnncost.graph.graph import Expectation, Graph
    from cnncost.report.report import Report

    Earlier: TypeAlias = "Callable[[str, Settings], int | None]"
    """What a figure of a network was, for some settings; `None` where that is not known."""

COMPARED = ("params", "macs", "peak_bytes")
"""What is compared with a baseline whether or not it has a limit."""


class Verdict(NamedTuple):
    """One figure compared with one limit."""

    network: str
    """Whose figure it is."""
    figure: str
    """The name of a total or of an estimate."""
    actual: int | None
    """What it is; ``None`` where that is not known."""
    limit: int | None
    """What it may be at most, or must be; ``None`` where it may be anything."""
    exact: bool
    """Whether it must be the limit to the unit."""
    source: str | None
    """Who says so."""
    before: int | None = None
    """What it was in the baseline; ``None`` where there is none, or it is not there."""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to its limit; one that is not known does not."""
        if self.limit is None:
            return True
        if self.actual is None:
            return False
        return self.actual == self.limit if self.exact else self.actual <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**self._asdict(), "holds": self.holds}


@displayed
class Checks(NamedTuple):
    """All checks of one network or of several, and how they came out.

    >>> from cnncost import check
    >>> checks = check("resnet50", max_params="20M")
    >>> checks.ok, [check.figure for check in checks.checks if not check.holds]
    (False, ['params'])
    """

    checks: tuple[Verdict, ...]
    """Of one network after the other."""
    refused: tuple[str, ...] = ()
    """The networks that could not be checked, since their specs are bad."""
    baseline: str | None = None
    """What figures are compared with besides: a file, or a revision of Git."""

    def __repr__(self) -> str:
        failed = sum(not verdict.holds for verdict in self.checks)
        refused = f", {len(self.refused)} networks refused" if self.refused else ""
        return f"<Checks: {len(self.checks)}, {failed} failed{refused}>"

    @property
    def ok(self) -> bool:
        """Whether all of them hold, and none is left out."""
        return all(verdict.holds for verdict in self.checks) and not self.refused

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        checks = [verdict.to_dict() for verdict in self.checks]
        return {
            "schema": 1,
            "ok": self.ok,
            "baseline": self.baseline,
            "checks": checks,
            "refused": list(self.refused),
        }


def verdicts_of(
    network: str, graph: Graph, budgets: Iterable[Budget] = (), earlier: Earlier | None = None
) -> list[Verdict]:
    """What there is to say of one network; it is analyzed once for each of the settings that something asks for.

    Args:
        network: what it is called.
        graph: the network, with what its spec expects and the budget that it has.
        budgets: others than that.
        earlier: its figures in the baseline; with them, those of :data:`COMPARED` are among the verdicts anyway.

    Raises:
        SpecError: the spec's budget limits a figure that there is not, or has a setting that there is not; or a limit
            of latency is for no device that predicts it.
    """
    report = cache(lambda settings: analyze_graph(graph, settings))
    given = [*budgets, *([budget_of(graph.budget, "its spec")] if graph.budget else ())]
    found = list(as_expected(network, report(Settings()), graph.expect)) if graph.expect else []
    for budget in given:
        if LATENCY.name in budget.limits:
            refuse_unpredicted(budget.settings.device)
        found += within_budget(network, report(budget.settings), budget, earlier)
    if earlier is None:
        return found
    found = [each if each.before is not None else _with_earlier(each, earlier) for each in found]
    limited = {each.figure for each in found}
    totals, usual = report(Settings()), [figure for figure in COMPARED if figure not in limited]
    free = [Verdict(network, each, total_of(totals, each), None, exact=False, source=None) for each in usual]
    return [*found, *(_with_earlier(each, earlier) for each in free)]


def _with_earlier(verdict: Verdict, earlier: Earlier) -> Verdict:
    return verdict._replace(before=earlier(verdict.figure, Settings()))


def within_budget(network: str, report: Report, budget: Budget, earlier: Earlier | None = None) -> Iterator[Verdict]:
    """A verdict for each limit of a budget; the report is for its settings."""
    for name, limit in budget.limits.items():
        before = earlier and earlier(name, budget.settings)
        yield Verdict(network, name, total_of(report, name), limit, exact=False, source=budget.source, before=before)


def as_expected(network: str, report: Report, expect: Expectation | None) -> Iterator[Verdict]:
    """A verdict for each figure that the spec expects; `report` is of one sample in inference, as those figures are."""
    for name in ("params", "macs"):
        expected = getattr(expect, name, None)
        if expect is not None and expected is not None:
            yield Verdict(network, name, report.totals[name], expected, exact=True, source=expect.source or "expect")
