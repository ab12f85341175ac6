"""What `check` found, as data and as a table."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from cnncost.render.cells import readable
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.headings import TEXTBOOK, full_heading_of, kind_of
from cnncost.units import deviation_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.conventions import Convention
    from cnncost.report.checks import Checks, Verdict

_ACTUAL = Column("actual", "is", "typed", priority=ESSENTIAL + 1)
_LIMIT = Column("limit", "", "typed", priority=ESSENTIAL)
_VERDICT = Column("verdict", "verdict", "verdict", priority=ESSENTIAL + 3)
_SOURCE = Column("source", "source", priority=1)
_COLUMNS = (
    Column("network", "network"),
    Column("figure", "figure", priority=ESSENTIAL + 2),
    _ACTUAL,
    Column("rule", "must be", priority=ESSENTIAL),
    _LIMIT,
    _VERDICT,
    _SOURCE,
)
_NARROW = (
    Column("figure", "figure"),
    _ACTUAL,
    Column("rule", "", priority=ESSENTIAL),
    _LIMIT._replace(heading="must be"),
    _VERDICT,
    _SOURCE,
)
"""Below the name of the network."""
_NARROWEST = (Column("figure", "figure"), _VERDICT, Column("why", "", priority=ESSENTIAL, overflow="below"))
"""Below the name of the network, and with the numbers of what failed below it."""
_RULES = {"exactly": "=", "at most": "≤"}
_CHANGES = (
    Column("network", "network"),
    Column("figure", "figure", priority=ESSENTIAL + 2),
    Column("before", "was", "typed", priority=ESSENTIAL),
    _ACTUAL,
    Column("change", "change", priority=ESSENTIAL + 1),
)
_BEFORE = Column("before", "was", "typed")


def checks_document(checks: Checks, convention: Convention = TEXTBOOK) -> Document:
    """All checks, and how many failed; FLOPs are those of a `convention`."""
    return Document(
        tables=lambda: [_table(checks, convention), *([_changes(checks, convention)] if checks.baseline else ())],
        records=lambda: _records(checks),
        data=checks.to_dict,
    )


def _table(checks: Checks, convention: Convention) -> Table:
    limited = [verdict for verdict in checks.checks if verdict.limit is not None]
    failed = sum(not verdict.holds for verdict in limited)
    notes = (_summary(len(limited), failed), *_refused(checks))
    lines = [_line(verdict, convention) for verdict in limited]
    narrowest = Table(_NARROWEST, _below_networks(lines, _failure), notes=(*notes, "not shown at this width: source"))
    narrow = Table(_NARROW, _below_networks(lines, _with_signs), notes=notes, alternative=narrowest)
    return Table(_COLUMNS, tuple(lines), notes=notes, alternative=narrow)


def _changes(checks: Checks, convention: Convention) -> Table:
    """What figures were in the baseline, each once."""
    figures = {(verdict.network, verdict.figure, verdict.before, verdict.actual): verdict for verdict in checks.checks}
    lines = [_change(verdict, convention) for verdict in figures.values()]
    return Table(_CHANGES, tuple(lines), title=f"since {checks.baseline}")


def _change(verdict: Verdict, convention: Convention) -> Line:
    kind, before, actual = kind_of(verdict.figure), verdict.before, verdict.actual
    looks_equal = before != actual and readable(kind, before) == readable(kind, actual)
    cells = (Typed(kind, before, exact=looks_equal), Typed(kind, actual, exact=looks_equal))
    figure = full_heading_of(verdict.figure, convention)
    return Line((verdict.network, figure, *cells, _change_text(before, actual)))


def _change_text(before: int | None, actual: int | None) -> str:
    """The change in percent of what it was.

    >>> _change_text(200, 203), _change_text(200, 100), _change_text(5, 5), _change_text(None, 5), _change_text(0, 5)
    ('+1.5 %', '-50 %', 'none', 'new', 'from 0')
    """
    if before is None or actual is None:
        return "new" if actual is not None else "not known"
    if before == actual:
        return "none"
    if before == 0:
        return "from 0"
    return deviation_text((actual - before) / before)


def _below_networks(lines: Sequence[Line], cells: Callable[[Line], tuple[Any, ...]]) -> tuple[Line, ...]:
    """The lines in other cells, each below the network that it is of."""
    below: list[Line] = []
    for network, of_network in groupby(lines, key=lambda line: line.cells[0]):
        below += [Line((network,), title=True), *(Line(cells(line), level=1) for line in of_network)]
    return tuple(below)


def _with_signs(line: Line) -> tuple[Any, ...]:
    _, figure, actual, rule, *others = line.cells
    return (figure, actual, _RULES[rule], *others)


def _failure(line: Line) -> tuple[Any, ...]:
    _, figure, actual, rule, limit, holds, _ = line.cells
    why = "" if holds else f"{readable('typed', actual)}, must be {rule} {readable('typed', limit)}"
    return figure, holds, why


def _refused(checks: Checks) -> tuple[str, ...]:
    return (f"not checked, since the spec is bad: {', '.join(checks.refused)}",) if checks.refused else ()


def _summary(checks: int, failed: int) -> str:
    if checks == 0:
        return "nothing is limited"
    if checks == 1:
        return "the check failed" if failed else "the check holds"
    return f"{failed} of {checks} checks failed" if failed else f"all {checks} checks hold"


def _records(checks: Checks) -> Table:
    """All verdicts for programs, with what figures were where there is a baseline."""
    lines = [_record(verdict) for verdict in checks.checks]
    if checks.baseline is None:
        return Table(_COLUMNS, tuple(lines))
    before = [Typed(kind_of(verdict.figure), verdict.before) for verdict in checks.checks]
    with_before = [line._replace(cells=(*line.cells, was)) for line, was in zip(lines, before, strict=True)]
    return Table((*_COLUMNS, _BEFORE), tuple(with_before))


def _record(verdict: Verdict) -> Line:
    """A verdict for programs, with its figure called as in JSON."""
    line = _line(verdict, TEXTBOOK)
    return line._replace(cells=(verdict.network, verdict.figure, *line.cells[2:]))


def _line(verdict: Verdict, convention: Convention) -> Line:
    kind, values = kind_of(verdict.figure), (verdict.actual, verdict.limit)
    # Figures that must agree to the unit are shown to the unit, and so are those that rounding would make equal.
    looks_equal = verdict.actual != verdict.limit and len({readable(kind, value) for value in values}) == 1
    actual, limit = (Typed(kind, value, exact=verdict.exact or looks_equal) for value in values)
    rule = "" if verdict.limit is None else "exactly" if verdict.exact else "at most"
    figure = full_heading_of(verdict.figure, convention)
    return Line((verdict.network, figure, actual, rule, limit, verdict.holds, verdict.source))
