"""What a total adds up from, as sheets: its layer types and formulas, and its blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Line, Share, Sheet, Typed
from cnncost.render.views.headings import full_heading_of, settings_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.explanation.figure import Breakdown, Part, SumExplanation

_COUNT = Column("layers", "layers", "count", priority=2)
_VALUE = Column("value", "", "typed", priority=ESSENTIAL + 2)
_SHARE = Column("share", "share", "share", priority=3)
_FORMULA = Column("formula", "formula of a layer", priority=ESSENTIAL)
_SUM = Column("substituted", "", priority=1)
_HOW = {"sum": "adds up from", "max": "is the largest of"}


def sum_sheets(explanation: SumExplanation, *, for_machines: bool = False) -> tuple[Sheet, ...]:
    """Two sheets for each figure, or all parts of all figures in one."""
    if for_machines:
        return (_flat(explanation),)
    return tuple([sheet for breakdown in explanation.breakdowns for sheet in _sheets(explanation, breakdown)])


def _sheets(explanation: SumExplanation, breakdown: Breakdown) -> Iterator[Sheet]:
    figure = breakdown.figure
    heading = full_heading_of(figure.name, explanation.settings.convention)
    where = explanation.network if explanation.block is None else f"{explanation.network} · {explanation.block}"
    if figure.value is None:
        yield Sheet(f"{heading} of {where}", (Column("figure", ""),), (Line((figure.note,)),))
        return
    value = f"{figure.value:,}"
    first = "kept" if breakdown.of_figures else "layer type"
    columns = (Column("name", first), _FORMULA, _COUNT, _VALUE._replace(heading=figure.unit), _SHARE)
    lines = [(part.name, part.formula or "", *_amounts(breakdown, part)) for part in breakdown.by_type]
    counted = sum(part.count for part in breakdown.by_type) if first == "layer type" else ""
    totals = ("total", "", counted, Typed("count", figure.value, exact=True), "")
    caption = settings_parts(explanation.settings)
    source = (f"source: {figure.source}",) if figure.source else ()
    yield Sheet(
        f"{heading} of {where}: {value}",
        columns,
        tuple(map(Line, lines)),
        Line(totals),
        caption,
        _kept(breakdown, source),
    )
    columns = (Column("name", "block"), _COUNT, columns[3], _SHARE, _SUM._replace(heading=_HOW[breakdown.how]))
    lines = [(part.name, *_amounts(breakdown, part), _made_of(part)) for part in breakdown.by_block]
    below = "" if figure.formula else figure.substituted or ""  # that of memory adds up what is kept
    yield Sheet("", columns, tuple(map(Line, lines)), Line((totals[0], *totals[2:], below)))


def _kept(breakdown: Breakdown, source: tuple[str, ...]) -> tuple[str, ...]:
    one_buffer = ("one buffer serves every layer: the largest counts, and shares do not add up",)
    return (*(one_buffer if breakdown.how == "max" else ()), *source)


def _amounts(breakdown: Breakdown, part: Part) -> tuple[object, ...]:
    whole = breakdown.figure.value
    assert isinstance(whole, int)
    return part.count, Typed("count", part.value, exact=True), Share(part.value, whole)


def _made_of(part: Part) -> str:
    return part.substituted or part.formula or ""


def _flat(explanation: SumExplanation) -> Sheet:
    """A line for each part, with what it is a part of."""
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
    return Sheet("", columns, tuple([Line(cells) for each in explanation.breakdowns for cells in _rows(each)]))


def _rows(breakdown: Breakdown) -> Iterator[tuple[object, ...]]:
    ways: Sequence[tuple[str, tuple[Part, ...]]] = (("type", breakdown.by_type), ("block", breakdown.by_block))
    for by, parts in ways:
        for part in parts:
            written = (part.formula or "", part.substituted or "")
            yield breakdown.figure.name, by, part.name, part.count, *written, part.value, part.share
