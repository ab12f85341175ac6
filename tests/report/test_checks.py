"""Figures held to limits."""

from __future__ import annotations

from cnncost.graph.graph import Expectation
from cnncost.report.budgets import Budget
from cnncost.report.checks import Verdict, as_expected, within_budget
from tests.render.sample import sample_report


def test_a_budget_holds_up_to_its_limit() -> None:
    report = sample_report()  # 24,122 parameters
    budget = Budget({"params": 24_121, "macs": 10**9, "textbook_bytes": 10}, report.settings)
    assert [verdict.holds for verdict in within_budget("net", report, budget)] == [False, True, False]
    exact = Budget({"params": 24_122}, report.settings)
    assert [verdict.holds for verdict in within_budget("net", report, exact)] == [True]


def test_expected_figures_must_be_exact() -> None:
    report = sample_report()
    for params, holds in ((24_121, False), (24_122, True), (24_123, False)):
        verdicts = list(as_expected("net", report, Expectation(params=params, source="paper")))
        assert verdicts == [Verdict("net", "params", 24_122, params, exact=True, source="paper")]
        assert verdicts[0].holds is holds


def test_nothing_is_expected() -> None:
    assert list(as_expected("net", sample_report(), None)) == []
    assert list(as_expected("net", sample_report(), Expectation())) == []


def test_what_is_unknown_does_not_hold() -> None:
    assert not Verdict("net", "macs", None, 10**30, exact=False, source="budget").holds
