"""Several conventions side by side, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cnncost.metrics.counting import ConventionTotal
from cnncost.render.formats.table import render
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.render.views.costs.compare import comparison_document
from cnncost.report.comparison import Comparison
from tests.render.goldens import check_golden
from tests.render.sample import sample_report

if TYPE_CHECKING:
    from cnncost.render.document import Document
    from cnncost.report.report import Report

FACTORS = {"torch": 2, "macs": 1, "fvcore": 3}


def counted_report(scale: int = 1) -> Report:
    """The sample, with counts that are a multiple of its multiply-accumulates each."""
    report = sample_report(scale=scale)
    rows = [
        row._replace(counts={name: factor * (row.figures["macs"] or 0) for name, factor in FACTORS.items()})
        for row in report.rows
    ]
    macs = sum(row.counts["macs"] for row in rows)
    totals = {
        name: ConventionTotal("FLOPs" if name == "torch" else "MACs", factor * macs, f"the source of {name}")
        for name, factor in FACTORS.items()
    }
    return report._replace(rows=tuple(rows), counts=totals)


def shown(document: Document, width: int) -> str:
    return render(document, console=Console(width=width, color_system=None))


@pytest.mark.parametrize("width", [120, 50])
def test_layers_and_totals(width: int) -> None:
    check_golden(f"conventions-{width}.txt", shown(report_document(counted_report()), width))


def test_by_type() -> None:
    check_golden("conventions-types.txt", shown(report_document(counted_report(), View(by_type=True)), 100))


def test_networks_as_columns_and_as_rows() -> None:
    several = [counted_report(scale) for scale in range(1, 6)]
    for count in (2, 5):
        comparison = Comparison.of(several[:count], [f"x{scale}" for scale in range(1, count + 1)])
        check_golden(f"conventions-compared-{count}.txt", shown(comparison_document(comparison), 80))
