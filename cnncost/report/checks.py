"""Figures compared with limits: budgets, and what a spec's `expect` says. Data, no formatting."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cnncost.amounts import parse_bytes, parse_count
from cnncost.arguments import integer, text
from cnncost.errors import SpecError
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS, Unit
from cnncost.records import NamedTuple
from cnncost.report.analyze import analyze_graph
from cnncost.report.totals import total_of, unknown_figure
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.graph.graph import Expectation, Graph
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


class Checks(NamedTuple):
    """All checks of one network or of several, and how they came out."""

    checks: tuple[Verdict, ...]
    """Of one network after the other."""
    refused: tuple[str, ...] = ()
    """The networks that could not be checked, since their specs are bad."""

    @property
    def ok(self) -> bool:
        """Whether all of them hold, and none is left out."""
        return all(verdict.holds for verdict in self.checks) and not self.refused

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        checks = [verdict.to_dict() for verdict in self.checks]
        return {"schema": 1, "ok": self.ok, "checks": checks, "refused": list(self.refused)}


def verdicts_of(network: str, graph: Graph, budget: Mapping[str, int], settings: Settings) -> list[Verdict]:
    """What there is to say of one network; it is analyzed once for each of the settings that something asks for.

    Raises:
        SpecError: the budget limits a figure that there is not.
    """
    report = cache(lambda settings: analyze_graph(graph, settings))
    expected = as_expected(network, report(Settings()), graph.expect) if graph.expect else ()
    budgeted = within_budget(network, report(settings), budget) if budget else ()
    return [*expected, *budgeted]


def limit_of(figure: str, amount: int | str) -> int:
    """What a figure may be at most: bytes in units of bytes, and everything else as counts.

    Raises:
        SpecError: there is no such figure, or it is not an amount of it.

    >>> limit_of("params", "5M"), limit_of("textbook_bytes", "24GiB"), limit_of("macs", 10**9)
    (5000000, 25769803776, 1000000000)
    """
    figure = text("a figure", figure, "a name")
    quantity = METRICS.get(figure) or ESTIMATES.get(figure)
    if quantity is None:
        raise unknown_figure(figure, [*METRICS, *ESTIMATES])
    if not isinstance(amount, str):
        return integer(f"the limit of {figure}", amount)
    if quantity.unit is Unit.PARAMETERS and _is_of_bytes(amount):
        raise SpecError(
            f"the limit of {figure}: `{amount.strip()}` is an amount of bytes, and parameters are counted",
            hint="the memory that they take is another figure, `param_bytes`",
        )
    try:
        return parse_bytes(amount) if quantity.unit is Unit.BYTES else parse_count(amount)
    except SpecError as error:
        raise SpecError(f"the limit of {figure}: {error.message}", hint=error.hint) from None


def _is_of_bytes(amount: str) -> bool:
    """Whether an amount has a unit of bytes, `100MB`: a bare number has none, and `5B` is five billion."""
    try:
        parse_bytes(amount)
    except SpecError:
        return False
    return amount.strip()[-2:].isalpha()


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
