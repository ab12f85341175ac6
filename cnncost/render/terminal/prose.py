"""Passages of text, filled to the width of the terminal."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cnncost.render.passages import Entry, Items, Paragraph, Terms
from cnncost.render.terminal.room import standard_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.render.passages import Passage

_WIDEST = 100
"""Longer lines are hard to read."""
_WIDEST_TERM = 48
"""Characters of a term beside which what is said of it still finds room."""
_NARROWEST_TEXT = 30
"""Characters that a text must have beside its term: with fewer it stands below."""


def prose(passages: Iterable[Passage], width: int | None = None) -> str:
    """The passages with a blank line between them, by default for the terminal behind standard output."""
    width = min(width or standard_room().width, _WIDEST)
    return "\n\n".join("\n".join(lines) for passage in passages if (lines := _lines(passage, width))) + "\n"


def _lines(passage: Passage, width: int) -> list[str]:
    match passage:
        case Paragraph(text):
            return _filled([text], width)
        case Entry(heading, texts):
            return [heading, *_filled(texts, width, "  ")]
        case Items(texts):
            return [line for text in texts for line in _filled([text], width, "  ", "- ")]
        case Terms(pairs):
            return _terms(pairs, width)


def _terms(pairs: Sequence[tuple[str, str]], width: int) -> list[str]:
    longest = max((len(term) for term, _ in pairs if len(term) <= _WIDEST_TERM), default=0)
    return [line for term, text in pairs for line in _beside(term, text, longest, width)]


def _beside(term: str, text: str, longest: int, width: int) -> list[str]:
    """Term and text in two columns; below each other where the term is too long, or the terminal too narrow."""
    start = "  " + term.ljust(longest) + "  "
    if width - len(start) < _NARROWEST_TEXT:
        return ["  " + term, *_filled([text], width, " " * 4)]
    if len(term) > longest:
        return ["  " + term, *_filled([text], width, " " * (longest + 4))]
    return _filled([text], width, " " * len(start), start)


def _filled(texts: Iterable[str], width: int, indent: str = "", first: str | None = None) -> list[str]:
    first = indent if first is None else first
    return [
        line
        for text in texts
        for line in wrap(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    ]
