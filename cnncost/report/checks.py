"""Figures held to limits: budgets, and what a spec's `expect` says. Data, no formatting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.report.totals import total_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.graph.graph import Expectation
    from cnncost.report.report import Report


class Verdict(NamedTuple):
    """One figure held to one limit.

    Attributes:
        network: whose figure it is. figure: a total by name, or `memory_bytes`.
        actual: what it is. limit: what it may be at most, or must be when `exact`.
        source: who says so.
    """

    network: str
    figure: str
    actual: int | None
    limit: int
    exact: bool
    source: str

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to its limit; an unknown one does not."""
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
