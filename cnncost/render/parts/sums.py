"""What a total adds up from, as tables: its layer types and formulas, and its blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Line, Share, Table, Typed
from cnncost.render.parts.headings import full_heading_of, settings_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.explanation.figure import Breakdown, Part, SumExplanation

_COUNT = Column("layers", "layers", "count", priority=2)
_VALUE = Column("value", "", "typed", priority=ESSENTIAL + 2)
_SHARE = Column("share", "share", "share", priority=3)
_FORMULA = Column("formula", "formula of a layer", priority=ESSENTIAL)
_SUM = Column("substituted", "", priority=1, overflow="wrap")
_HOW = {"sum": "adds up from", "max": "is the largest of"}


def sum_tables(explanation: SumExplanation) -> tuple[Table, ...]:
    """Two tables for each figure: of layer types with their formulas, and of blocks."""
    return tuple([table for breakdown in explanation.breakdowns for table in _tables(explanation, breakdown)])


def sum_records(explanation: SumExplanation) -> Table:
    """All parts of all figures: a line for each part, with what it is a part of."""
    columns = (
        Column("figure", "figure"),
        Column("by", "by"),
        Column("name", "name"),
        _COUNT,
        _FORMULA,
        _SUM,
        Column("value", "value", "count"),
        Column("share", "share", "number"),
    )
    return Table(columns, tuple([Line(cells) for each in explanation.breakdowns for cells in _rows(each)]))


def _tables(explanation: SumExplanation, breakdown: Breakdown) -> Iterator[Table]:
    figure = breakdown.figure
    heading = full_heading_of(figure.name, explanation.settings.convention)
    where = explanation.network if explanation.block is None else f"{explanation.network} · {explanation.block}"
    if figure.value is None:
        yield Table((Column("figure", ""),), (Line((figure.note,)),), title=f"{heading} of {where}")
        return
    yield _by_type(breakdown)._replace(
        title=f"{heading} of {where}: {figure.value:,}", facts=settings_parts(explanation.settings)
    )
    yield _by_block(breakdown).without_blank()


def _by_type(breakdown: Breakdown) -> Table:
    figure = breakdown.figure
    first = "kept" if breakdown.of_figures else "layer type"
    columns = (Column("name", first), _FORMULA, _COUNT, _VALUE._replace(heading=figure.unit), _SHARE)
    lines = [(part.name, part.formula or "", *_amounts(breakdown, part)) for part in breakdown.by_type]
    return Table(
        columns,
        tuple(map(Line, lines)),
        Line(("total", "", _layers(breakdown), Typed("count", figure.value, exact=True), "")),
        notes=_notes(breakdown),
    )


def _by_block(breakdown: Breakdown) -> Table:
    figure = breakdown.figure
    made_of = _SUM._replace(heading=_HOW[breakdown.how])
    columns = (Column("name", "block"), _COUNT, _VALUE._replace(heading=figure.unit), _SHARE, made_of)
    lines = [(part.name, *_amounts(breakdown, part), _made_of(part)) for part in breakdown.by_block]
    totals = ("total", _layers(breakdown), Typed("count", figure.value, exact=True), "", "")
    return Table(columns, tuple(map(Line, lines)), Line(totals))


def _layers(breakdown: Breakdown) -> int | str:
    """How many layers there are; blank for memory, whose parts are not layers."""
    if breakdown.of_figures:
        return ""
    return sum(part.count for part in breakdown.by_type)


def _notes(breakdown: Breakdown) -> tuple[str, ...]:
    notes = []
    if breakdown.how == "max":
        notes.append("one buffer serves every layer: the largest counts, and shares do not add up")
    if breakdown.figure.source:
        notes.append(f"source: {breakdown.figure.source}")
    return tuple(notes)


def _amounts(breakdown: Breakdown, part: Part) -> tuple[object, ...]:
    whole = breakdown.figure.value
    assert isinstance(whole, int)
    return part.count, Typed("count", part.value, exact=True), Share(part.value, whole)


def _made_of(part: Part) -> str:
    return part.substituted or part.formula or ""


def _rows(breakdown: Breakdown) -> Iterator[tuple[object, ...]]:
    ways: Sequence[tuple[str, tuple[Part, ...]]] = (("type", breakdown.by_type), ("block", breakdown.by_block))
    for by, parts in ways:
        for part in parts:
            written = (part.formula or "", part.substituted or "")
            yield breakdown.figure.name, by, part.name, part.count, *written, part.value, part.share
