"""Costs as colours: white for none, a dark blue for the most, which prints in grey and serves any colour vision."""

from __future__ import annotations

_STOPS = ((255, 255, 255), (222, 235, 247), (158, 202, 225), (107, 174, 214), (49, 130, 189), (8, 81, 156))
"""ColorBrewer's Blues (Harrower & Brewer 2003), from white on."""
_DARK_FROM = 0.68
"""From here on, text on a colour is white."""


def colour_of(share: float) -> str:
    """The colour of a share of the most, from 0 to 1.

    >>> colour_of(0), colour_of(0.5), colour_of(1)
    ('#ffffff', '#84bcdc', '#08519c')
    """
    place = min(max(share, 0.0), 1.0) * (len(_STOPS) - 1)
    below = min(int(place), len(_STOPS) - 2)
    part = place - below
    mixed = [round(low + part * (high - low)) for low, high in zip(_STOPS[below], _STOPS[below + 1], strict=True)]
    return "#" + "".join([f"{channel:02x}" for channel in mixed])


def ink_on(share: float) -> str:
    """The colour of text that is read on the colour of a share.

    >>> ink_on(0.2), ink_on(0.9)
    ('#222222', '#ffffff')
    """
    return "#ffffff" if share > _DARK_FROM else "#222222"


def stops() -> list[tuple[float, str]]:
    """The scale as a gradient has it: shares and their colours."""
    return [(number / (len(_STOPS) - 1), colour_of(number / (len(_STOPS) - 1))) for number in range(len(_STOPS))]
