"""Points of a design space: one a line, and the frontier as a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table
from cnncost.render.parts.headings import detail_of, heading_of, kind_of, settings_parts
from cnncost.render.plot import Plot, Point
from cnncost.spaces.results.cells import cell_text
from cnncost.spaces.results.sweep import ERROR, INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.document import Kind
    from cnncost.settings import Settings
    from cnncost.spaces.results.objectives import Objective
    from cnncost.spaces.results.selection import Selection
    from cnncost.spaces.results.sweep import Sweep

_MOST_LINES = 40
"""Points that a table for people shows, where nobody says how many."""
_LONGEST_NAME = 20
"""Letters of a point's name in a plot."""


def sweep_document(found: Selection, settings: Settings | None) -> Document:
    """The points that were asked for.

    Args:
        found: the points.
        settings: how the network runs; ``None`` where that is not known.
    """
    return Document(
        found.rows.name,
        _facts(found, settings),
        tables=lambda: [_table(found, settings, limited=True)],
        records=lambda: _table(found, settings, limited=False),
        figures=lambda: [frontier_plot(found)] if found.choice.objectives and len(found.rows) > 1 else [],
        notes=tuple(_notes(found)),
        data=lambda: _data(found, settings),
    )


def all_points_document(sweep: Sweep) -> Document:
    """Every point that holds, and how many do not."""
    from cnncost.spaces.results.selection import Choice, Selection

    rows = sweep.at(sweep.valid)
    faults = sweep.at(~sweep.valid)
    fault = (int(faults[INDEX][0]), str(faults[ERROR][0])) if len(faults) else None
    return sweep_document(Selection(rows, Choice(), len(sweep), len(faults), len(rows), rows, fault), None)


def frontier_plot(found: Selection) -> Plot:
    """The frontier, marked among other points.

    Across is the first objective, and upwards the first that is to be large, or else the second.
    """
    x, y = _drawn(found)
    around = found.around.at(found.around.known([x.name, y.name]))
    dots = [Point(float(a), float(b)) for a, b in zip(around[x.name].tolist(), around[y.name].tolist(), strict=True)]
    rows = found.rows
    marks = [
        Point(float(rows[x.name][place]), float(rows[y.name][place]), _name(rows, place)) for place in range(len(rows))
    ]
    log_y = y.name in rows.figures
    points = tuple([point for point in (*dots, *marks) if point.x > 0 and (point.y > 0 or not log_y)])
    title = f"the frontier of {_listed([_wanted(each) for each in found.choice.objectives])}"
    x_in_bytes, y_in_bytes = (each.name in rows.figures and kind_of(each.name) == "bytes" for each in (x, y))
    return Plot(title, _heading(rows, x.name), _heading(rows, y.name), points, log_y, x_in_bytes, y_in_bytes)


def _drawn(found: Selection) -> tuple[Objective, Objective]:
    wanted = found.choice.objectives
    first = next((each for each in wanted if not each.maximise), wanted[0])
    others = [each for each in wanted if each is not first]
    return first, next((each for each in others if each.maximise), others[0] if others else first)


def _facts(found: Selection, settings: Settings | None) -> tuple[str, ...]:
    parts = settings_parts(settings) if settings is not None else ()
    varies = "batch" in found.rows.variables
    points = "1 point" if found.evaluated == 1 else f"{found.evaluated:,} points"
    return (points, *(part for part in parts if not (varies and part.startswith("batch"))))


def _table(found: Selection, settings: Settings | None, *, limited: bool) -> Table:
    rows = found.rows
    shown = min(len(rows), _MOST_LINES) if limited and found.choice.top is None else len(rows)
    columns = tuple(_columns(rows, settings))
    cells = [[_cell(column, value) for value in rows[column.name][:shown].tolist()] for column in columns]
    notes: tuple[str, ...] = ()
    if shown < len(rows):
        hint = "`--top 100 --by macs` chooses, `-o FILE` keeps all"
        notes = (f"the first {shown} of {len(rows):,} points: {hint}",)
    return Table(columns, tuple([Line(line) for line in zip(*cells, strict=True)]), notes=notes)


