"""Steps that split their input into several pieces: each piece becomes a `slice`, so that a node has one output."""

from __future__ import annotations

from collections import ChainMap
from itertools import accumulate, pairwise
from typing import Any, cast

from cnncost.errors import LayerError
from cnncost.layers.base.layer import REGISTRY, Layer
from cnncost.layers.base.specifiers import count, numbers
from cnncost.layers.base.tensor import ANY_LAYOUT

_MOST_PIECES = 10_000

SPLITS: dict[str, type[SplitStep]] = {}
"""Every split of the language, by its keyword."""

STEP_TYPES: ChainMap[str, type[Layer]] = ChainMap(cast("dict[str, type[Layer]]", SPLITS), REGISTRY)
"""What a step of the language may call besides blocks, by keyword: the layers of :data:`REGISTRY`, then the splits."""


class SplitStep(Layer):
    """A step that splits the channels into pieces. It is not a layer: every piece becomes a `slice`.

    A subclass with ``keyword=`` is a split of the language.
    """

    family = "shape"
    accepts = ANY_LAYOUT
    splits = True

    def __init_subclass__(cls, keyword: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if keyword is None:
            return
        if keyword in STEP_TYPES:
            raise TypeError(f"two steps are called {keyword!r}")
        cls.keyword = keyword
        SPLITS[keyword] = cls

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        """Channels of every piece.

        Raises:
            LayerError: the pieces do not make up the channels.
        """
        raise NotImplementedError

    def pieces(self, channels: int) -> list[tuple[int, int]]:
        """First channel and channel after the last, for every piece.

        Raises:
            LayerError: the pieces do not make up the channels.

        >>> SPLITS["split"](sizes=(58, 58)).pieces(channels=116)
        [(0, 58), (58, 116)]
        """
        return list(pairwise(accumulate(self.sizes_of(channels), initial=0)))


class Split(SplitStep, keyword="split"):
    """Pieces of the given sizes."""

    sizes: tuple[int, ...] = numbers("channels of every piece")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if sum(self.sizes) != channels:
            raise LayerError(
                f"pieces of {list(self.sizes)} make {sum(self.sizes)} channels, and the input has {channels}",
                field="sizes",
            )
        return self.sizes


class Chunk(SplitStep, keyword="chunk"):
    """Pieces of equal size, the last one smaller where they do not come out even, as ``torch.chunk`` makes them.

    >>> Chunk(n=3).pieces(channels=64)
    [(0, 22), (22, 44), (44, 64)]
    """

    n: int = count("pieces", symbol="n")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if self.n > channels:
            raise LayerError(f"cannot make {self.n} pieces of {channels} channels", field="n")
        if self.n > _MOST_PIECES:
            raise LayerError(f"`chunk` makes at most {_MOST_PIECES:,} pieces", field="n")
        size = -(-channels // self.n)
        return tuple(min(size, channels - start) for start in range(0, channels, size))
