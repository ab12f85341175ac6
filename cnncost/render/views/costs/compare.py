"""Comparisons as tables: a few networks as columns, many as rows, two stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.gaps import gap_notes
from cnncost.render.parts.headings import (
    detail_of,
    device_parts,
    full_heading_of,
    heading_of,
    kind_of,
    settings_parts,
    title_of,
)
from cnncost.render.parts.marks import marked
from cnncost.render.plot import Plot
from cnncost.report.comparison import difference
from cnncost.report.totals import counted, shown_total, total_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.metrics.metric import AtLeast
    from cnncost.report.comparison import Comparison, StageComparison, StageDifference
    from cnncost.report.report import Report
    from cnncost.report.totals import Quantity
    from cnncost.settings import Settings

FIGURES = ("params", "macs", "flops", "param_bytes", "activation_bytes", "peak_bytes")
FIGURES_TRAINING = (
    *FIGURES[:3],
    "backward_flops",
    *FIGURES[3:5],
    "gradient_bytes",
    "optimizer_bytes",
    "kept_bytes",
    "peak_bytes",
)
"""What is compared for people; programs get every figure."""

_STAGE_FIGURES = ("params", "macs", "flops", "activation_bytes")
DRAWN = ("macs", "params")
"""What a picture has on its axes where nobody says it: across, and upwards."""
_MOST_COLUMNS = 4
"""More networks than this become rows."""


def comparison_document(comparison: Comparison) -> Document:
    """Networks side by side; programs get every figure."""
    return Document(
        tables=lambda: [_for_people(comparison)],
        records=lambda: _networks_as_rows(comparison, (*comparison.metrics, *comparison.counted)),
        pictures=lambda: _pictures(comparison),
        data=comparison.to_dict,
    )


def _pictures(comparison: Comparison) -> list[Plot]:
    """The networks on a plane, where there are more than two that have a place there."""
    known = [all(report.totals[figure] for figure in DRAWN) for report in comparison.reports]
    return [comparison_plot(comparison)] if sum(known) > 2 else []


def comparison_plot(comparison: Comparison, across: str = DRAWN[0], upwards: str = DRAWN[1]) -> Plot:
    """Networks by two figures, of which less is better, with those marked that no other one matches in both.

    Raises:
        SpecError: there is no such figure, or no network of which both are known and above 0.
    """
    networks = zip(comparison.names, comparison.reports, strict=True)
    items = [(name, total_of(report, across), total_of(report, upwards)) for name, report in networks]
    points, missing = marked(items, most_upwards=False)
    if not points:
        raise SpecError(f"nothing can be drawn: no network has both, `{across}` and `{upwards}`, above 0")
    convention = _settings(comparison).convention
    x, y = (title_of(_quantity(comparison, figure), convention) for figure in (across, upwards))
    x_in_bytes, y_in_bytes = (kind_of(_quantity(comparison, figure)) == "bytes" for figure in (across, upwards))
    title = f"{len(comparison.names)} networks by {x} and {y}"
    return Plot(title, x, y, points, True, x_in_bytes, y_in_bytes, missing)


def stage_document(comparison: StageComparison) -> Document:
    """Two networks stage by stage."""
    names, settings = comparison.names, _settings(comparison)
    return Document(
        f"{names[0]} (1st) and {names[1]} (2nd), stage by stage",
        settings_parts(settings),
        tables=lambda: [_stages(comparison)],
        data=comparison.to_dict,
    )


def _for_people(comparison: Comparison) -> Table:
    """A few networks as columns, or as rows where there is no room for them; many as rows."""
    figures = _usual_figures(comparison)
    rows = _networks_as_rows(comparison, figures)
    if len(comparison.reports) > _MOST_COLUMNS:
        return rows
    return _networks_as_columns(comparison, figures)._replace(alternative=rows)


def _usual_figures(comparison: Comparison) -> tuple[str, ...]:
    if comparison.counted:
        return ("params", *comparison.counted)
    trains = any(report.settings.training for report in comparison.reports)
    figures = FIGURES_TRAINING if trains else FIGURES
    return (*figures, *[name for name in ON_DEVICE if name in comparison.metrics])


def _networks_as_columns(comparison: Comparison, figures: tuple[str, ...]) -> Table:
    columns = [Column("figure", "figure")]
    for position, name in enumerate(comparison.names):
        columns.append(Column(name, name, "typed", priority=ESSENTIAL))
        if position != comparison.baseline:
            columns.append(Column(f"{name}_ratio", "ratio", "ratio", priority=ESSENTIAL))
    lines = [
        _line(comparison, "input", lambda position: Typed("shapes", _inputs(comparison.reports[position]))),
        *(_setting_line(comparison, name) for name in comparison.unlike),
        _line(comparison, "layers", lambda position: Typed("count", len(comparison.reports[position].rows))),
        *(_figure_line(comparison, figure) for figure in figures),
    ]
    return Table(tuple(columns), tuple(lines), notes=_notes(comparison))


def _setting_line(comparison: Comparison, name: str) -> Line:
    """A setting that is not the same in all networks."""
    return _line(comparison, name, lambda position: Typed("text", _setting(comparison.reports[position], name)))


def _setting(report: Report, name: str) -> str:
    value = report.settings.to_dict().get(name)
    return "–" if value is None else str(value)


def _figure_line(comparison: Comparison, figure: str) -> Line:
    quantity = _quantity(comparison, figure)
    return _line(
        comparison,
        full_heading_of(quantity, _settings(comparison).convention),
        lambda position: Typed(kind_of(quantity), shown_total(comparison.reports[position], figure)),
        lambda position: comparison.ratio(figure, position),
    )


def _quantity(comparison: Comparison, figure: str) -> str | Quantity:
    """What a figure is: what conventions count is known from the reports alone."""
    return counted(comparison.reports[0]).get(figure, figure)


def _line(
    comparison: Comparison,
    name: str,
    cell: Callable[[int], Any],
    ratio: Callable[[int], Any] = lambda _: "",
) -> Line:
    """A cell per network, and a ratio behind each but the baseline's."""
    cells: list[Any] = [name]
    for position in range(len(comparison.reports)):
        cells.append(cell(position))
        if position != comparison.baseline:
            cells.append(ratio(position))
    return Line(tuple(cells))


