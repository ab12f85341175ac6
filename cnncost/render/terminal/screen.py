"""Text on a terminal: how wide it is, what must not reach it, and what an ASCII terminal shows instead."""

from __future__ import annotations

import re
import sys
from unicodedata import combining, east_asian_width

ASCII = str.maketrans({"×": "x", "–": "-", "─": "-", "…": "~", "·": "-", "µ": "u", "≤": "<", "→": ">"})
"""One ASCII character for each that the tables use, so that widths stay."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_IN_FORMULAS = str.maketrans({"·": "*", "−": "-", "≥": ">=", "₂": "2", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"})


def output_is_ascii() -> bool:
    """Whether standard output is not in Unicode, so that results for it are best written in ASCII."""
    return not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def in_ascii(text: str) -> str:
    """What an ASCII terminal shows instead of the text; a formula still says the same.

    >>> in_ascii("batch 1 · 3 × 3"), in_ascii("⌊(H + 2·p − d·(k − 1))/s⌋"), in_ascii("2^⌈log₂(N)⌉·k²")
    ('batch 1 - 3 x 3', 'floor((H + 2*p - d*(k - 1))/s)', '2^ceil(log2(N))*k^2')
    """
    if text.isascii():
        return text
    powers = re.sub("[⁰¹²³⁴-⁹]+", lambda digits: f"^{digits[0].translate(_SUPERSCRIPTS)}", text)
    return powers.replace(" · ", " - ").translate(_IN_FORMULAS).translate(ASCII)


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


def ellipsis(ascii_only: bool) -> str:
    """What stands for the rest of a text that is cut."""
    return "~" if ascii_only else "…"


def cut(text: str, width: int, mark: str = "…") -> str:
    """The text in at most `width` columns, its end replaced by an ellipsis when there is too much of it.

    >>> cut("global_avgpool", 8), cut("conv", 8)
    ('global_…', 'conv')
    """
    if width_of(text) <= width:
        return text
    room = width - width_of(mark)
    for place, character in enumerate(text):
        room -= width_of(character)
        if room < 0:
            return text[:place] + mark
    return text
