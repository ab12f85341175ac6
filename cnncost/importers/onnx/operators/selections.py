"""Parts of what is read: pieces, slices, single places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.onnx.operators.registry import operator
from cnncost.importers.onnx.values import Constant

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation, Value


@operator("Split")
def split(call: Call) -> list[Value]:
    """Pieces of an axis, of sizes that are given or equal."""
    x = call.x()
    axis = call.attributes.get("axis", 0) % len(x.shape)
    sizes = call.numbers(1, "split")
    if sizes is None:
        pieces = call.attributes.get("num_outputs", len(call.node.output))
        each = -(-x.shape[axis] // pieces)
        sizes = [min(each, x.shape[axis] - each * place) for place in range(pieces)]
    return pieces_of(call, x, axis, [int(size) for size in sizes])


@operator("SplitToSequence")
def split_to_sequence(call: Call) -> list[Value]:
    """Pieces of an axis, as one value that others choose from."""
    x, given = call.x(), call.constant(1)
    axis = call.attributes.get("axis", 0) % len(x.shape)
    sizes = [int(size) for size in call.numbers(1) or []]
    if not given.shape:
        each, whole = sizes[0], x.shape[axis]
        sizes = [min(each, whole - start) for start in range(0, whole, each)]
    return pieces_of(call, x, axis, sizes)


def pieces_of(call: Call, x: Activation, axis: int, sizes: list[int]) -> list[Value]:
    """Pieces of an axis, one after the other."""
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [part(call, x, axis, range(start, start + size)) for start, size in zip(starts, sizes, strict=True)]


def part(call: Call, x: Activation, axis: int, places: range) -> Activation:
    """Some places of an axis."""
    start, stop, step = places.start, places.stop, places.step
    if (start, stop, step) == (0, x.shape[axis], 1):
        return x
    place = call.axis(x.shape, axis)
    shape = list(x.shape)
    shape[axis] = len(places)
    fields = {"start": start, "stop": stop} | ({"step": step} if step > 1 else {})
    if place:
        fields["axis"] = place - 1
    return call.layer("slice", fields, x, shape=shape)


@operator("Slice")
def slices(call: Call) -> Activation:
    """Places of some axes."""
    x = call.x()
    starts, stops = call.numbers(1, "starts") or [], call.numbers(2, "ends") or []
    axes = call.numbers(3, "axes") or list(range(len(starts)))
    steps = call.numbers(4) or [1] * len(starts)
    for start, stop, axis, step in zip(starts, stops, axes, steps, strict=True):
        if step < 1:
            raise call.unsupported("it goes backwards")
        size = x.shape[axis % len(x.shape)]
        first, last, _ = slice(start, stop, step).indices(size)
        x = part(call, x, axis % len(x.shape), range(first, last, step))
    return x


@operator("Gather")
def gather(call: Call) -> Activation:
    """Places of an axis, or one, which is gone then; of a table of the file, the rows that the input names."""
    if isinstance(call.value(0), Constant):
        return _embedding(call)
    x, index = call.x(), call.constant(1)
    axis = call.attributes.get("axis", 0) % len(x.shape)
    chosen = part(call, x, axis, _places(call, index, x.shape[axis]))
    return call.reshaped(chosen, [*chosen.shape[:axis], *index.shape, *chosen.shape[axis + 1 :]])


def _places(call: Call, index: Constant, size: int) -> range:
    """The places that indices name, where they follow each other at equal distances.

    Raises:
        SpecError: they do not, or they lie in another file.
    """
    if index.numbers is None and index.elements == size:
        call.note("takes places that lie in another file: as many as there are, and so all of them in their order")
        return range(size)
    if index.numbers is None:
        raise call.unsupported("its indices lie in another file")
    places = [int(place) % size for place in index.numbers.reshape(-1)]
    step = places[1] - places[0] if len(places) > 1 else 1
    regular = range(places[0], places[0] + step * len(places), step) if places and step > 0 else range(0)
    if list(regular) != places:
        raise call.unsupported("its indices do not follow each other at equal distances")
    return range(regular.start, regular[-1] + 1, step)


def _embedding(call: Call) -> Activation:
    table, x = call.constant(0), call.x(1)
    if call.attributes.get("axis", 0) != 0 or len(table.shape) != 2:
        raise call.unsupported("it chooses from a table along another axis than the first")
    vocabulary, out = table.shape
    fields = {"vocabulary": vocabulary, "out": out}
    return call.layer("embedding", fields, x, weights=[table], shape=(*x.shape, out))
