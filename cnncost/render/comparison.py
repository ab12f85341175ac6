"""Comparisons as sheets: a few networks as columns, many as rows, two stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.budget import figure_of
from cnncost.render.headings import detail_of, heading_of, kind_of
from cnncost.render.sheet import Column, Document, Line, Sheet, Typed

if TYPE_CHECKING:
    from cnncost.comparison import Comparison, StageComparison, StageDifference
    from cnncost.report import Report

FIGURES = ("params", "macs", "flops", "param_bytes", "activation_bytes", "memory_bytes")
FIGURES_TRAINING = ("params", "macs", "flops", "backward_flops", "gradient_bytes", "optimizer_bytes", *FIGURES[3:])
"""What is compared for people; formats for machines have every figure."""

_STAGE_FIGURES = ("params", "macs", "flops", "activation_bytes")
_MOST_COLUMNS = 4
"""More networks than this become rows."""


def comparison_document(comparison: Comparison, *, for_machines: bool = False) -> Document:
    """Networks side by side."""
    if for_machines:
        return Document(comparison.to_dict, lambda: (_networks_as_rows(comparison, comparison.metrics),))
    figures = FIGURES_TRAINING if comparison.reports[0].settings.training else FIGURES
    sheet = _networks_as_columns if len(comparison.reports) <= _MOST_COLUMNS else _networks_as_rows
    return Document(comparison.to_dict, lambda: (sheet(comparison, figures),))


def stage_document(comparison: StageComparison) -> Document:
    """Two networks stage by stage."""
    return Document(comparison.to_dict, lambda: (_stages(comparison),))


def _networks_as_columns(comparison: Comparison, figures: tuple[str, ...]) -> Sheet:
    columns = [Column("figure", "figure")]
    for position, name in enumerate(comparison.names):
        columns.append(Column(name, name, "typed", keep=9))
        if position != comparison.baseline:
            columns.append(Column(f"{name}_ratio", "", "ratio", keep=1))
    convention = _convention(comparison.reports[0])
    lines = [Line(("input", *_every(comparison, lambda report: Typed("text", _inputs(report)))))]
    lines.append(Line(("layers", *_every(comparison, lambda report: Typed("count", len(report.rows))))))
    for figure in figures:
        name = f"{heading_of(figure)} {detail_of(figure, convention)}".strip()
        lines.append(Line((name, *_figure_cells(comparison, figure))))
    return Sheet("", tuple(columns), tuple(lines), notes=(_ratios_refer(comparison),), fixed=True)