def _networks_as_rows(comparison: Comparison, figures: tuple[str, ...]) -> Table:
    columns = [
        Column("network", "network"),
        Column("input", "input", "shapes"),
        *(Column(name, name) for name in comparison.unlike),
        Column("layers", "layers", "count", priority=1),
    ]
    convention = _settings(comparison).convention
    for priority, figure in zip(range(99, 0, -1), figures, strict=False):  # a figure and its ratio go together
        quantity = _quantity(comparison, figure)
        heading, detail = heading_of(quantity, convention), detail_of(quantity, convention)
        columns.append(Column(figure, heading, kind_of(quantity), detail, priority))
        priority_of_ratio = 0 if figure in comparison.counted else priority  # conventions fill the screen alone
        columns.append(Column(f"{figure}_ratio", "ratio", "ratio", priority=priority_of_ratio))
    lines = []
    for position, (name, report) in enumerate(zip(comparison.names, comparison.reports, strict=True)):
        settings = [_setting(report, name) for name in comparison.unlike]
        cells: list[Any] = [name, _inputs(report), *settings, len(report.rows)]
        for figure in figures:
            cells += [shown_total(report, figure), comparison.ratio(figure, position)]
        lines.append(Line(tuple(cells)))
    return Table(tuple(columns), tuple(lines), notes=_notes(comparison))


def _stages(comparison: StageComparison) -> Table:
    """All changes stay longer than the figures that they are between, of which both are shown or none."""
    settings = _settings(comparison)
    columns = [Column("stage", "stage")]
    for place, figure in enumerate(_STAGE_FIGURES):
        heading, kind = heading_of(figure, settings.convention), kind_of(figure)
        columns += [
            Column(f"{figure}_first", heading, kind, "1st", priority=9 - place),
            Column(f"{figure}_second", heading, kind, "2nd", priority=9 - place),
            Column(f"{figure}_change", heading, "change", "change", priority=20 - place),
        ]
    first, second = (report.totals for report in comparison.reports)
    return Table(
        tuple(columns),
        tuple(Line((_stage_name(stage), *_stage_cells(stage.shown))) for stage in comparison.stages),
        Line(("total", *_stage_cells(lambda figure: (first.shown(figure), second.shown(figure))))),
        notes=gap_notes(comparison.reports),
    )


def _stage_cells(figures: Callable[[str], tuple[int | AtLeast | None, int | AtLeast | None]]) -> list[Any]:
    cells: list[Any] = []
    for name in _STAGE_FIGURES:
        first, second = figures(name)
        cells += [first, second, Typed(kind_of(name), difference(first, second))]
    return cells


def _stage_name(stage: StageDifference) -> str:
    first, second = (row.name if row else "–" for row in (stage.first, stage.second))
    return first if first == second else f"{first} → {second}"


def _inputs(report: Report) -> tuple[tuple[int, ...], ...]:
    """The shapes of the inputs, of one sample each."""
    return tuple(shape[1:] for shape in report.inputs.values())


def _notes(comparison: Comparison) -> tuple[str, ...]:
    baseline = comparison.names[comparison.baseline]
    settings = _settings(comparison)
    alike = [*settings_parts(settings)[:3], *device_parts(settings)]
    shared = "unlike settings" if comparison.unlike else ", ".join(alike)
    return (f"{shared}; ratios to {baseline}", *gap_notes(comparison.reports))


def _settings(comparison: Comparison | StageComparison) -> Settings:
    """The settings, which are those of all networks."""
    return comparison.reports[0].settings
