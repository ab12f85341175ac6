"""How wide text is in a picture, about, since who draws does not know the font."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

_NARROW, _WIDE = frozenset("ijltf.,:;|!'()[]/\\ I`"), frozenset("mwMW@%")


def width_of(text: str, size: float) -> float:
    """The width of a line in a sans-serif font of a size, in the unit of the size; rather too much than too little.

    >>> width_of("conv", 10) < width_of("CONV", 10) < width_of("卷积卷积", 10)
    True
    """
    return size * sum([_of(character) for character in text])


def _of(character: str) -> float:
    if character in _NARROW:
        return 0.33
    if character in _WIDE:
        return 0.9
    if character.isupper():
        return 0.78
    if character.isascii():
        return 0.57
    return 0.0 if combining(character) else 1.05 if east_asian_width(character) in "WF" else 0.65


def shortened(text: str, size: float, room: float) -> str:
    """The text as far as there is room for it, an ellipsis where it is cut.

    >>> shortened("conv", 10, 100), shortened("a_long_name_of_a_block", 10, 60)
    ('conv', 'a_long_na…')
    """
    if width_of(text, size) <= room:
        return text
    left = room - size
    for place, character in enumerate(text):
        left -= size * _of(character)
        if left < 0:
            return text[:place] + "…"
    return text
