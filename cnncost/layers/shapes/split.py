"""Steps that split their input into several pieces: each piece becomes a `slice`, so that a node has one output."""

from __future__ import annotations

from collections import ChainMap
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, cast

from cnncost.errors import LayerError
from cnncost.layers.base.axes import check_axis, dimension
from cnncost.layers.base.layer import REGISTRY, Layer
from cnncost.layers.base.specifiers import axis, count, numbers
from cnncost.layers.base.tensor import ANY_LAYOUT
from cnncost.symbolic.dims import ceil_div
from cnncost.symbolic.varying import smallest

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor

_AXIS = "the channels, or an axis behind them: its number from 0, or its name"

_MOST_PIECES = 10_000

SPLITS: dict[str, type[SplitStep]] = {}
"""Every split of the language, by its keyword."""

STEP_TYPES: ChainMap[str, type[Layer]] = ChainMap(cast("dict[str, type[Layer]]", SPLITS), REGISTRY)
"""What a step of the language may call besides blocks, by keyword: the layers of :data:`REGISTRY`, then the splits."""


class SplitStep(Layer):
    """A step that splits the channels, or another axis, into pieces. It is not a layer: every piece becomes a `slice`.

    A subclass with ``keyword=`` is a split of the language.
    """

    family = "shape"
    accepts = ANY_LAYOUT
    splits = True

    axis: int | str = "channels"
    """What is split: a field, where a step lets that be chosen."""

    def __init_subclass__(cls, keyword: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if keyword is None:
            return
        if keyword in STEP_TYPES:
            raise TypeError(f"two steps are called {keyword!r}")
        cls.keyword = keyword
        SPLITS[keyword] = cls

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        """Channels of every piece; or places along another axis.

        Raises:
            LayerError: the pieces do not make up the channels.
        """
        raise NotImplementedError

    def pieces(self, channels: int) -> list[tuple[int, int]]:
        """First channel and channel after the last, for every piece; or places along another axis.

        Raises:
            LayerError: the pieces do not make up the channels.

        >>> SPLITS["split"](sizes=(58, 58)).pieces(channels=116)
        [(0, 58), (58, 116)]
        """
        return list(pairwise(accumulate(self.sizes_of(channels), initial=0)))

    def slices(self, x: Tensor) -> list[Layer]:
        """A `slice` for every piece.

        Raises:
            LayerError: there is no such axis, or the pieces do not make it up.

        >>> from cnncost.layers.base.tensor import Tensor
        >>> [part.axis for part in SPLITS["chunk"](n=2, axis=1).slices(Tensor(3, (8, 8)))]
        [1, 1]
        """
        check_axis(self, self.axis, x)
        pieces = self.pieces(x.dims[dimension(self.axis, x)])
        return [REGISTRY["slice"](start=start, stop=stop, axis=self.axis) for start, stop in pieces]

    def _what(self) -> str:
        """What there are pieces of, as errors say it."""
        return "channels" if self.axis == "channels" else f"places along axis `{self.axis}`"


class Split(SplitStep, keyword="split"):
    """Pieces of the given sizes."""

    sizes: tuple[int, ...] = numbers("channels of every piece")
    axis: int | str = axis(_AXIS, default="channels")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if sum(self.sizes) != channels:
            message = (
                f"pieces of {list(self.sizes)} make {sum(self.sizes)} {self._what()}, and the input has {channels}"
            )
            raise LayerError(message, field="sizes")
        return self.sizes


class Chunk(SplitStep, keyword="chunk"):
    """Pieces of equal size, the last one smaller where they do not come out even, as ``torch.chunk`` makes them.

    >>> Chunk(n=3).sizes_of(64)
    (22, 22, 20)
    """

    n: int = count("pieces", symbol="n")
    axis: int | str = axis(_AXIS, default="channels")

    def sizes_of(self, channels: int) -> tuple[int, ...]:
        if self.n > channels:
            raise LayerError(f"cannot make {self.n} pieces of {channels} {self._what()}", field="n")
        if self.n > _MOST_PIECES:
            raise LayerError(f"`chunk` makes at most {_MOST_PIECES:,} pieces", field="n")
        size = -(-channels // self.n)
        return tuple(smallest((size, channels - place * size)) for place in range(ceil_div(channels, size)))