def _columns(rows: Sweep, settings: Settings | None) -> Iterator[Column]:
    yield Column(INDEX, "point", "points")
    for name in rows.variables:
        yield Column(name, name, _kind(rows, name), priority=ESSENTIAL)
    for place, name in enumerate(rows.figures):
        named = (
            (heading_of(name), detail_of(name))
            if settings is None
            else (heading_of(name, settings.convention), detail_of(name, settings.convention))
        )
        yield Column(name, named[0], kind_of(name), named[1], priority=ESSENTIAL - 1 - place)
    for name in _others(rows):
        yield Column(name, name, _kind(rows, name), priority=ESSENTIAL)


def _kind(rows: Sweep, name: str) -> Kind:
    """What kind of value a column holds that is no figure."""
    if rows[name].dtype.kind == "f" and name not in rows.variables:
        return "number"
    if rows[name].dtype.kind in "if":
        return "points"
    return "shape" if len(rows) and isinstance(rows[name][0], tuple) else "text"


def _cell(column: Column, value: Any) -> Any:
    if column.kind in ("count", "bytes"):
        return None if value < 0 else value
    if value != value:  # noqa: PLR0124 - what is not a number
        return None
    return cell_text(value) if column.kind == "text" else value


def _others(rows: Sweep) -> list[str]:
    known = (INDEX, "error", *rows.variables, *rows.figures)
    return [name for name in rows.columns if name not in known]


def _name(rows: Sweep, place: int) -> str:
    """What a point is called in a plot: its values, or its number where these are too long."""
    values = [rows[name][place] for name in rows.variables]
    name = " ".join(_short(value) for value in values)
    return name if len(name) <= _LONGEST_NAME else f"#{rows[INDEX][place]}"


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        sizes = value[1:] or value
        return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))
    return cell_text(value.item() if hasattr(value, "item") else value)


def _heading(rows: Sweep, name: str) -> str:
    return f"{heading_of(name)} {detail_of(name)}".strip() if name in rows.figures else name


def _wanted(objective: Objective) -> str:
    heading = heading_of(objective.name)
    return f"the most {heading}" if objective.maximise else f"the least {heading}"


def _listed(items: list[str]) -> str:
    """
    >>> _listed(["a", "b", "c"]), _listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def _notes(found: Selection) -> Iterator[str]:
    choice = found.choice
    if choice.objectives:
        wanted = _listed([_wanted(each) for each in choice.objectives])
        yield f"on the frontier of {wanted}: {len(found.rows):,} of {found.fulfilling:,} points"
    if choice.conditions:
        conditions = _listed([f"`{each.text}`" for each in choice.conditions])
        yield f"with {conditions}: {found.fulfilling:,} of {found.evaluated:,} points"
    if found.fault is not None:
        index, error = found.fault
        which = "1 point does" if found.failed == 1 else f"{found.failed:,} points do"
        yield f"{which} not hold; the first, {index}: {error}"


def _data(found: Selection, settings: Settings | None) -> dict[str, Any]:
    rows, fault = found.rows, found.fault
    return {
        "schema": 1,
        "name": rows.name,
        "settings": None if settings is None else settings.to_dict(),
        "conditions": [each.text for each in found.choice.conditions],
        "objectives": [each._asdict() for each in found.choice.objectives],
        "evaluated": found.evaluated,
        "failed": found.failed,
        "fulfilling": found.fulfilling,
        "points": [_point(rows, row) for row in rows],
        "first_fault": None if fault is None else {"index": fault[0], "error": fault[1]},
    }


def _point(rows: Sweep, row: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return list(value) if isinstance(value, tuple) else value

    return {
        "index": row[INDEX],
        "variables": {name: plain(row[name]) for name in rows.variables},
        "figures": {name: row[name] for name in rows.figures},
        "others": {name: row[name] for name in _others(rows)},
    }
