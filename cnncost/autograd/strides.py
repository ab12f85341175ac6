"""How a tensor lies in memory: whether one shape of it is a view of another, or has to be copied."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.symbolic.dims import maximum

if TYPE_CHECKING:
    from collections.abc import Sequence

CHANNELS_LAST = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
"""The order of the axes of images, and of volumes, whose channels lie innermost."""


class Strides(NamedTuple):
    """The sizes of a tensor's axes, the batch first, and how far apart neighbours along each of them lie in memory.

    >>> image = Strides.of((2, 64, 7, 7))
    >>> image.steps, image.permuted((0, 2, 3, 1)).steps
    ((3136, 49, 7, 1), (3136, 7, 1, 49))
    >>> image.permuted((0, 2, 3, 1)).reshaped((2, 49, 64)).steps, image.permuted((0, 2, 3, 1)).reshaped((2, 3136))
    ((3136, 1, 49), None)
    """

    sizes: tuple[int, ...]
    """Of the axes."""
    steps: tuple[int, ...]
    """Elements between neighbours along each axis."""

    @classmethod
    def of(cls, sizes: Sequence[int], order: Sequence[int] | None = None) -> Strides:
        """Numbers one behind the other: the last axis innermost, or the last one of an `order`."""
        steps, step = [0] * len(sizes), 1
        for axis in reversed(range(len(sizes)) if order is None else order):
            steps[axis] = step
            step *= sizes[axis]
        return cls(tuple(sizes), tuple(steps))

    def permuted(self, axes: Sequence[int]) -> Strides:
        """The same with axes in another order."""
        return Strides(tuple([self.sizes[axis] for axis in axes]), tuple([self.steps[axis] for axis in axes]))

    def narrowed(self, axis: int, size: int, step: int = 1) -> Strides:
        """A part along an axis, of every `step`-th place."""
        sizes, steps = [*self.sizes], [*self.steps]
        sizes[axis], steps[axis] = size, steps[axis] * step
        return Strides(tuple(sizes), tuple(steps))

    def selected(self, axis: int) -> Strides:
        """One place of an axis, without it."""
        return Strides(self.sizes[:axis] + self.sizes[axis + 1 :], self.steps[:axis] + self.steps[axis + 1 :])

    def expanded(self, sizes: Sequence[int]) -> Strides:
        """Axes of size 1 repeated."""
        axes = zip(self.sizes, self.steps, sizes, strict=True)
        return Strides(tuple(sizes), tuple([step if own == size else 0 for own, step, size in axes]))

    def windows(self, axis: int, extent: int, step: int) -> Strides:
        """Windows along an axis, which may overlap: how many there are in its place, their elements behind."""
        sizes, steps = [*self.sizes, extent], [*self.steps, self.steps[axis]]
        sizes[axis], steps[axis] = (self.sizes[axis] - extent) // step + 1, self.steps[axis] * step
        return Strides(tuple(sizes), tuple(steps))

    def reshaped(self, sizes: Sequence[int]) -> Strides | None:
        """The same numbers in another shape, as a view; ``None`` where they have to be copied for it.

        An axis of the new shape may be part of a run of old ones that lie one behind the other, or a whole run of them.
        (PyTorch, ``computeStride`` of ``aten/src/ATen/TensorUtils.cpp``.)
        """
        steps = [0] * len(sizes)
        view, run, base = len(sizes) - 1, 1, self.steps[-1]
        for axis in reversed(range(len(self.sizes))):
            run *= self.sizes[axis]
            if axis and (self.sizes[axis - 1] == 1 or self.steps[axis - 1] == run * base):
                continue
            part = 1
            while view >= 0 and (part < run or sizes[view] == 1):
                steps[view] = part * base
                part *= sizes[view]
                view -= 1
            if part != run:
                return None
            if axis:
                run, base = 1, self.steps[axis - 1]
        return Strides(tuple(sizes), tuple(steps))

    @property
    def is_contiguous(self) -> bool:
        """Whether the numbers lie one behind the other, in the order of the axes."""
        return self._follow(range(len(self.sizes)))

    @property
    def is_dense(self) -> bool:
        """Whether the numbers lie one behind the other, in whatever order."""
        return self._follow(self.order)

    @property
    def order(self) -> list[int]:
        """The axes from the outermost to the innermost."""
        return sorted(range(len(self.sizes)), key=lambda axis: -self.steps[axis])

    @property
    def has_channels_last(self) -> bool:
        """Whether these are images or volumes whose channels lie innermost."""
        order = CHANNELS_LAST.get(len(self.sizes))
        return order is not None and not self.is_contiguous and self._follow(order)

    def packed(self) -> Strides:
        """What a function of single elements makes of it: numbers one behind the other, in the order that they have."""
        return joined([self])

    def _follow(self, order: Sequence[int]) -> bool:
        step = 1
        for axis in reversed(order):
            if self.sizes[axis] > 1:
                if self.steps[axis] != step:
                    return False
                step *= self.sizes[axis]
        return True


def joined(operands: Sequence[Strides]) -> Strides:
    """What a function of several tensors makes: in the order of the first, and of the next where that is broadcast.

    (PyTorch, ``TensorIteratorBase::reorder_dimensions`` of ``aten/src/ATen/TensorIterator.cpp``.)

    >>> turned, row = Strides.of((2, 7, 7, 64)).permuted((0, 3, 1, 2)), Strides.of((1, 64, 1, 1))
    >>> joined([row, turned]).steps == turned.steps, joined([Strides.of((2, 64, 7, 7)), turned]).steps
    (True, (3136, 49, 7, 1))
    """
    sizes = tuple([reduce(maximum, axis) for axis in zip(*[operand.sizes for operand in operands], strict=True)])
    if operands[0].is_dense and all(operand == operands[0] for operand in operands):
        return operands[0]
    order = [*range(len(sizes))]
    for last in range(len(sizes) - 2, -1, -1):
        _sink(order, last, operands, sizes)
    return Strides.of(sizes, order)


def _sink(order: list[int], place: int, operands: Sequence[Strides], sizes: tuple[int, ...]) -> None:
    """Move an axis inwards, past those that lie further out."""
    for other in range(place + 1, len(order)):
        found = _compare(order[other], order[place], operands, sizes)
        if found < 0:
            return
        if found > 0:
            order[place], order[other] = order[other], order[place]
            place = other


def _compare(inner: int, outer: int, operands: Sequence[Strides], sizes: tuple[int, ...]) -> int:
    """Above 0 where the first axis ought to lie further out than the second, below 0 where it lies further in."""
    for operand in operands:
        step, other = (0 if operand.sizes[axis] < sizes[axis] else operand.steps[axis] for axis in (inner, outer))
        if not step or not other:
            continue
        if step != other:
            return 1 if step > other else -1
        if sizes[inner] > sizes[outer]:
            return 1
    return 0
