"""Layers that cut their input into several pieces: sugar for one `slice` a piece, so that a node has one output."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

from cnncost.errors import LayerError
from cnncost.layers.base.fields import count, numbers
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.tensor import ANY_LAYOUT

_MOST_PIECES = 10_000


class Division(Layer):
    """A step that divides the channels into pieces. It is no layer: every piece becomes a `slice`."""

    family = "shape"
    accepts = ANY_LAYOUT

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        """Channels of every piece."""
        raise NotImplementedError


class Split(Division):
    """Pieces of the given sizes.

    >>> pieces("split", {"sizes": [58, 58]}, channels=116)
    [(0, 58), (58, 116)]
    """

    keyword = "split"

    sizes: tuple[int, ...] = numbers("channels of every piece")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if sum(self.sizes) != channels:
            raise LayerError(
                f"pieces of {list(self.sizes)} make {sum(self.sizes)} channels, and the input has {channels}",
                field="sizes",
            )
        return self.sizes


class Chunk(Division):
    """Pieces of equal size, the last one smaller where they do not come out even, as ``torch.chunk`` makes them.

    >>> pieces("chunk", {"n": 3}, channels=64)
    [(0, 22), (22, 44), (44, 64)]
    """

    keyword = "chunk"

    n: int = count("pieces", symbol="n")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if self.n > channels:
            raise LayerError(f"cannot make {self.n} pieces of {channels} channels", field="n")
        if self.n > _MOST_PIECES:
            raise LayerError(f"`chunk` makes at most {_MOST_PIECES:,} pieces", field="n")
        size = -(-channels // self.n)
        return tuple(min(size, channels - start) for start in range(0, channels, size))


SUGAR: dict[str, type[Division]] = {division.keyword: division for division in (Split, Chunk)}
"""Steps of the language that stand for several layers, by keyword."""


def pieces(keyword: str, arguments: dict[str, Any], channels: int) -> list[tuple[int, int]]:
    """First channel and channel after the last, for every piece that a `split` or `chunk` step makes.

    Raises:
        LayerError: wrong arguments, or sizes that do not make up the channels.
    """
    division = SUGAR[keyword].make(arguments, rank=0)
    assert isinstance(division, Division)
    return list(pairwise(accumulate(division.sizes_of(channels), initial=0)))
