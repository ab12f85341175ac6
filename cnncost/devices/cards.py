"""Known cards: what they have, and who says so."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.yaml.plain import read_plain
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = Path(__file__).parent / "cards.yaml"
_MIB = 2**20
_OF_ANOTHER = "of another one `--memory` says what it has, and a profile of `cnncost calibrate` how fast it is"
_MAKERS = re.compile(r"nvidia|geforce")
_NO_LETTERS_OR_DIGITS = re.compile(r"[^a-z0-9]")


class Device(NamedTuple):
    """A card, as far as it was read about. What was not read is ``None``.

    >>> card = device("RTX 4090")
    >>> card.name, card.memory_bytes, card.available_bytes, card.bandwidth
    ('rtx4090', 25757220864, 25382879232, 1008000000000)
    """

    name: str
    """What it is called in options."""
    title: str
    """The name that its maker gave it."""
    memory_bytes: int | None
    """All of its memory, as the driver tells it: not the number on the box."""
    usable_bytes: int | None
    """What programs can take of it: the driver keeps the rest."""
    bandwidth: int | None
    """Bytes that can be read from its memory in a second."""
    peaks: Mapping[str, float]
    """Floating-point operations in a second by dtype, without sparsity: `float32` without matrix units, others with."""
    sources: Mapping[str, str]
    """Who says so, for each figure: ``memory``, ``usable``, ``bandwidth``, ``peaks.float32``..."""

    @property
    def available_bytes(self) -> int | None:
        """What programs can take, where that was read; else all of its memory."""
        return self.memory_bytes if self.usable_bytes is None else self.usable_bytes


def device(name: str, otherwise: str = _OF_ANOTHER) -> Device:
    """The card of this name, however it is written: ``rtx4090``, ``RTX 4090``, ``NVIDIA GeForce RTX 4090``.

    Args:
        name: what it is called.
        otherwise: what helps whose card is not known, for the hint.

    Raises:
        SpecError: no card is known by this name.

    >>> device("h100").title
    'NVIDIA H100 SXM 80 GB'
    >>> device("rtx4091")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: no card is known as `rtx4091`; did you mean `rtx4090`?
      = hint: known are `h100-sxm`, `h100-pcie`, `h200`, `a100-40gb`, `a100-80gb`, `v100`, `l4`, `l40s`, `t4`, `a10g`,\
 `rtx3090`, `rtx4090`, `rtx5090`, `b200`; of another one `--memory` says what it has, and a profile of `cnncost\
 calibrate` how fast it is
    >>> device("A100")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: there are several cards called `A100`: `a100-40gb`, `a100-80gb`
    """
    wanted = _plain(name)
    cards = devices()
    names = {_plain(alias): key for key, card in cards.items() for alias in (key, card.title, *_aliases()[key])}
    if wanted in names:
        return cards[names[wanted]]
    alike = [key for key in cards if wanted and _plain(key).startswith(wanted)]
    if len(alike) > 1:
        raise SpecError(f"there are several cards called `{name}`: {_listed(alike)}")
    raise SpecError(
        f"no card is known as `{name[:80]}`{did_you_mean(wanted[:80], cards)}",
        hint=f"known are {_listed(cards)}; {otherwise}",
    )


@cache
def devices() -> dict[str, Device]:
    """Every card that is known, by name."""
    return {name: _device(name, entry) for name, entry in _table().items()}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = read_plain(_TABLE)
    return table


def _aliases() -> dict[str, list[str]]:
    return {name: entry.get("aliases", []) for name, entry in _table().items()}


def _device(name: str, entry: Mapping[str, Any]) -> Device:
    memory, usable, bandwidth = entry.get("memory"), entry.get("usable"), entry.get("bandwidth")
    peaks = entry.get("peaks", {})
    sources = {figure: entry[figure]["source"] for figure in ("memory", "usable", "bandwidth") if figure in entry}
    sources |= {f"peaks.{dtype}": peak["source"] for dtype, peak in peaks.items()}
    return Device(
        name=name,
        title=entry["title"],
        memory_bytes=memory and memory["mib"] * _MIB,
        usable_bytes=usable and usable["mib"] * _MIB,
        bandwidth=bandwidth and bandwidth["value"] * 10**9,
        peaks={dtype: peak["value"] * 1e12 for dtype, peak in peaks.items()},
        sources=sources,
    )


def _plain(name: str) -> str:
    return _NO_LETTERS_OR_DIGITS.sub("", _MAKERS.sub("", name.lower()))


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
