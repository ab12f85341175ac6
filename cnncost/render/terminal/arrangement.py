"""The arrangements of a table, the widest first: what has no room beside the figures may stand below them."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.document import Column, Line, Table

_ROOMS = (60, 44, 30, 18)
"""Characters of a line that texts may have which stand below their line, or go on in further lines."""
_JOINT = "\N{NO-BREAK SPACE}"
"""Between the sign of equality and what it stands before."""


def arrangements(table: Table) -> Iterator[Table]:
    """The table, and what may take its place where there is too little room for it."""
    yield table
    if table.alternative is not None:
        yield from arrangements(table.alternative)
        return
    overflows = {column.overflow for column in table.columns}
    if "below" in overflows:
        yield _with_texts_below(table, _ROOMS[0])
        exact = table.without_rounded()
        yield from (_with_texts_below(exact, room) for room in _ROOMS)
    elif "wrap" in overflows:
        yield from (_with_texts_wrapped(table, room) for room in _ROOMS)


def _with_texts_below(table: Table, room: int) -> Table:
    """The table without the columns whose texts may stand below their line, and with those texts there."""
    beside = tuple([column for column in table.columns if column.overflow != "below"])
    lines = tuple([each for line in table.lines for each in _line_and_texts(line, table.columns, room)])
    return table._replace(columns=beside, lines=lines)


def _line_and_texts(line: Line, columns: tuple[Column, ...], room: int) -> Iterator[Line]:
    if line.title:
        yield line
        return
    beside: list[object] = []
    below: list[str] = []
    for column, cell in zip(columns, line.cells, strict=True):
        if column.overflow == "below":
            below += broken(cell, room)
        else:
            beside.append(cell)
    yield line._replace(cells=tuple(beside))
    blanks = [""] * (len(beside) - 1)
    yield from (line._replace(cells=(text, *blanks), level=line.level + 1) for text in below)


def _with_texts_wrapped(table: Table, room: int) -> Table:
    """The table with its long texts in lines of at most `room` characters."""
    return table._replace(lines=tuple([each for line in table.lines for each in _wrapped(line, table.columns, room)]))


def _wrapped(line: Line, columns: tuple[Column, ...], room: int) -> Iterator[Line]:
    if line.title:
        yield line
        return
    parts = [
        broken(cell, room) if column.overflow == "wrap" else [cell]
        for column, cell in zip(columns, line.cells, strict=True)
    ]
    for number in range(max(map(len, parts))):
        yield line._replace(cells=tuple([cells[number] if number < len(cells) else "" for cells in parts]))


def broken(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` characters, a long product broken behind one of its dots.

    >>> broken("B·C_o·(C_i/g)·k² + C_o", 20), broken("= B·C_o·(C_i/g)·k_h·k_w", 16)
    (['B·C_o·(C_i/g)·k² +', 'C_o'], ['= B·C_o·(C_i/g)·', 'k_h·k_w'])
    """
    lines: list[str] = []
    for line in wrap(text.replace("= ", f"={_JOINT}"), room, break_long_words=False, break_on_hyphens=False):
        rest = line.replace(_JOINT, " ")
        while len(rest) > room and "·" in rest[:room]:
            end = rest.rindex("·", 0, room) + 1
            lines.append(rest[:end])
            rest = rest[end:]
        lines.append(rest)
    return lines
