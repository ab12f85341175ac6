"""What `check` found, as data and as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.headings import heading_of, kind_of
from cnncost.render.sheet import Column, Document, Line, Sheet, Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.budget import Verdict

_COLUMNS = (
    Column("network", "network"),
    Column("figure", "figure", keep=9),
    Column("actual", "is", "typed", keep=8),
    Column("rule", "must be", keep=5),
    Column("limit", "", "typed", keep=7),
    Column("verdict", "verdict", "verdict", keep=10),
    Column("source", "source", keep=1),
)


def verdict_document(verdicts: Sequence[Verdict]) -> Document:
    """All verdicts, and how many failed."""
    return Document(lambda: _data(verdicts), lambda: (_sheet(verdicts),))


def _data(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    holds = all(verdict.holds for verdict in verdicts)
    return {"schema": 1, "ok": holds, "checks": [verdict.to_dict() for verdict in verdicts]}


def _sheet(verdicts: Sequence[Verdict]) -> Sheet:
    failed = sum(not verdict.holds for verdict in verdicts)
    return Sheet("", _COLUMNS, tuple(map(_line, verdicts)), notes=(_summary(len(verdicts), failed),))


def _summary(checks: int, failed: int) -> str:
    if checks == 1:
        return "the check failed" if failed else "the check holds"
    return f"{failed} of {checks} checks failed" if failed else f"all {checks} checks hold"


def _line(verdict: Verdict) -> Line:
    kind = kind_of(verdict.figure)
    # Figures that must agree to the unit are shown to the unit.
    actual, limit = (Typed(kind, value, exact=verdict.exact) for value in (verdict.actual, verdict.limit))
    rule = "exactly" if verdict.exact else "at most"
    return Line((verdict.network, heading_of(verdict.figure), actual, rule, limit, verdict.holds, verdict.source))
