"""A report as sheets: the layer table in the view that was asked for, and a summary of where things go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import SpecError
from cnncost.metrics.metric import CHEAPEST
from cnncost.render.cells import MISALIGNED, WHOLE_TOO, shape_text
from cnncost.render.document import Document, Line, Sheet
from cnncost.render.views import columns as catalogue
from cnncost.render.views.conventions import totals_sheet
from cnncost.render.views.headings import heading_of, settings_parts
from cnncost.render.views.summary import summary_sheet
from cnncost.render.views.tree import tree_of
from cnncost.report.totals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.report.report import Report

SCREEN = 40
"""Lines that fit a screen: networks with more layers are grouped by block unless asked otherwise."""


class View(NamedTuple):
    """What of a report to show.

    Attributes:
        depth: group by block, so many levels deep; ``None`` for every layer, ``auto`` for the most that fit a screen.
        by_type: one row per layer type instead.
        sort: a metric, largest first. top: only so many rows.
        columns: names; the usual ones when empty.
    """

    depth: int | str | None = "auto"
    by_type: bool = False
    sort: str | None = None
    top: int | None = None
    columns: tuple[str, ...] = ()


DEFAULT_VIEW = View()

_IN_PIXELS = "size /jump, in pixels of the input"
_BY_ALGORITHM = "mults: real multiplications, of convolutions alone; –: the algorithm does not apply to all of them"


def report_document(report: Report, view: View = DEFAULT_VIEW, *, for_machines: bool = False) -> Document:
    """The report in a view; formats `for_machines` have every layer and every column unless asked otherwise."""
    if for_machines:
        columns = view.columns or catalogue.known(report)
        view = view._replace(depth=None if view.depth == "auto" else view.depth, columns=columns)
    return Document(
        lambda: viewed(report, view)[0].to_dict(),  # noqa: PLW0108 - grouped only when it is asked for
        lambda: (
            (layer_sheet(report, view, flat=True),)
            if for_machines
            else (layer_sheet(report, view), totals_sheet(report) if report.counts else summary_sheet(report))
        ),
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


def layer_sheet(report: Report, view: View, *, flat: bool = False) -> Sheet:
    """The table of layers, blocks or types; a `flat` one has full names and no titles."""
    shown, notes = viewed(report, view)
    shared = view.sort or "flops"
    names = view.columns or _usual_columns(report, view)
    columns = catalogue.chosen(names, report, shared)
    values = [catalogue.value_of(name, report, shared) for name in names]
    rows = [tuple([value(row) for value in values]) for row in shown.rows]
    is_tree = names[0] == "layer" and not (flat or view.by_type or view.sort or view.top)
    lines = _tree_lines(rows) if is_tree else tuple(map(Line, rows))
    totals = [catalogue.total_of(name, report) for name in names]
    if columns[0].kind == "text":
        totals[0] = "total"
    return Sheet(
        report.name,
        columns,
        lines,
        Line(tuple(totals)),
        _caption(report),
        notes,
        _legends(shown, names),
        fixed=bool(view.columns),
        by_name=True,
    )


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
    """The report grouped as deep as fits a screen, and how to see all of it."""
    if min(len(report.rows), view.top or len(report.rows)) <= SCREEN:
        return report, []
    shown = report.grouped(1)
    for depth in range(2, max(row.name.count(".") for row in report.rows) + 1):
        deeper = report.grouped(depth)
        if len(tree_of([row.name for row in deeper.rows])) > SCREEN:
            break
        shown = deeper
    if len(shown.rows) == len(report.rows):
        return report, []
    groups = "1 group" if len(shown.rows) == 1 else f"{len(shown.rows)} groups"
    return shown, [f"{len(report.rows)} layers in {groups}; see all with --depth all"]


def _caption(report: Report) -> tuple[str, ...]:
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
    if any(field.is_global and field.jump is None for field in fields):
        legend.append("all: the whole input")
    if any(field.is_global and field.jump is not None for field in fields):
        legend.append(f"{WHOLE_TOO}: also the whole input, through a global pool or a statistic")
    if any(not field.aligned for field in fields):
        legend.append(f"{MISALIGNED}: paths of unlike center or jump meet")
    return "; ".join(legend)


def parse_depth(text: str) -> int | str | None:
    """What `--depth` says: a number of levels, `all`, or `auto`.

    Raises:
        SpecError: none of these.

    >>> parse_depth("2"), parse_depth("all"), parse_depth("auto")
    (2, None, 'auto')
    """
    if text in ("all", "auto"):
        return None if text == "all" else text
    if text.isascii() and text.isdigit() and int(text[:9]) > 0:
        return int(text[:9])
    raise SpecError(f"the depth must be a number from 1, `all` or `auto`, not `{text[:80]}`")
