"""An estimate is one value for a network, found by its name as totals are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, explain
from cnncost.errors import SpecError
from cnncost.metrics.estimate import ESTIMATES, estimate
from cnncost.metrics.metric import Unit
from cnncost.render.parts.headings import heading_of, kind_of
from cnncost.report.budgets import Budget
from cnncost.report.checks import within_budget
from cnncost.report.totals import total_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.metrics.analysis import Analysis


@pytest.fixture
def latency() -> Iterator[str]:
    """An estimate that somebody defines, for as long as the test runs: a second for each parameter."""

    @estimate("latency_seconds", Unit.SECONDS, "A second for each parameter", heading="latency")
    def latency_seconds(analysis: Analysis) -> int | None:
        return analysis.total("params")

    yield "latency_seconds"
    del ESTIMATES["latency_seconds"]


def test_what_an_estimate_says_of_itself_is_all_that_others_need(latency: str) -> None:
    report = analyze("lenet5")
    assert total_of(report, latency) == report.totals.params == 61_706
    assert (heading_of(latency), kind_of(latency)) == ("latency", "seconds")
    assert [
        verdict.holds for verdict in within_budget("lenet5", report, Budget({latency: 61_706}, report.settings))
    ] == [True]
    assert latency not in report.metrics
    assert latency not in report.rows[0].figures
    with pytest.raises(SpecError, match=r"unknown figure `latency_second`; did you mean `latency_seconds`"):
        total_of(report, "latency_second")


def test_only_sums_are_broken_down(latency: str) -> None:
    with pytest.raises(SpecError, match="`latency_seconds` is estimated for the network as a whole"):
        explain("lenet5", total=latency)


def test_no_two_estimates_are_called_the_same(latency: str) -> None:
    with pytest.raises(TypeError, match="two estimates are called 'latency_seconds'"):
        estimate(latency, Unit.SECONDS, "Again", heading="again")(lambda _: 0)
