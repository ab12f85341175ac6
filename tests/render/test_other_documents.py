"""Comparisons, stages and verdicts as tables, and the catalogue of layers."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cnncost.conventions import find
from cnncost.layers import REGISTRY
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.formats.table import render as render_table
from cnncost.render.passages import Entry
from cnncost.render.terminal.prose import prose
from cnncost.render.views.catalogue.layers import layer_list, layer_page
from cnncost.render.views.costs.check import checks_document
from cnncost.render.views.costs.compare import comparison_document, stage_document
from cnncost.report.checks import Checks, Verdict
from cnncost.report.comparison import Comparison, StageComparison
from tests.render.goldens import check_golden
from tests.render.sample import sample_report

if TYPE_CHECKING:
    from cnncost.render.document import Document

VERDICTS = (
    Verdict("sample", "params", 24_122, 24_122, exact=True, source="the paper"),
    Verdict("sample", "params", 24_122, 5_000_000, exact=False, source="budget"),
    Verdict("sample", "peak_bytes", 424_760, 1024, exact=False, source="budget"),
    Verdict("other", "macs", None, 1000, exact=False, source="budget"),
)


def compared(count: int) -> Comparison:
    names = [f"x{scale}" for scale in range(1, count + 1)]
    return Comparison.of([sample_report(scale=scale) for scale in range(1, count + 1)], names)


def table(document: Document) -> str:
    return render_table(document, console=Console(file=io.StringIO(), width=120, color_system=None))


def test_a_few_networks_are_columns() -> None:
    check_golden("comparison.txt", table(comparison_document(compared(3))))


def test_many_networks_are_rows() -> None:
    check_golden("comparison-of-many.txt", table(comparison_document(compared(6))))


def test_training_compares_what_training_needs() -> None:
    training = [report._replace(settings=report.settings._replace(mode="train")) for report in compared(2).reports]
    text = table(comparison_document(Comparison.of(training, ["a", "b"])))
    assert "optimizer" in text
    assert "training with adam" in text


def test_stages() -> None:
    check_golden("stages.txt", table(stage_document(StageComparison.of(compared(2)))))


def test_checks() -> None:
    check_golden("checks.txt", table(checks_document(Checks(VERDICTS))))


def test_checks_that_hold() -> None:
    assert table(checks_document(Checks(VERDICTS[:2]))).endswith("all 2 checks hold\n")


def test_comparison_as_csv_has_a_network_per_line_and_every_figure() -> None:
    text = render(comparison_document(compared(2)), "csv")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["network"] for line in lines] == ["x1", "x2"]
    assert lines[1]["input"] == "3x32x32"
    assert float(lines[1]["params_ratio"]) == 2
    for metric, total in sample_report().totals.items():
        assert int(lines[0][metric]) == total


def test_checks_as_data() -> None:
    data = json.loads(render(checks_document(Checks(VERDICTS)), "json"))
    assert data["ok"] is False
    assert [check["holds"] for check in data["checks"]] == [True, True, False, False]
    lines = list(csv.DictReader(io.StringIO(render(checks_document(Checks(VERDICTS)), "csv"))))
    assert [line["verdict"] for line in lines] == ["ok", "ok", "failed", "failed"]
    assert [line["actual"] for line in lines] == ["24122", "24122", "424760", ""]
    assert [line["figure"] for line in lines] == ["params", "params", "peak_bytes", "macs"]


@pytest.mark.parametrize("form", format_names())
def test_every_document_has_every_format(form: str) -> None:
    documents = (
        comparison_document(compared(2)),
        comparison_document(compared(6)),
        stage_document(StageComparison.of(compared(2))),
        checks_document(Checks(VERDICTS)),
    )
    for document in documents:
        assert render(document, form).endswith("\n")


def test_layer_list_has_every_type_once() -> None:
    families = [passage for passage in layer_list(REGISTRY) if isinstance(passage, Entry)]
    listed = [signature.partition("(")[0] for family in families for signature in family.texts]
    assert sorted(listed) == sorted(REGISTRY)


@pytest.mark.parametrize("name", REGISTRY)
def test_layer_pages_name_every_parameter(name: str) -> None:
    page = prose(layer_page(REGISTRY[name]), 100)
    assert page.startswith(REGISTRY[name].signature()[:80])
    assert max(map(len, prose(layer_page(REGISTRY[name]), 50).splitlines())) <= 50
    assert ">>>" not in page
    for parameter in REGISTRY[name].fields:
        assert f"\n  {parameter}" in page


def at_width(document: Document, width: int) -> str:
    return render_table(document, console=Console(file=io.StringIO(), width=width, color_system=None))


@pytest.mark.parametrize("width", range(30, 150, 6))
def test_comparisons_fit_every_width(width: int) -> None:
    for count in (2, 4, 6):
        assert max(map(len, at_width(comparison_document(compared(count)), width).splitlines())) <= width


@pytest.mark.parametrize("width", range(40, 130, 5))
def test_both_figures_of_a_stage_are_shown_or_none(width: int) -> None:
    text = at_width(stage_document(StageComparison.of(compared(2))), width)
    headings, details = next(
        (above.split(), below.split()) for above, below in pairwise(text.splitlines()) if above.startswith("stage ")
    )
    shown = list(zip(headings[1:], details, strict=True))
    for figure in ("params", "MACs", "FLOPs", "activations"):
        assert ((figure, "1st") in shown) is ((figure, "2nd") in shown)
    if ("params", "1st") in shown:
        assert {("params", "change"), ("MACs", "change"), ("FLOPs", "change")} <= {*shown}
    for figure in ("flops_", "activation_bytes"):
        assert figure not in text


def test_a_ratio_is_shown_with_its_figure_or_not_at_all() -> None:
    for width in range(30, 120, 6):
        headings = at_width(comparison_document(compared(6)), width).splitlines()[0].split()
        assert "ratio ratio" not in " ".join(headings)


@pytest.mark.parametrize("width", range(30, 100, 5))
def test_checks_on_narrow_terminals(width: int) -> None:
    verdicts = [each._replace(network="a_network_with_a_long_name@and=settings") for each in VERDICTS]
    text = at_width(checks_document(Checks(tuple(verdicts))), width)
    assert max(map(len, text.splitlines())) <= width
    heading = text.splitlines()[0]
    assert heading.endswith("verdict") or "source" in heading
    if width >= 70:  # the name in 12 characters, and what is checked in 10, 10, 9, 10 and 7
        assert heading.split()[:6] == ["network", "figure", "is", "must", "be", "verdict"]
    if "source" not in heading:
        assert "source" in " ".join(text.split()).partition("not shown at this width: ")[2]
    assert "rule" not in text
    assert "actual" not in text


@pytest.mark.parametrize(
    ("actual", "limit", "shown"),
    [
        (8_250_772_480, 8_250_000_000, ["8,250,772,480", "8,250,000,000"]),
        (8_250_000_000, 8_250_772_480, ["8,250,000,000", "8,250,772,480"]),
        (8_250_772_480, 8_200_000_000, ["8.25 G", "8.20 G"]),
        (8_250_772_480, 8_250_772_480, ["8.25 G", "8.25 G"]),
    ],
)
def test_a_difference_that_rounding_hides_is_shown(actual: int, limit: int, shown: list[str]) -> None:
    line = table(
        checks_document(Checks((Verdict("net", "flops", actual, limit, exact=False, source="budget"),)))
    ).splitlines()[2]
    assert [
        line.partition("  at most")[0].split("(textbook)")[1].strip(),
        line.split("at most")[1].split("  ")[1],
    ] == shown


def test_budgets_of_flops_name_their_convention() -> None:
    verdicts = [Verdict("net", "flops", 1, 2, exact=False, source="budget")]
    assert "FLOPs (textbook)" in table(checks_document(Checks(tuple(verdicts))))
    assert "MACs (macs)" in table(checks_document(Checks(tuple(verdicts)), find("macs")))
