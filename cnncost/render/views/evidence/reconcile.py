"""What `reconcile` found, as data and as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.published.reconciliation.ways import UNITS_OF_1024, UNUSUAL, about
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.published.reconciliation.search import Reconciliation
    from cnncost.published.reconciliation.ways import Way

_COLUMNS = (
    Column("countings", "counted as"),
    Column("value", "is", "typed", priority=ESSENTIAL + 2),
    Column("agreement", "agrees", priority=ESSENTIAL + 1),
    Column("difference", "off by", "deviation", priority=2),
    Column("changes", "what is different from the spec", priority=ESSENTIAL + 3),
)
_RECORD_COLUMNS = (
    Column("figure", "figure"),
    Column("published_by", "published by"),
    Column("network", "network"),
    Column("quantity", "quantity"),
    *_COLUMNS,
    Column("thousand", "a K is"),
)

_IN_UNITS_OF_1024 = "in 1024s"

_MOST_COUNTINGS = 2
"""Ways of counting that a line names, where several find the same number."""


def reconciliation_document(reconciliations: Sequence[Reconciliation], most: int) -> Document:
    """What was found of one figure or of several; tables show the `most` likely ways, and as many of the nearest."""
    return Document(
        tables=lambda: [_table(each, most) for each in reconciliations],
        records=lambda: _records(reconciliations, most),
        data=lambda: {"schema": 1, "figures": [each.to_dict() for each in reconciliations]},
    )


def one_figure_document(found: Reconciliation) -> Document:
    """All that was found of one figure."""
    return reconciliation_document([found], len(found.matches) + len(found.nearest))


def _shown(found: Reconciliation, most: int) -> tuple[Way, ...]:
    return found.matches[:most] + found.nearest[:most]


def _table(found: Reconciliation, most: int) -> Table:
    title = f"{found.figure} of {found.network}"
    if found.published_by:
        title += f", {found.published_by}"
    return Table(_COLUMNS, tuple(map(_line, _shown(found, most))), title=title, notes=tuple(_notes(found, most)))


def _notes(found: Reconciliation, most: int) -> Iterator[str]:
    tried = f"{found.tried:,} ways to count were tried"
    more = len(found.matches) - most
    if not found.matches:
        yield f"none gives {found.figure}: these come nearest; {tried}"
    else:
        others = "1 more gives" if more == 1 else f"{more:,} more give"
        yield f"{tried}; {others} {found.figure}" if more > 0 else tried
    if found.untried:
        yield f"not tried, since the network is large: {', '.join(found.untried)}"
    if found.unknown:
        yield f"not compared: {'; '.join(found.unknown)}"
    if found.interrupted:
        yield "interrupted: this is what was found until then"
    yield from _explanations(found.matches[:most])


def _explanations(ways: Sequence[Way]) -> Iterator[str]:
    """What the likeliest way counts, and what is unusual about the others."""
    best = [way.countings[0] for way in ways[:1]]
    unusual = [name for way in ways for name in way.countings[:_MOST_COUNTINGS] if name in UNUSUAL]
    yield from (f"{name}: {about(name)}" for name in dict.fromkeys([*best, *unusual]) if about(name))
    if any(way.is_binary for way in ways):
        yield f"{_IN_UNITS_OF_1024}: {UNITS_OF_1024}"


def _line(way: Way) -> Line:
    more = len(way.countings) - _MOST_COUNTINGS
    countings = ", ".join(way.countings[:_MOST_COUNTINGS]) + (f" and {more} more" if more > 0 else "")
    value, agreement, difference = _figures(way)
    shown = f"{agreement} {_IN_UNITS_OF_1024}" if way.is_binary else agreement
    return Line((countings, value, shown, difference, "; ".join(way.changes) or "nothing"))


def _figures(way: Way) -> tuple[object, ...]:
    return Typed("count", way.value, exact=True), way.agreement or "no", way.difference


def _records(reconciliations: Sequence[Reconciliation], most: int) -> Table:
    """The ways to all figures in one table, nothing of them shortened."""
    lines = [
        Line((found.figure, found.published_by, way.network, way.quantity, *_cells(way)))
        for found in reconciliations
        for way in _shown(found, most)
    ]
    return Table(_RECORD_COLUMNS, tuple(lines))


def _cells(way: Way) -> tuple[object, ...]:
    return ", ".join(way.countings), *_figures(way), "; ".join(way.changes), way.thousand
