"""Where each cell of a table goes on a terminal of a given width: text and roles, no colours yet."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.cells import LEFT_ALIGNED, UNKNOWN
from cnncost.render.document import ESSENTIAL
from cnncost.render.terminal.arrangement import arrangements
from cnncost.render.terminal.column_text import ColumnText, column_texts
from cnncost.render.terminal.fitting import GAP, Fit, across, fit, fits, width_needed
from cnncost.render.terminal.screen import cut, ellipsis, in_ascii, pad, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.document import Line, Table
    from cnncost.render.terminal.room import Room

Piece = tuple[str, str]
"""The role of a stretch of text, and the text."""

_OUTCOMES = {"ok": "good", "same": "good", "not measured": "faint"}
"""The roles of verdicts; every other one is bad news."""
_FAINT = frozenset({"0", "0 B", "-", UNKNOWN})


class Layout(NamedTuple):
    """A table laid out."""

    table: Table
    """In the arrangement that fits."""
    room: Room
    """Where it is drawn."""
    fit: Fit
    """The columns that there is room for."""
    ascii_only: bool
    """Whether the terminal can show nothing but ASCII."""

    @property
    def widths(self) -> list[int]:
        """The widths of the columns."""
        return [column.across(self.fit.bar_width) for column in self.fit.columns]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said below the table, last of what there is no room for."""
        hidden = [each.column.name for each in self.fit.hidden]
        return (*self.table.remarks(hidden), *([_not_shown(self.table, self.fit.hidden)] if hidden else []))

    def lines(self) -> Iterator[list[Piece]]:
        """Every line of the table, as pieces from left to right."""
        columns, widths = self.fit.columns, self.widths
        rule = [("rule", ("-" if self.ascii_only else "─") * across(widths))]
        yield from self._above()
        yield self._line_of("heading", [column.heading for column in columns], widths)
        if any(column.detail for column in columns):
            yield self._line_of("detail", [column.detail for column in columns], widths)
        yield rule
        for number, line in enumerate(self.table.lines):
            yield self._line(number, line, widths)
        if self.table.totals:
            yield rule
            yield self._line_of("total", [column.texts[-1] for column in columns], widths)
        yield from self._below()

    def _above(self) -> Iterator[list[Piece]]:
        yield from self._paragraph("title", self.table.title)
        for line in _filled(self.table.facts, self.room.width):
            yield from self._paragraph("caption", line)
        if self.table.title:
            yield []

    def _below(self) -> Iterator[list[Piece]]:
        remarks = self.remarks
        if remarks:
            yield []
        for remark in remarks:
            yield from self._paragraph("caption", remark)

    def _paragraph(self, role: str, text: str) -> Iterator[list[Piece]]:
        if self.ascii_only:
            text = in_ascii(text)
        yield from ([(role, line)] for line in wrap(printable(text), self.room.width))

    def _line_of(self, role: str, texts: Sequence[str], widths: Sequence[int]) -> list[Piece]:
        """A line that has one role from end to end."""
        cells = [_aligned(*cell) for cell in zip(self.fit.columns, texts, widths, strict=True)]
        return [(role, (" " * GAP).join(cells).rstrip())]

    def _line(self, number: int, line: Line, widths: Sequence[int]) -> list[Piece]:
        if line.title:
            title = self.fit.columns[0].texts[number]
            return [("block", cut(title, self.room.width, ellipsis(self.ascii_only)) if self.room.bounded else title)]
        pieces: list[Piece] = []
        for column, width in zip(self.fit.columns, widths, strict=True):
            first, *others = self._cell(column, column.texts[number], line, width)
            pieces += [(first[0], " " * (GAP if pieces else 0) + first[1]), *others]
        while len(pieces) > 1 and not pieces[-1][1].strip():
            pieces.pop()
        role, last = pieces[-1]
        return [*pieces[:-1], (role, last.rstrip())]

    def _cell(self, column: ColumnText, text: str, line: Line, width: int) -> list[Piece]:
        """A cell in its width, a share with its bar."""
        role = _role(column, text)
        if column.column.kind != "share":
            return [(role, _aligned(column, text, width))]
        share = line.cells[column.place]
        bar = column.bar(share, self.fit.bar_width, self.ascii_only) if share else ""
        return [(role, text.rjust(column.width)), ("bar", f" {bar}".ljust(width - column.width))]


def lay_out(table: Table, raw: bool, room: Room, *, ascii_only: bool = False) -> Layout:
    """Draw the cells of `table` in the first arrangement that fits into the room, or as much of the last as fits.

    Where the room is not bounded, the last is drawn with all of its columns.
    """
    for arranged in arrangements(table if room.bounded else table._replace(alternative=None)):
        columns = column_texts(arranged, raw, ascii_only)
        width = room.width
        if fits(_needed(arranged, columns), width):
            break
    else:
        width = room.width if room.bounded else width_needed(columns)
    fitted = fit(columns, width, fixed=arranged.fixed, ascii_only=ascii_only)
    return Layout(arranged, room, fitted, ascii_only)


def _needed(table: Table, columns: Sequence[ColumnText]) -> list[ColumnText]:
    """The columns that an arrangement must have room for, unless another one takes its place.

    Of a table with an alternative these are the essential ones, beside names that are cut as far as they stay apart.
    """
    if table.alternative is None:
        return [*columns]
    name, *others = columns
    return [name.cut_apart(), *(each for each in others if each.column.priority >= ESSENTIAL)]


def _not_shown(table: Table, hidden: Sequence[ColumnText]) -> str:
    """Which columns there is no room for: by the names that `--columns` takes, or by their headings."""
    columns = [each.column for each in hidden]
    if table.by_name:
        return f"not shown at this width: {', '.join(column.name for column in columns)} (`--columns` chooses)"
    priorities = [column.priority for column in columns]
    # A ratio that goes together with its figure need not be named.
    named = [column for column in columns if column.kind != "ratio" or priorities.count(column.priority) == 1]
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


def _aligned(column: ColumnText, text: str, width: int) -> str:
    if column.column.kind == "share":  # the bar is on the right of the number
        return text.rjust(column.width).ljust(width)
    return pad(text, width, right=column.column.kind not in LEFT_ALIGNED)


def _role(column: ColumnText, text: str) -> str:
    kind = column.column.kind
    if kind in ("verdict", "outcome"):
        return _OUTCOMES.get(text, "bad")
    if column.place == 0 and kind == "text":
        return "name"
    return "faint" if text.strip() in _FAINT else ""
