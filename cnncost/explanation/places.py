"""The layer or block that a name means, as written here or by PyTorch or as a pattern; else what is like it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_MOST_SHOWN = 5
"""Names that a message offers."""
_ANYTHING = re.compile(r"(?:\.?\*|\[\*?\]|\.)$")
"""What stands behind the name of a block to mean all of it: `stage[0].*`, `stage[*]`, `stage.`."""


def place_called(name: str, network: str, layers: Collection[str], blocks: Collection[str]) -> str:
    """The name of the layer or block that is meant.

    Args:
        name: as a user wrote it.
        network: whose layers they are, for messages.
        layers: names of all layers.
        blocks: names of all blocks.

    Raises:
        SpecError: it is none, or a pattern of several; the text offers those that it may be.

    >>> layers, blocks = ["stage[0].conv", "stage[1].conv"], ["stage", "stage[0]", "stage[1]"]
    >>> [place_called(name, "net", layers, blocks) for name in ("stage.0.conv", "stage.0.", "stage[1].*", "*1*.conv")]
    ['stage[0].conv', 'stage[0]', 'stage[1]', 'stage[1].conv']
    """
    for known in (layers, blocks):
        if name in known:
            return name
    written = {as_module(place): place for place in (*blocks, *layers)}
    if as_module(name) in written:
        return written[as_module(name)]
    whole = _ANYTHING.sub("", name)
    if whole != name and (place := written.get(as_module(whole))) in blocks:
        return str(place)
    if "*" in name or "?" in name:
        found = _matching(name, layers)
        if len(found) == 1:
            return found[0]
        raise _no_place(name, network, _offer(found, "match") or _top(layers))
    like = _containing(name, layers, blocks)
    close = "" if like else did_you_mean(name, (*blocks, *layers) if "[" in name else written)
    same = [place for place in like if place.casefold() == name.casefold()]
    if len(same or like) == 1:
        close, like = f"; did you mean `{(same or like)[0]}`?", []
    raise _no_place(name, network, None if close else _offer(like, "contain") or _top(layers), close)


def as_module(name: str) -> str:
    """The name as a path of PyTorch modules.

    >>> as_module("stage[0].bottleneck[1].relu")
    'stage.0.bottleneck.1.relu'
    """
    return name.replace("[", ".").replace("]", "")


def _no_place(name: str, network: str, hint: str | None, close: str = "") -> SpecError:
    return SpecError(f"`{network}` has no layer and no block `{name[:80]}`{close}", hint=hint)


def _matching(pattern: str, layers: Iterable[str]) -> list[str]:
    """The layers whose whole name is like the pattern; brackets are those of names."""
    wanted = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
    return [layer for layer in layers if wanted.fullmatch(layer)]


def _containing(name: str, layers: Collection[str], blocks: Collection[str]) -> list[str]:
    """The layers and blocks whose own name the word is; without any, those whose name has it somewhere.

    What lies in a block that is among them is left out.
    """
    word = name.strip(".").casefold()
    places = [*blocks, *layers]
    own = [place for place in places if word and _own_name(place) == word]
    found = own or [place for place in places if word and word in place.casefold()]
    known = set(found)
    return [place for place in found if not any(around in known for around in _around(place))]


def _own_name(place: str) -> str:
    """The last part of a name, without the number of a turn or of a namesake.

    >>> _own_name("stage[0].conv_2"), _own_name("stage[0]")
    ('conv', 'stage')
    """
    return re.sub(r"(?:\[\d+\]|_?\d+)$", "", place.rpartition(".")[2]).casefold()


def _around(place: str) -> Iterable[str]:
    """The blocks that a place lies in, and the loop that it is a turn of."""
    while place:
        mark = "[" if place.endswith("]") else "."
        place = place.rpartition(mark)[0]
        yield place


def _offer(places: Sequence[str], verb: str) -> str | None:
    """Some of the places, and how many there are besides."""
    if not places:
        return None
    shown = ", ".join(f"`{place}`" for place in places[:_MOST_SHOWN])
    rest = len(places) - _MOST_SHOWN
    return f"{shown} {f'and {rest} more ' if rest > 0 else ''}{verb} it"


def _top(layers: Iterable[str]) -> str:
    """The parts of the network, where no name is like the one that was given."""
    parts = list(dict.fromkeys(re.sub(r"[.\[].*", "", place) for place in layers))
    shown = ", ".join(f"`{part}`" for part in parts[: 2 * _MOST_SHOWN])
    more = f" and {len(parts) - 2 * _MOST_SHOWN} more" if len(parts) > 2 * _MOST_SHOWN else ""
    return f"its parts are {shown}{more}; `cnncost analyze` with `--depth all` shows every layer"
