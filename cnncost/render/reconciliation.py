"""What `reconcile` found, as data and as sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.sheet import ESSENTIAL, Column, Document, Line, Sheet, Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.reconciliation.search import Reconciliation, Way

_COLUMNS = (
    Column("counting", "counted as", keep=ESSENTIAL + 2),
    Column("value", "is", "typed", keep=ESSENTIAL + 3),
    Column("agreement", "figure", keep=ESSENTIAL + 1),
    Column("difference", "off by", "deviation", keep=2),
    Column("changes", "what is different from the spec", keep=ESSENTIAL),
    Column("network", "network", keep=1),
)

_MOST_COUNTINGS = 2
"""Ways of counting that a line names, where several find the same number."""


def reconciliation_document(reconciliations: Sequence[Reconciliation], most: int) -> Document:
    """What was found of one figure or of several; tables show the `most` likely ways."""
    return Document(
        lambda: {"schema": 1, "figures": [each.to_dict() for each in reconciliations]},
        lambda: tuple(_sheet(each, most) for each in reconciliations),
    )


def _sheet(found: Reconciliation, most: int) -> Sheet:
    shown = found.matches[:most] or found.nearest[:most]
    title = f"{found.figure} of {found.network}"
    if found.published_by:
        title += f", {found.published_by}"
    return Sheet(title, _COLUMNS, tuple(map(_line, shown)), notes=tuple(_notes(found, most)))


def _notes(found: Reconciliation, most: int) -> list[str]:
    numbers = f"{found.tried:,} numbers were held against it"
    if not found.matches:
        return [f"none gives {found.figure}: these come nearest; {numbers}"]
    more = len(found.matches) - most
    return [f"{more:,} more give it; {numbers}" if more > 0 else numbers]


def _line(way: Way) -> Line:
    counted = Typed("count", way.value, exact=True)
    changes = "; ".join(way.changes) or "nothing"
    countings = ", ".join(way.countings[:_MOST_COUNTINGS])
    more = len(way.countings) - _MOST_COUNTINGS
    countings += f" and {more} more" if more > 0 else ""
    difference = None if way.agreement == "exact" else way.difference
    return Line((countings, counted, way.agreement or "no", difference, changes, way.network))
