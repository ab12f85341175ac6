"""What `check` found, as data and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.cells import readable
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.headings import TEXTBOOK, full_heading_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.conventions import Convention
    from cnncost.report.checks import Verdict

_COLUMNS = (
    Column("network", "network"),
    Column("figure", "figure", priority=ESSENTIAL + 2),
    Column("actual", "is", "typed", priority=ESSENTIAL + 1),
    Column("rule", "must be", priority=ESSENTIAL),
    Column("limit", "", "typed", priority=ESSENTIAL),
    Column("verdict", "verdict", "verdict", priority=ESSENTIAL + 3),
    Column("source", "source", priority=1),
)


def checks_document(verdicts: Sequence[Verdict], convention: Convention = TEXTBOOK) -> Document:
    """All verdicts, and how many failed; FLOPs are those of a `convention`."""
    return Document(tables=lambda: [_table(verdicts, convention)], data=lambda: _data(verdicts))


def _data(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    holds = all(verdict.holds for verdict in verdicts)
    return {"schema": 1, "ok": holds, "checks": [verdict.to_dict() for verdict in verdicts]}


def _table(verdicts: Sequence[Verdict], convention: Convention) -> Table:
    failed = sum(not verdict.holds for verdict in verdicts)
    lines = tuple([_line(verdict, convention) for verdict in verdicts])
    return Table(_COLUMNS, lines, notes=(_summary(len(verdicts), failed),))


def _summary(checks: int, failed: int) -> str:
    if checks == 1:
        return "the check failed" if failed else "the check holds"
    return f"{failed} of {checks} checks failed" if failed else f"all {checks} checks hold"


def _line(verdict: Verdict, convention: Convention) -> Line:
    kind, values = kind_of(verdict.figure), (verdict.actual, verdict.limit)
    # Figures that must agree to the unit are shown to the unit, and so are those that rounding would make equal.
    looks_equal = verdict.actual != verdict.limit and len({readable(kind, value) for value in values}) == 1
    actual, limit = (Typed(kind, value, exact=verdict.exact or looks_equal) for value in values)
    rule = "exactly" if verdict.exact else "at most"
    figure = full_heading_of(verdict.figure, convention)
    return Line((verdict.network, figure, actual, rule, limit, verdict.holds, verdict.source))
