"""What each of several conventions counts of a whole network, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Line, Table
from cnncost.report.totals import counted, shown_total

if TYPE_CHECKING:
    from cnncost.report.report import Report


def convention_totals_table(report: Report) -> Table:
    """A line for each convention, with ratios to the first."""
    first = next(iter(report.counts.values())).total
    lines = [
        Line((name, shown_total(report, figure), count.unit, _ratio(count.total, first), count.source))
        for (name, count), figure in zip(report.counts.items(), counted(report), strict=True)
    ]
    columns = (
        Column("convention", "convention"),
        Column("total", "total", "count", priority=ESSENTIAL + 1),
        Column("unit", "unit", priority=ESSENTIAL),
        Column("ratio", "ratio", "ratio", priority=2),
        Column("source", "source", priority=1),
    )
    return Table(columns, tuple(lines))


def _ratio(count: int | None, first: int | None) -> float | None:
    return count / first if first and count is not None else None
