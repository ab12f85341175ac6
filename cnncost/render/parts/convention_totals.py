"""What each of several conventions counts of a whole network, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Line, Table

if TYPE_CHECKING:
    from cnncost.report.report import Report


def convention_totals_table(report: Report) -> Table:
    """A line for each convention, with ratios to the first."""
    first = next(iter(report.counts.values())).total
    lines = [
        Line((name, count.total, count.unit, count.total / first if first else None, count.source))
        for name, count in report.counts.items()
    ]
    columns = (
        Column("convention", "convention"),
        Column("total", "total", "count", priority=ESSENTIAL + 1),
        Column("unit", "unit", priority=ESSENTIAL),
        Column("ratio", "ratio", "ratio", priority=2),
        Column("source", "source", priority=1),
    )
    return Table(columns, tuple(lines))
