"""Figures compared with limits: budgets, and what a spec's `expect` says. Data, no formatting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.report.totals import total_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.graph.graph import Expectation
    from cnncost.report.report import Report


class Verdict(NamedTuple):
    """One figure compared with one limit."""

    network: str
    """Whose figure it is."""
    figure: str
    """The name of a total or of an estimate."""
    actual: int | None
    """What it is; ``None`` where that is not known."""
    limit: int
    """What it may be at most, or must be."""
    exact: bool
    """Whether it must be the limit to the unit."""
    source: str
    """Who says so."""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to its limit; one that is not known does not."""
        if self.actual is None:
            return False
        return self.actual == self.limit if self.exact else self.actual <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**self._asdict(), "holds": self.holds}


def within_budget(network: str, report: Report, budget: Mapping[str, int]) -> Iterator[Verdict]:
    """A verdict for each limit of `budget`, which maps figures to what they may be at most."""
    for name, limit in budget.items():
        yield Verdict(network, name, total_of(report, name), limit, exact=False, source="budget")


def as_expected(network: str, report: Report, expect: Expectation | None) -> Iterator[Verdict]:
    """A verdict for each figure that the spec expects; `report` is of one sample in inference, as those figures are."""
    for name in ("params", "macs"):
        expected = getattr(expect, name, None)
        if expect is not None and expected is not None:
            yield Verdict(network, name, report.totals[name], expected, exact=True, source=expect.source or "expect")
