"""Shapes of a whole batch, and the shapes of one sample in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers import Tensor
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Batch(NamedTuple):
    """How many samples the tensors of an exported model hold.

    With a prime that divides no other size, the axis that it divides holds the batch, wherever that stands: so
    nothing needs to follow it. An axis of k times the prime is the batch with k others, as the windows of Swin are.

    >>> batch = Batch(7919)
    >>> batch.sample((7919, 3, 224, 224)), batch.sample((3, 7919, 12, 49, 64)), batch.sample((64 * 7919, 49, 96))
    ((3, 224, 224), (3, 12, 49, 64), (64, 49, 96))
    """

    size: int
    """Samples; of one alone, the first axis is that of the batch where its size is 1."""

    def axis(self, shape: Sequence[int]) -> int | None:
        """The axis that holds the batch, alone or with others; ``None`` where none does."""
        if self.size == 1:
            return 0 if shape and shape[0] == 1 else None
        return next((axis for axis, size in enumerate(shape) if size and size % self.size == 0), None)

    def sample(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The sizes of one sample."""
        batch = self.axis(shape)
        if batch is None:
            return tuple(shape)
        others = shape[batch] // self.size
        return (*shape[:batch], *([others] if others > 1 else []), *shape[batch + 1 :])

    def place(self, shape: Sequence[int], axis: int) -> int | None:
        """Where an axis of the batch lies in a sample; ``None`` for that of the batch alone.

        >>> Batch(7919).place((7919, 3, 224, 224), -1), Batch(7919).place((7919, 3, 224, 224), 0)
        (2, None)
        """
        axis %= max(len(shape), 1)
        batch = self.axis(shape)
        if batch is None or axis < batch:
            return axis
        alone = shape[batch] == self.size
        return None if alone and axis == batch else axis - alone


def tensor_of(dims: Sequence[int]) -> Tensor:
    """A sample of these sizes in their order: a map, or flat where there is one size or none.

    >>> tensor_of((3, 224, 224)).layout, tensor_of((1000,)).layout
    ('map', 'flat')
    """
    first, *others = dims or (1,)
    return Tensor(first, tuple(others), "map" if others else "flat")


def channel_place(x: Tensor) -> int:
    """Where the channels lie in a sample."""
    return len(x.spatial) if x.layout == "tokens" else 0


def axis_name(place: int, x: Tensor) -> int | str:
    """What the language calls an axis of a sample: the channels, or its number behind them, from 0.

    >>> [axis_name(place, Tensor(64, (14, 7))) for place in range(3)], axis_name(0, Tensor(64, (49,), "tokens"))
    (['channels', 0, 1], 0)
    """
    if place == channel_place(x):
        return "channels"
    return place if x.layout == "tokens" else place - 1
