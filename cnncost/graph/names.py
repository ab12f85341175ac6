"""Names of nodes: a path through blocks, some of them numbered, `features[0][1].conv`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BOUNDARY = re.compile(r"\.|(?<=\])(?=\[)")


def segments(name: str) -> list[str]:
    """The parts of a name, a block each and the node last; numbers within numbers are parts of their own.

    >>> segments("stage[0].conv"), segments("features[0][1].conv")
    (['stage[0]', 'conv'], ['features[0]', '[1]', 'conv'])
    """
    return _BOUNDARY.split(name)


def last_segment(name: str) -> str:
    """The last of the parts of a name: what it is called in its container.

    >>> last_segment("stage[0].conv"), last_segment("stage[0]"), last_segment("features[0][1]")
    ('conv', 'stage[0]', '[1]')
    """
    last = name.rpartition(".")[2]
    return segments(last)[-1] if "][" in last else last


def joined(parts: Iterable[str]) -> str:
    """The name of these parts.

    >>> joined(["features[0]", "[1]", "conv"])
    'features[0][1].conv'
    """
    return ".".join(parts).replace(".[", "[")
