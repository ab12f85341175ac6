"""Where each cell of a sheet goes on a terminal of a given width: text and roles, no colours yet."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from cnncost.render.cells import LEFT_ALIGNED, UNKNOWN
from cnncost.render.document import ESSENTIAL
from cnncost.render.terminal.column_text import ColumnText, draw
from cnncost.render.terminal.screen import cut, ellipsis, in_ascii, pad, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.document import Kind, Line, Sheet

Piece = tuple[str, str]
"""The role of a stretch of text, and the text."""

_GAP = 2
_BAR_WIDTHS = (12, 6, 3)
_OUTCOMES = {"ok": "good", "same": "good", "not measured": "faint"}
"""The roles of verdicts; every other one is bad news."""
_FAINT = frozenset({"0", "0 B", "-", UNKNOWN})


class Layout(NamedTuple):
    """A sheet laid out: the columns that fit, how wide each is, and the remarks below."""

    sheet: Sheet
    width: int
    strips: list[ColumnText]
    bar_width: int
    remarks: tuple[str, ...]
    ascii_only: bool

    @property
    def widths(self) -> list[int]:
        """The widths of the columns."""
        return [strip.across(self.bar_width) for strip in self.strips]

    def lines(self) -> Iterator[list[Piece]]:
        """Every line of the table, as pieces from left to right."""
        sheet, widths = self.sheet, self.widths
        rule = [("rule", ("-" if self.ascii_only else "─") * _across(widths))]
        yield from self._above()
        yield self._line_of("heading", [strip.heading for strip in self.strips], widths)
        if any(strip.detail for strip in self.strips):
            yield self._line_of("detail", [strip.detail for strip in self.strips], widths)
        yield rule
        for number, line in enumerate(sheet.lines):
            yield self._line(number, line, widths)
        if sheet.totals:
            yield rule
            yield self._line_of("total", [strip.texts[-1] for strip in self.strips], widths)
        yield from self._below()

    def _above(self) -> Iterator[list[Piece]]:
        yield from self._paragraph("title", self.sheet.title)
        for line in _filled(self.sheet.caption, self.width):
            yield from self._paragraph("caption", line)
        if self.sheet.title:
            yield []

    def _below(self) -> Iterator[list[Piece]]:
        if self.remarks:
            yield []
        for remark in self.remarks:
            yield from self._paragraph("caption", remark)

    def _paragraph(self, role: str, text: str) -> Iterator[list[Piece]]:
        if self.ascii_only:
            text = in_ascii(text)
        yield from ([(role, line)] for line in wrap(printable(text), self.width))

    def _line_of(self, role: str, texts: Sequence[str], widths: Sequence[int]) -> list[Piece]:
        """A line that has one role from end to end."""
        cells = [_aligned(*cell) for cell in zip(self.strips, texts, widths, strict=True)]
        return [(role, (" " * _GAP).join(cells).rstrip())]

    def _line(self, number: int, line: Line, widths: Sequence[int]) -> list[Piece]:
        if line.title:
            return [("block", cut(self.strips[0].texts[number], self.width, ellipsis(self.ascii_only)))]
        pieces: list[Piece] = []
        for strip, width in zip(self.strips, widths, strict=True):
            text = strip.texts[number]
            role = _role(strip, text)
            gap = " " * _GAP if pieces else ""
            if strip.column.kind == "share":
                share = line.cells[strip.place]
                pieces.append((role, gap + text.rjust(strip.width)))
                drawn = strip.bar(share, self.bar_width, self.ascii_only) if share else ""
                pieces.append(("bar", f" {drawn}".ljust(width - strip.width)))
            else:
                pieces.append((role, gap + _aligned(strip, text, width)))
        while len(pieces) > 1 and not pieces[-1][1].strip():
            pieces.pop()
        role, last = pieces[-1]
        return [*pieces[:-1], (role, last.rstrip())]


def lay_out(sheet: Sheet, raw: bool, width: int, *, ascii_only: bool = False) -> Layout:
    """Draw the cells of `sheet`, choose the columns that fit into `width`, and say which do not.

    Bars shrink first; then texts that may be cut are, and columns go, those with the smallest `keep` first; then names
    are cut. Essential columns go only when that is not enough.
    """
    drawn = draw(sheet, raw, ascii_only)
    if sheet.narrower and _width_of(drawn, _BAR_WIDTHS[-1]) > width:
        return lay_out(sheet.narrower, raw, width, ascii_only=ascii_only)
    strips, hidden = (drawn, []) if sheet.fixed else _fitting(drawn, width)
    bar_width = next((bars for bars in _BAR_WIDTHS if _width_of(strips, bars) <= width), _BAR_WIDTHS[-1])
    strips = _cut_to(strips, width, bar_width, ellipsis(ascii_only))
    names = [strip.column.name for strip in hidden]
    remarks = (*sheet.remarks(names), *([_not_shown(sheet, hidden)] if hidden else []))
    return Layout(sheet, width, strips, bar_width, remarks, ascii_only)


def _cut_to(strips: Sequence[ColumnText], width: int, bar_width: int, mark: str) -> list[ColumnText]:
    """The columns with their texts cut as far as `width` asks: those with the smallest `keep` first, names last."""
    cut_down = list(strips)
    for place in sorted(range(len(strips)), key=lambda place: (not place, strips[place].column.priority)):
        excess = _width_of(cut_down, bar_width) - width
        if excess > 0:
            cut_down[place] = strips[place].cut(strips[place].width - excess, mark)
    return cut_down


def _fitting(strips: Sequence[ColumnText], width: int) -> tuple[list[ColumnText], list[ColumnText]]:
    """The columns that fit, and those that do not. No text is cut for a column that is worth less."""
    shown = list(strips)
    while len(shown) > 1 and _width_of(shown, _BAR_WIDTHS[-1]) > width:
        least = min(strip.column.priority for strip in shown[1:])
        next_to_go = [strip for strip in shown[1:] if strip.column.priority == least]
        name = shown[0].cut(0) if least >= ESSENTIAL else shown[0]
        shortest = [name, *(strip.cut(0) for strip in shown[1:])]
        may_be_cut = least >= ESSENTIAL or any(strip.column.min_width for strip in next_to_go)
        if may_be_cut and _width_of(shortest, _BAR_WIDTHS[-1]) <= width:
            break
        shown = [shown[0], *(strip for strip in shown[1:] if strip.column.priority > least)]
    places = {strip.place for strip in shown}
    return shown, [strip for strip in strips if strip.place not in places]


def _not_shown(sheet: Sheet, hidden: Sequence[ColumnText]) -> str:
    """Which columns there is no room for: by the names that `--columns` takes, or by their headings."""
    if sheet.by_name:
        return f"not shown at this width: {', '.join(strip.column.name for strip in hidden)} (`--columns` chooses)"
    columns = [strip.column for strip in hidden]
    keeps = [column.priority for column in columns]  # a ratio that goes together with its figure need not be named
    named = [column for column in columns if column.kind != "ratio" or keeps.count(column.priority) == 1]
    headings = [f"{column.heading} {column.detail}".strip() for column in named]
    return f"not shown at this width: {', '.join(filter(None, headings))}"


def _filled(parts: Sequence[str], width: int) -> list[str]:
    """As many parts on each line as fit, with a dot between them."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines


def _width_of(strips: Sequence[ColumnText], bar_width: int) -> int:
    return _across([strip.across(bar_width) for strip in strips])


def _across(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _aligned(strip: ColumnText, text: str, width: int) -> str:
    if strip.column.kind == "share":  # the bar is on the right of the number
        return text.rjust(strip.width).ljust(width)
    return pad(text, width, right=strip.column.kind not in LEFT_ALIGNED)


def _role(strip: ColumnText, text: str) -> str:
    kind: Kind = strip.column.kind
    if kind in ("verdict", "outcome"):
        return _OUTCOMES.get(text, "bad")
    if strip.place == 0 and kind == "text":
        return "name"
    return "faint" if text.strip() in _FAINT else ""
