"""Columns of a sheet as text: every cell, and how wide the widest is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.render.cells import line_texts
from cnncost.render.terminal.bars import bar
from cnncost.render.terminal.screen import cut, in_ascii, printable, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.render.document import Column, Kind, Share, Sheet

INDENT = 2
_NARROWEST_NAME = 12
_WITH_UNIT: frozenset[Kind] = frozenset({"count", "bytes", "change", "field", "typed", "seconds"})


class ColumnText(NamedTuple):
    """One column, drawn.

    Attributes:
        place: in the sheet. column: what it shows. heading, detail: as they are written.
        texts: of every line, the totals last. width: of the widest text.
        largest: the largest part among shares, whose bar is drawn in full.
        spanning: the lines whose text may run on over the other columns, which are empty there.
    """

    place: int
    column: Column
    heading: str
    detail: str
    texts: list[str]
    width: int
    largest: int = 0
    spanning: frozenset[int] = frozenset()

    def across(self, bar_width: int) -> int:
        """The width of the column, with its bar if it has one."""
        drawn = self.width + 1 + bar_width if self.column.kind == "share" else self.width
        return max(drawn, len(self.heading), len(self.detail))

    def bar(self, share: Share, width: int, ascii_only: bool) -> str:
        """The bar of one share."""
        return bar(share.part, self.largest, width, ascii_only=ascii_only)

    @property
    def narrowest(self) -> int:
        """The width that the column may be cut to: of names, so that they can still be told apart."""
        least = _NARROWEST_NAME if self.place == 0 else self.column.min_width
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


def draw(sheet: Sheet, raw: bool, ascii_only: bool) -> list[ColumnText]:
    """All columns of the sheet."""
    lines = [*sheet.lines, *([sheet.totals] if sheet.totals else [])]
    rows = [line_texts(line, sheet.columns, raw) for line in lines]
    for line, texts in zip(lines, rows, strict=True):
        texts[0] = " " * (INDENT * line.level) + texts[0]
    cells = zip(*rows, strict=True) if rows else ((),) * len(sheet.columns)
    return [_strip(sheet, index, list(texts), ascii_only) for index, texts in enumerate(cells)]


def _strip(sheet: Sheet, index: int, texts: list[str], ascii_only: bool) -> ColumnText:
    column = sheet.columns[index]
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
    spanning = frozenset(number for number, line in enumerate(sheet.lines) if line.title and index == 0)
    width = max(map(width_of, texts), default=0)
    return ColumnText(index, column, printable(heading), detail, texts, width, _largest(sheet, index), spanning)


def _largest(sheet: Sheet, index: int) -> int:
    if sheet.columns[index].kind != "share":
        return 0
    return max((line.cells[index].part for line in sheet.lines if line.cells[index]), default=0)


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
    return [text + " " * (max(behind) - length) for text, length in zip(texts, behind, strict=True)]
