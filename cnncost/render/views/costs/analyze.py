"""A report: the layer table in the view that was asked for, and a summary of where things go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnncost.metrics.metric import CHEAPEST
from cnncost.records import NamedTuple
from cnncost.render.cells import AT_MOST, MISALIGNED, UNKNOWN, WHOLE_TOO, shape_text
from cnncost.render.document import Document, Line, Table
from cnncost.render.parts import columns as catalogue
from cnncost.render.parts.convention_totals import convention_totals_table
from cnncost.render.parts.gaps import gap_notes
from cnncost.render.parts.headings import heading_of, settings_parts
from cnncost.render.parts.summary import summary_table
from cnncost.render.parts.tree import depth_within, tree_of
from cnncost.report.totals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.report.report import Report

SCREEN = 40
"""Lines that fit a screen."""


class View(NamedTuple):
    """What of a report to show."""

    depth: int | Literal["auto"] | None = "auto"
    """Group by block, so many levels deep; ``None`` for every layer.

    With ``auto``, tables for people are as deep as `lines` allow, and programs get every layer.
    """
    by_type: bool = False
    """One row for each layer type instead."""
    sort: str | None = None
    """A metric, the largest first."""
    top: int | None = None
    """Only so many rows."""
    columns: tuple[str, ...] = ()
    """Their names; when empty the usual ones, and all of them for programs."""
    lines: int = SCREEN
    """How many a table for people should have at most, where `depth` leaves it open."""


DEFAULT_VIEW = View()

_IN_PIXELS = "size /jump, in pixels of the input"
_BY_ALGORITHM = "mults: real multiplications, of convolutions alone; –: the algorithm does not apply to all of them"


def report_document(report: Report, view: View = DEFAULT_VIEW) -> Document:
    """The report in a view: the layers, and where parameters, operations and memory go."""
    every_layer = view._replace(depth=None if view.depth == "auto" else view.depth)
    return Document(
        report.name,
        _facts(report),
        tables=lambda: [
            layer_table(report, view),
            convention_totals_table(report) if report.counts else summary_table(report),
        ],
        records=lambda: layer_records(report, every_layer),
        data=lambda: viewed(report, every_layer)[0].to_dict(),  # noqa: PLW0108 - grouped only when it is asked for
    )


def viewed(report: Report, view: View) -> tuple[Report, tuple[str, ...]]:
    """The report with the rows of the view, and remarks on what became of the others."""
    notes: list[str] = []
    shown = report
    if view.by_type:
        shown = report.by_type()
    elif view.depth == "auto":
        shown, notes = _fitted(report, view)
    elif isinstance(view.depth, int):
        shown = report.grouped(view.depth)
    metric = view.sort or "flops"
    if view.sort or view.top:
        shown = shown.sorted_by(metric)
    if view.top and view.top < len(shown.rows):
        chosen = f"the first {view.top} of {len(shown.rows)} by {heading_of(metric, report.settings.convention)}"
        notes.append(f"{chosen}; totals are of the whole network")
        shown = shown.top(view.top)
    return shown, tuple(notes)


def layer_table(report: Report, view: View) -> Table:
    """The table of layers, blocks or types, as a tree where they are in their order."""
    shown, notes = viewed(report, view)
    shared = view.sort or "flops"
    names = view.columns or _usual_columns(report, view)
    columns = catalogue.chosen(names, report, shared)
    cells = _cells(shown, names, report, shared)
    is_tree = names[0] == "layer" and not (view.by_type or view.sort or view.top)
    totals = [catalogue.total_of(name, report) for name in names]
    if columns[0].kind == "text":
        totals[0] = "total"
    return Table(
        columns,
        _tree_lines(cells) if is_tree else tuple(map(Line, cells)),
        Line(tuple(totals)),
        notes=(*notes, *gap_notes([shown])),
        legends=_legends(shown, names),
        fixed=bool(view.columns),
        by_name=True,
    )


def layer_records(report: Report, view: View) -> Table:
    """The rows with their full names, in every column unless some are asked for."""
    shared = view.sort or "flops"
    names = view.columns or catalogue.known(report)
    columns = catalogue.chosen(names, report, shared)
    return Table(columns, tuple(map(Line, _cells(viewed(report, view)[0], names, report, shared))))


def _cells(shown: Report, names: Sequence[str], report: Report, shared: str) -> list[tuple[Any, ...]]:
    """The cells of each row that is shown of a report."""
    values = [catalogue.value_of(name, report, shared) for name in names]
    return [tuple([value(row) for value in values]) for row in shown.rows]


def _usual_columns(report: Report, view: View) -> tuple[str, ...]:
    names: tuple[str, ...] = catalogue.DEFAULT_TRAINING if report.settings.training else catalogue.DEFAULT
    if report.totals.by_algorithm:
        names = (*names[:3], *catalogue.BY_ALGORITHM)
    if report.counts:
        names = (*names[:3], *counted(report))
    if view.by_type:
        return ("type", "layers", *(name for name in names[3:] if name != "receptive_field"))
    return names


def _tree_lines(rows: Sequence[tuple[object, ...]]) -> tuple[Line, ...]:
    lines = []
    for branch in tree_of([str(row[0]) for row in rows]):
        cells = (None,) * (len(rows[0]) - 1) if branch.row is None else rows[branch.row][1:]
        lines.append(Line((branch.name, *cells), branch.level, title=branch.row is None))
    return tuple(lines)


def _fitted(report: Report, view: View) -> tuple[Report, list[str]]:
    """The report grouped as deep as fits the lines of the view, and how to see all of it."""
    if min(len(report.rows), view.top or len(report.rows)) <= view.lines:
        return report, []
    names = [row.name for row in report.rows]
    shown = report.grouped(depth_within(names, view.lines))
    if len(shown.rows) == len(report.rows):
        return report, []
    groups = "1 group" if len(shown.rows) == 1 else f"{len(shown.rows)} groups"
    return shown, [f"{len(report.rows)} layers in {groups}; see all with --depth all"]


def _facts(report: Report) -> tuple[str, ...]:
    shapes = [f"{name} {shape_text(shape[1:])}" for name, shape in report.inputs.items()]
    settings = settings_parts(report.settings)
    if report.counts:
        settings = (*settings[:-1], f"{len(report.counts)} conventions")
    return (
        ", ".join(shapes),
        *settings,
        *([] if report.source is None else [report.source]),
    )


def _legends(shown: Report, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    legends = {"receptive_field": _legend(shown), CHEAPEST: _BY_ALGORITHM}
    return tuple((name, legends[name]) for name in names if name in legends)


def _legend(shown: Report) -> str:
    """What the receptive field's two numbers are, and its marks where they occur."""
    fields = [row.receptive_field for row in shown.rows if row.receptive_field is not None]
    several = len(shown.inputs) > 1
    legend = [f"receptive field: {'an input, and in its pixels size /jump' if several else _IN_PIXELS}"]
    if any(field.is_everything for field in fields):
        legend.append("all: the whole input")
    if any(field.nominal is not None and field.nominal != field.size for field in fields):
        legend.append("(in brackets): how far the window reaches, beyond the border too")
    if any(field.is_bound for field in fields):
        legend.append(f"{AT_MOST}: that much or less")
    if any(field.jump is not None and 0 in field.jump for field in fields):
        legend.append(f"/{UNKNOWN}: all units see the same place")
    if any(field.is_global and not field.is_everything for field in fields):
        legend.append(f"{WHOLE_TOO}: also the whole input, through a global pool or a statistic")
    if any(not field.aligned for field in fields):
        legend.append(f"{MISALIGNED}: paths of unlike center or jump meet")
    return "; ".join(legend)
