"""Where each cell of a sheet goes on a terminal of a given width: text and roles, no colours yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.render.bars import bar
from cnncost.render.cells import LEFT_ALIGNED, UNKNOWN, line_texts
from cnncost.render.screen import ASCII, cut, pad, printable, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.sheet import Column, Kind, Line, Sheet

Piece = tuple[str, str]
"""The role of a stretch of text, and the text."""

_GAP = 2
_INDENT = 2
_BAR_WIDTHS = (12, 6, 3)
_NARROWEST_NAME = 12
_WITH_UNIT: frozenset[Kind] = frozenset({"count", "bytes", "change", "field", "typed"})


class Strip(NamedTuple):
    """One column, drawn: its place, heading, the text of every line (the totals last), and the width of the widest."""

    index: int
    column: Column
    heading: str
    detail: str
    texts: list[str]
    width: int
    largest: int = 0
    """The largest part among the shares: the bar that is drawn in full."""

    def across(self, bar_width: int) -> int:
        """The width of the column, with its bar if it has one."""
        drawn = self.width + 1 + bar_width if self.column.kind == "share" else self.width
        return max(drawn, len(self.heading), len(self.detail))


class Layout(NamedTuple):
    """A sheet laid out: the columns that fit, and how wide each is."""

    sheet: Sheet
    strips: list[Strip]
    widths: list[int]
    bar_width: int
    notes: tuple[str, ...]
    ascii_only: bool

    def lines(self) -> Iterator[list[Piece]]:
        """Every line of the table, as pieces from left to right."""
        sheet = self.sheet
        rule = ("-" if self.ascii_only else "─") * (sum(self.widths) + _GAP * (len(self.widths) - 1))
        above = [[("title", sheet.title)], [("caption", sheet.caption)]]
        yield from (line for line in above if line[0][1])
        if sheet.title:
            yield []
        yield self._across("heading", [strip.heading for strip in self.strips])
        if any(strip.detail for strip in self.strips):
            yield self._across("detail", [strip.detail for strip in self.strips])
        yield [("rule", rule)]
        for number, line in enumerate(sheet.lines):
            yield self._line(number, line)
        if sheet.totals:
            yield [("rule", rule)]
            yield self._across("total", [strip.texts[-1] for strip in self.strips])
        if self.notes:
            yield []
        yield from ([("caption", note)] for note in self.notes)

    def _across(self, role: str, texts: Sequence[str]) -> list[Piece]:
        return [(role, self._joined([self._aligned(*cell) for cell in zip(self.strips, texts, self.widths, strict=True)]))]

    def _joined(self, texts: Sequence[str]) -> str:
        return (" " * _GAP).join(texts).rstrip()

    def _aligned(self, strip: Strip, text: str, width: int) -> str:
        if strip.column.kind == "share":
            text = text.rjust(strip.width)
            return text.ljust(width)
        return pad(text, width, right=strip.column.kind not in LEFT_ALIGNED)

    def _line(self, number: int, line: Line) -> list[Piece]:
        if line.title:
            return [("block", self.strips[0].texts[number].rstrip())]
        pieces: list[Piece] = []
        for strip, width in zip(self.strips, self.widths, strict=True):
            pieces.extend(self._cell(strip, number, width, bool(pieces), line))
        role, last = pieces[-1]
        pieces[-1] = (role, last.rstrip())
        return pieces

    def _cell(self, strip: Strip, number: int, width: int, follows: bool, line: Line) -> list[Piece]:
        text = strip.texts[number]
        gap = " " * _GAP if follows else ""
        if strip.column.kind != "share":
            role = "name" if not follows else _role(strip.column.kind, text)
            return [(role, gap + self._aligned(strip, text, width))]
        share = line.cells[strip.index]
        drawn = bar(share.part, strip.largest, self.bar_width, ascii_only=self.ascii_only) if share else ""
        percent = gap + text.rjust(strip.width)
        return [("", percent), ("bar", f" {drawn}".ljust(width - strip.width))]


def _role(kind: Kind, text: str) -> str:
    if kind == "verdict":
        return "good" if text == "ok" else "bad"
    return "faint" if text.strip() in ("0", "0 B", UNKNOWN, "-") else ""


def lay_out(sheet: Sheet, raw: bool, width: int, *, ascii_only: bool = False) -> Layout:
    """Draw the cells of `sheet`, choose the columns that fit into `width`, and say which do not.

    The bar shrinks first; then columns go, those with the smallest `keep` first; then names are cut.
    """
    strips = _draw_all(sheet, raw, ascii_only)
    dropped: list[Strip] = []
    while _across(strips, _BAR_WIDTHS[-1]) > width and len(strips) > 1 and not sheet.fixed:
        dropped.append(min(strips[1:], key=lambda strip: strip.column.keep))
        strips.remove(dropped[-1])
    bar_width = next((bars for bars in _BAR_WIDTHS if _across(strips, bars) <= width), _BAR_WIDTHS[-1])
    strips[0] = _cut_names(strips[0], width - (_across(strips, bar_width) - strips[0].across(0)), "~" if ascii_only else "…")
    notes = sheet.notes
    if dropped:
        names = ", ".join(strip.column.name for strip in sorted(dropped, key=lambda strip: -strip.column.keep))
        notes = (*notes, f"not shown at this width: {names}")
    if ascii_only:
        notes = tuple(note.translate(ASCII) for note in notes)
        sheet = sheet._replace(title=sheet.title.translate(ASCII), caption=sheet.caption.translate(ASCII))
    return Layout(sheet, strips, [strip.across(bar_width) for strip in strips], bar_width, notes, ascii_only)


def _draw_all(sheet: Sheet, raw: bool, ascii_only: bool) -> list[Strip]:
    lines = [*sheet.lines, *([sheet.totals] if sheet.totals else [])]
    rows = [line_texts(line, sheet.columns, raw) for line in lines]
    for line, texts in zip(lines, rows, strict=True):
        texts[0] = " " * (_INDENT * line.level) + texts[0]
    cells = zip(*rows, strict=True) if rows else ((),) * len(sheet.columns)
    strips = [
        _draw(index, column, list(texts), ascii_only)
        for index, (column, texts) in enumerate(zip(sheet.columns, cells, strict=True))
    ]
    return [_with_bars(strip, sheet) if strip.column.kind == "share" else strip for strip in strips]


def _with_bars(strip: Strip, sheet: Sheet) -> Strip:
    shares = [line.cells[strip.index] for line in sheet.lines]
    return strip._replace(largest=max((share.part for share in shares if share), default=0))


def _across(strips: Sequence[Strip], bar_width: int) -> int:
    return sum(strip.across(bar_width) for strip in strips) + _GAP * (len(strips) - 1)


def _draw(index: int, column: Column, texts: list[str], ascii_only: bool) -> Strip:
    """A column from the texts of its cells."""
    if column.kind in _WITH_UNIT:
        texts = _units_below_each_other(texts)
    heading, detail = column.heading, column.detail
    if ascii_only:
        texts = [text.translate(ASCII) for text in texts]
        heading, detail = heading.translate(ASCII), detail.translate(ASCII)
    if column.kind == "text":
        texts = [printable(text) for text in texts]
    measure = width_of if column.kind == "text" else len
    return Strip(index, column, heading, detail, texts, max(map(measure, texts), default=0))


def _units_below_each_other(texts: list[str]) -> list[str]:
    """Numbers end in one place and their units start in another: `25.6 M` over `640  `."""
    units = [text.partition(" ")[2] for text in texts]
    widest = max(map(len, units), default=0)
    if not widest:
        return texts
    return [f"{text.partition(' ')[0]} {unit:<{widest}}" for text, unit in zip(texts, units, strict=True)]


def _cut_names(strip: Strip, room: int, ellipsis: str) -> Strip:
    room = max(room, _NARROWEST_NAME)
    if strip.width <= room:
        return strip
    return strip._replace(texts=[cut(text, room, ellipsis) for text in strip.texts], width=room)
