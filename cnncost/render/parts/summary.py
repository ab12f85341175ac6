"""Where parameters, operations and memory go: the largest blocks and layer types of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.textbook_memory import MEMORY_PARTS
from cnncost.render.document import Column, Line, Table, Typed
from cnncost.render.parts.headings import full_heading_of, heading_of, kind_of
from cnncost.units import percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.report.report import Report

_FIGURES = ("params", "macs", "flops", "activation_bytes")
_NAMED = 3

_COLUMNS = (
    Column("figure", "figure"),
    Column("total", "total", "typed", priority=3),
    Column("mostly in", "mostly in", priority=2, overflow="phrase"),
    Column("by layer type", "by layer type", priority=1),
)


def summary_table(report: Report) -> Table:
    """One line per figure: its total, the blocks and the layer types that have the most of it."""
    blocks, types = report.grouped(1), report.by_type()
    lines = [
        Line(
            (
                full_heading_of(name, report.settings.convention),
                Typed(kind_of(name), report.totals.shown(name)),
                _largest(((row.name, row.figures[name]) for row in blocks.rows), report.totals[name]),
                _largest(((row.type, row.figures[name]) for row in types.rows), report.totals[name]),
            )
        )
        for name in _FIGURES
    ]
    lines += [_peak(report), _textbook(report)]
    return Table(_COLUMNS, tuple(lines))


def _peak(report: Report) -> Line:
    """The peak of a step. What lives there is no sum over layers: another command shows it."""
    heading = full_heading_of("peak_bytes", report.settings.convention)
    return Line(
        (heading, Typed("bytes", report.totals.shown("peak_bytes")), "`cnncost memory` shows what lives there", "")
    )


def _textbook(report: Report) -> Line:
    """The textbook's sum, and what it consists of."""
    parts = ((heading_of(part), report.totals[part]) for part in MEMORY_PARTS[report.settings.mode])
    heading = full_heading_of("textbook_bytes", report.settings.convention)
    whole = report.totals["textbook_bytes"]
    shown = Typed("bytes", report.totals.shown("textbook_bytes"))
    return Line((heading, shown, _largest(parts, whole, named=5), ""))


def _largest(parts: Iterable[tuple[str, int | None]], whole: int | None, named: int = _NAMED) -> str:
    """`stage[3] 59 %, stage[2] 28 %, linear 8.0 %`: the largest parts, those of note only."""
    if not whole:
        return ""
    sizes = sorted(((size or 0, name) for name, size in parts), key=lambda part: -part[0])
    return ", ".join(f"{name} {percent_text(size, whole)}" for size, name in sizes[:named] if 100 * size >= whole)
