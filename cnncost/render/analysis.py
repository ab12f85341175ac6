"""A report as sheets: the layer table in the view that was asked for, and a summary of where things go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import SpecError
from cnncost.render import columns as catalogue
from cnncost.render.cells import MISALIGNED, WHOLE_TOO
from cnncost.render.sheet import Document, Line, Sheet
from cnncost.render.summary import summary_sheet
from cnncost.render.tree import tree_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.report import Report

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


def report_document(report: Report, view: View = View(), *, for_machines: bool = False) -> Document:
    """The report in a view; formats `for_machines` have every layer and every column unless asked otherwise."""
    if for_machines:
        columns = view.columns or catalogue.known(report)
        view = view._replace(depth=None if view.depth == "auto" else view.depth, columns=columns)
    return Document(
        lambda: viewed(report, view)[0].to_dict(),
        lambda: (layer_sheet(report, view), *([] if for_machines else [summary_sheet(report)])),
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
    sort = view.sort or ("flops" if view.top is not None else None)
    if sort is not None:
        shown = shown.sorted_by(sort)
    if view.top is not None and view.top < len(shown.rows):
        notes.append(f"the first {view.top} of {len(shown.rows)} by {sort}; totals are of the whole network")
        shown = shown.top(view.top)
    return shown, tuple(notes)


def layer_sheet(report: Report, view: View) -> Sheet:
    """The table of layers, blocks or types."""
    shown, notes = viewed(report, view)
    shared = view.sort or "flops"
    names = view.columns or _usual_columns(report, view)
    columns = catalogue.chosen(names, report, shared)
    values = [catalogue.value_of(name, report, shared) for name in names]
    rows = [tuple([value(row) for value in values]) for row in shown.rows]
    in_order = not (view.by_type or view.sort or view.top) and names[0] == "layer"
    lines = _tree_lines(rows) if in_order else tuple(map(Line, rows))
    totals = Line(tuple(catalogue.total_of(name, report) for name in names))
    return Sheet(
        report.name,
        columns,
        lines,
        totals,
        _caption(report),
        (*notes, *_legend(shown, names)),
        fixed=bool(view.columns),
    )


def _usual_columns(report: Report, view: View) -> tuple[str, ...]:
    names = catalogue.DEFAULT_TRAINING if report.settings.training else catalogue.DEFAULT
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
    shown, depth = report.grouped(1), 1
    while True:
        deeper = report.grouped(depth + 1)
        if len(deeper.rows) == len(shown.rows) or len(tree_of([row.name for row in deeper.rows])) > SCREEN:
            break
        shown, depth = deeper, depth + 1
    if len(shown.rows) == len(report.rows):
        return report, []
    return shown, [f"{len(report.rows)} layers in {len(shown.rows)} groups; see all with --depth all"]


def _caption(report: Report) -> str:
    inputs = [
        " × ".join(map(str, shape)) if len(report.inputs) == 1 else f"{name} {' × '.join(map(str, shape))}"
        for name, shape in report.inputs.items()
    ]
    settings = report.settings
    running = f"training with {settings.optimizer}" if settings.training else "inference"
    parts = [f"input {', '.join(inputs)}", settings.dtype, running, f"FLOPs: {settings.convention} convention"]
    return " · ".join(parts if report.source is None else [*parts, report.source])


def _legend(shown: Report, names: Sequence[str]) -> list[str]:
    """What the marks of the receptive field say, where they occur."""
    if "receptive_field" not in names:
        return []
    fields = [row.receptive_field for row in shown.rows if row.receptive_field is not None]
    legend = ["receptive field: size /jump in pixels of the input"] if fields else []
    if any(field.is_global and field.jump is None for field in fields):
        legend.append("all  the whole input")
    if any(field.is_global and field.jump is not None for field in fields):
        legend.append(f"{WHOLE_TOO}  and the whole input, through a global pool or a statistic")
    if any(not field.aligned for field in fields):
        legend.append(f"{MISALIGNED}  paths of unlike center or jump meet")
    return [" · ".join(legend)] if legend else []


def parse_depth(text: str) -> int | str | None:
    """What `--depth` says: a number of levels, `all`, or `auto`.

    Raises:
        SpecError: none of these.

    >>> parse_depth("2"), parse_depth("all"), parse_depth("auto")
    (2, None, 'auto')
    """
    if text in ("all", "auto"):
        return None if text == "all" else text
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]):
        return int(text[:9])
    raise SpecError(f"the depth must be a number from 1, `all` or `auto`, not `{text[:80]}`")
