"""Text in passages, as data, for what is better read as sentences than in columns."""

from __future__ import annotations

from typing import TypeAlias

from cnncost.records import NamedTuple


class Paragraph(NamedTuple):
    """A text."""

    text: str


class Entry(NamedTuple):
    """An entry of a catalogue: what it is of, and texts on it."""

    heading: str
    texts: tuple[str, ...]


class Terms(NamedTuple):
    """Terms, each with what is said of it."""

    pairs: tuple[tuple[str, str], ...]


class Items(NamedTuple):
    """A list of texts."""

    texts: tuple[str, ...]


Passage: TypeAlias = Paragraph | Entry | Terms | Items
