"""Places of axes by their numbers: tables, permutations, and windows that overlap."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncost.importers.pytorch.operators.places.shapes import permuted
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight, combined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Value


@operator("index", "_unsafe_index")
def index(call: Call) -> Activation:
    """Places along axes that lie side by side, each by a tensor of numbers; of a learned table, its rows."""
    given = [(axis, numbers) for axis, numbers in enumerate(call["indices"]) if numbers is not None]
    axes, numbers = [axis for axis, _ in given], [each for _, each in given]
    if isinstance(call["self"], Weight):
        return _rows(call, call["self"], axes, numbers)
    if any(isinstance(each, Activation) for each in numbers):
        raise call.unsupported("its numbers depend on the input: `gather` takes such")
    if axes != list(range(axes[0], axes[-1] + 1)):
        raise call.unsupported("the axes that it indexes do not lie side by side")
    return _places(call, axes, combined(_broadcast(numbers), numbers, stored=len(numbers) == 1 and numbers[0].stored))


@operator("index_select")
def index_select(call: Call) -> Activation:
    """Places along one axis."""
    table, axis, numbers = call["self"], call["dim"], call["index"]
    if isinstance(table, Weight):
        return _rows(call, table, [axis % len(table.shape)], [numbers])
    if isinstance(numbers, Activation):
        raise call.unsupported("its numbers depend on the input: `gather` takes such")
    return _places(call, [axis % len(table.shape)], numbers)


@operator("gather", "take_along_dim")
def gather(call: Call) -> Activation:
    """Places along an axis, by a number for each element."""
    x, numbers = call["self"], call.get("index", call.get("indices"))
    axis = call["dim"]
    if axis is None or len(x.shape) != len(numbers.shape):
        raise call.unsupported("its numbers do not lie as the elements that it reads")
    axis %= len(x.shape)
    like = (*call.shape[:axis], x.shape[axis], *call.shape[axis + 1 :])
    reads = [_as_map(call, value, shape) for value, shape in ((x, like), (numbers, call.shape))]
    return call.layer("gather", call.axis_field(reads[0], axis), *reads)


@operator("cumsum")
def cumsum(call: Call) -> Activation:
    """A running sum along an axis."""
    return call.layer("cumsum", call.axis_field(call.x, call["dim"]))


@operator("unfold")
def windows(call: Call) -> Activation:
    """Windows along an axis, which may overlap: they stand in its place, and their elements on an axis at the end."""
    x, size, rank = call.x, call["size"], len(call.x.shape)
    axis = call["dimension"] % rank
    others = [place for place in range(rank) if place != axis]
    last = (*(x.shape[place] for place in others), x.shape[axis])
    moved = permuted(call, x, [*others, axis], last)
    count = call.shape[axis]
    rows = prod(call.batch.sample(last[:-1]))
    row = call.reshaped(moved, [rows, x.shape[axis]])
    unfolded = (call.batch.size, rows * size, count)
    columns = call.layer("unfold", {"kernel": size, "stride": call["step"]}, row, shape=unfolded)
    apart = (*last[:-1], size, count)
    columns = call.reshaped(columns, call.batch.sample(apart))._replace(shape=apart)
    order = [*range(rank - 1), rank]
    order.insert(axis, order.pop())
    return permuted(call, columns, [*order, rank - 1], call.shape)


def _places(call: Call, axes: Sequence[int], numbers: Weight) -> Activation:
    """Places by numbers that are the same for all samples, along axes that are one meanwhile."""
    x, first, behind = call.x, axes[0], axes[-1] + 1
    for axis in axes:
        call.place_of(x, axis)  # refuses that of the batch
    merged = (*x.shape[:first], prod(x.shape[first:behind]), *x.shape[behind:])
    one = call.reshaped(x, call.batch.sample(merged))._replace(shape=merged)
    taken = (*merged[:first], numbers.elements, *merged[first + 1 :])
    where = call.source(numbers._replace(shape=(numbers.elements,)), (numbers.elements,))
    return _shaped(call, call.layer("gather", call.axis_field(one, first), one, where, shape=taken))


def _rows(call: Call, table: Weight, axes: Sequence[int], numbers: Sequence[Value]) -> Activation:
    """Rows of a table by numbers that are computed."""
    if axes != [0] or not isinstance(numbers[0], Activation):
        raise call.unsupported("what it indexes is no table with rows")
    rows, row = table.shape[0], prod(table.shape[1:])
    read = call.source(table._replace(shape=(rows, row)), (rows, row))
    where = call.reshaped(numbers[0], [prod(call.batch.sample(numbers[0].shape))])
    taken = (call.batch.size, *call.tensor(where).dims, row)
    return _shaped(call, call.layer("gather", {}, read, where, shape=taken))


def _shaped(call: Call, x: Activation) -> Activation:
    return call.reshaped(x, call.dims or (1,))._replace(shape=call.shape)


def _as_map(call: Call, value: Value, shape: tuple[int, ...]) -> Activation:
    """Something as a map of a shape in PyTorch, repeated along axes of size 1."""
    if isinstance(value, Weight):
        return call.source(value, shape)
    if value.shape != shape:
        raise call.unsupported("its numbers are not as many along its other axes as the elements that it reads")
    return call.reshaped(value, call.tensor(value).dims)


def _broadcast(numbers: Sequence[Weight]) -> tuple[int, ...]:
    """The shape of tensors whose axes of size 1 are repeated."""
    rank = max(len(each.shape) for each in numbers)
    padded = [(1,) * (rank - len(each.shape)) + each.shape for each in numbers]
    return tuple([max(sizes) for sizes in zip(*padded, strict=True)])
