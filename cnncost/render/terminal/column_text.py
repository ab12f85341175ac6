"""Columns of a table as text: every cell, and how wide the widest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.cells import line_texts
from cnncost.render.terminal.bars import bar
from cnncost.render.terminal.screen import cut, in_ascii, printable, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.render.document import Column, Kind, Overflow, Share, Table

INDENT = 2
_NARROWEST_NAME = 12
_NARROWEST: dict[Overflow, int] = {"label": 14, "phrase": 16}
"""Characters that texts may be shortened to; names of lines are, whatever their column says."""
_WITH_UNIT: frozenset[Kind] = frozenset({"count", "bytes", "change", "field", "typed", "seconds"})


class ColumnText(NamedTuple):
    """One column, as it is written."""

    place: int
    """In the table."""
    column: Column
    """What it shows."""
    heading: str
    detail: str
    texts: list[str]
    """Of every line, the totals last."""
    width: int
    """Of the widest text."""
    largest: int = 0
    """The largest part among shares, whose bar is drawn in full."""
    spanning: frozenset[int] = frozenset()
    """The lines whose text may run on over the other columns, which are empty there."""

    def across(self, bar_width: int) -> int:
        """The width of the column, with its bar if it has one."""
        drawn = self.width + 1 + bar_width if self.column.kind == "share" else self.width
        return max(drawn, len(self.heading), len(self.detail))

    def bar(self, share: Share, width: int, ascii_only: bool) -> str:
        """The bar of one share."""
        return bar(share.part, self.largest, width, ascii_only=ascii_only)

    @property
    def can_be_shortened(self) -> bool:
        """Whether its texts may be shortened rather than its column left out."""
        return self.column.overflow in _NARROWEST

    @property
    def narrowest(self) -> int:
        """The width that the column may be cut to, such that one text can still be told from another."""
        least = _NARROWEST_NAME if self.place == 0 else _NARROWEST.get(self.column.overflow, 0)
        if not least or self.column.kind != "text":
            return self.width
        return min(self.width, max(least, len(self.heading), len(self.detail)))

    def cut(self, room: int, mark: str = "…") -> ColumnText:
        """The column with its texts in at most `room` characters, but no narrower than it may be."""
        room = max(room, self.narrowest)
        if self.width <= room:
            return self
        texts = [text if number in self.spanning else cut(text, room, mark) for number, text in enumerate(self.texts)]
        return self._replace(texts=texts, width=room)

    def cut_apart(self) -> ColumnText:
        """The column cut as far as it may be; not at all where texts that differ would look the same."""
        shortest = self.cut(0)
        return shortest if len({*shortest.texts}) == len({*self.texts}) else self


def column_texts(table: Table, raw: bool, ascii_only: bool) -> list[ColumnText]:
    """All columns of the table."""
    lines = [*table.lines, *([table.totals] if table.totals else [])]
    rows = [line_texts(line, table.columns, raw) for line in lines]
    for line, texts in zip(lines, rows, strict=True):
        texts[0] = " " * (INDENT * line.level) + texts[0]
    cells = zip(*rows, strict=True) if rows else ((),) * len(table.columns)
    return [_column_text(table, index, list(texts), ascii_only) for index, texts in enumerate(cells)]


def _column_text(table: Table, index: int, texts: list[str], ascii_only: bool) -> ColumnText:
    column = table.columns[index]
    heading, detail = column.heading, column.detail
    if column.kind in _WITH_UNIT:
        texts = _units_below_each_other(texts, " /" if column.kind == "field" else " ")
    if ascii_only:
        texts = [in_ascii(text) for text in texts]
        heading, detail = in_ascii(heading), in_ascii(detail)
    if column.kind == "points":
        texts = _points_below_each_other(texts)
    if column.kind == "text":
        texts = [printable(text) for text in texts]
    spanning = frozenset(number for number, line in enumerate(table.lines) if line.title and index == 0)
    width = max(map(width_of, texts), default=0)
    return ColumnText(index, column, printable(heading), detail, texts, width, _largest(table, index), spanning)


def _largest(table: Table, index: int) -> int:
    if table.columns[index].kind != "share":
        return 0
    return max((line.cells[index].part for line in table.lines if line.cells[index]), default=0)


def _units_below_each_other(texts: Sequence[str], gap: str) -> list[str]:
    """Numbers end in one place and their units start in another: `25.6 M` over `640  `; shapes have no unit."""
    split = [(text, "") if " × " in text else text.partition(gap)[::2] for text in texts]
    widest = max((len(unit) for _, unit in split), default=0)
    if not widest:
        return list(texts)
    blank = " " * (len(gap) + widest)
    return [
        number if " × " in number else f"{number}{gap}{unit:<{widest}}" if unit else number + blank
        for number, unit in split
    ]


def _points_below_each_other(texts: Sequence[str]) -> list[str]:
    """Decimal numbers whose points stand in one place, `76.1  ` over `76.130`."""
    behind = [len(text) - len(text.partition(".")[0]) for text in texts]
    most = max(behind, default=0)
    return [text + " " * (most - length) for text, length in zip(texts, behind, strict=True)]
