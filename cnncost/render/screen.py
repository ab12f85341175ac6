"""Text on a terminal: how wide it is, what must not reach it, and what an ASCII terminal shows instead."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

ASCII = str.maketrans({"×": "x", "–": "-", "─": "-", "…": "~", "·": "-", "µ": "u", "≤": "<", "→": ">"})
"""One ASCII character for each that the tables use, so that widths stay."""


def printable(text: str) -> str:
    """The text without control characters: a name must not move the cursor.

    >>> printable("conv\\x1b[31m")
    'conv?[31m'
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def width_of(text: str) -> int:
    """Columns of the terminal that the text takes.

    >>> width_of("conv"), width_of("卷积")
    (4, 4)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(character) else 1 + (east_asian_width(character) in "WF") for character in text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled up to `width` columns, on its left when it is `right`-aligned."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in at most `width` columns, its end replaced by an ellipsis when there is too much of it.

    >>> cut("global_avgpool", 8), cut("conv", 8)
    ('global_…', 'conv')
    """
    if width_of(text) <= width:
        return text
    while width_of(text) > width - 1:
        text = text[:-1]
    return text + ellipsis
