"""Notes that hold for many layers, given once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile(r"(?<![\w.])(\d+)(?![\w.])")


def said_once(notes: Iterable[str]) -> list[tuple[str, int]]:
    """Each note, and how often it occurs; those that differ in a number only are one.

    >>> said_once(["counted 2 times", "not run", "counted 32 times", "counted 8 times"])
    [('counted 2 to 32 times', 3), ('not run', 1)]
    """
    numbers: dict[tuple[str, ...], list[list[int]]] = {}
    for note in notes:
        parts = _NUMBER.split(note)  # words and numbers in turn
        numbers.setdefault(tuple(parts[::2]), []).append([int(number) for number in parts[1::2]])
    return [(_joined(words, several), len(several)) for words, several in numbers.items()]


def _joined(words: tuple[str, ...], several: list[list[int]]) -> str:
    ranges = [(min(slot), max(slot)) for slot in zip(*several, strict=True)]
    texts = [str(low) if low == high else f"{low} to {high}" for low, high in ranges]
    return "".join(word + number for word, number in zip(words, [*texts, ""], strict=True))
