"""Other shapes of a tensor: views of it where its memory allows that, copies where it does not."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from cnncost.autograd.backward import passed, slices, turned, viewed
from cnncost.autograd.strides import CHANNELS_LAST, Strides
from cnncost.autograd.tensors import wider
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor


def reshape(tape: Tape, x: Value, sizes: Sequence[int]) -> Value:
    """The same numbers in sizes that begin with the batch's: a view, or where there is none a copy."""
    before = tape.strides(x)
    after = before.reshaped(sizes)
    if after is None:
        return reshape(tape, copy(tape, x), sizes)
    return tape.run(
        "view", [x], x.elements, into=x, strides=after, backward=turned(after.sizes, lambda g: g.reshaped(before.sizes))
    )


def permute(tape: Tape, x: Value, axes: Sequence[int]) -> Value:
    """A view with the axes in another order, that of the batch among them."""
    after = tape.strides(x).permuted(axes)
    back = [axes.index(axis) for axis in range(len(axes))]
    return tape.run(
        "permute", [x], x.elements, into=x, strides=after, backward=turned(after.sizes, lambda g: g.permuted(back))
    )


def swap(tape: Tape, x: Value, one: int, other: int) -> Value:
    """A view with two axes swapped."""
    axes = [*range(len(tape.strides(x).sizes))]
    axes[one], axes[other] = axes[other], axes[one]
    return permute(tape, x, axes)


def narrow(tape: Tape, x: Value, axis: int, size: int, step: int = 1) -> Value:
    """A part of an axis as a view; backward puts its gradient into zeros as large as the whole."""
    return _part(tape, "slice", x, tape.strides(x).narrowed(axis, size, step))


def select(tape: Tape, x: Value, axis: int) -> Value:
    """One place of an axis, which is gone, as a view; backward puts its gradient into zeros as large as the whole."""
    return _part(tape, "select", x, tape.strides(x).selected(axis))


def _part(tape: Tape, name: str, x: Value, strides: Strides) -> Value:
    return tape.run(name, [x], product(strides.sizes), into=x, strides=strides)


def windows(tape: Tape, x: Value, axis: int, extent: int, step: int) -> Value:
    """Windows along an axis as a view; backward adds their gradients up in zeros as large as the whole."""
    return _part(tape, "unfold", x, tape.strides(x).windows(axis, extent, step))


def expand(tape: Tape, x: Value, sizes: Sequence[int]) -> Value:
    """Axes of size 1 repeated, as a view; backward adds up the gradients of what was repeated."""
    strides = tape.strides(x).expanded(sizes)
    return tape.run("expand", [x], product(sizes), into=x, strides=strides, backward=passed)


def copy(tape: Tape, x: Value) -> Value:
    """A copy with its numbers one behind the other."""
    return tape.run("clone", [x], x.elements, strides=Strides.of(tape.strides(x).sizes), backward=viewed)


def contiguous(tape: Tape, x: Value) -> Value:
    """The tensor itself where its numbers lie one behind the other in the order of its axes, else such a copy."""
    return x if tape.strides(x).is_contiguous else copy(tape, x)


def cat(tape: Tape, xs: Sequence[Value], axis: int) -> Value:
    """Tensors one behind the other along an axis, in the widest of their formats; autocast casts them first."""
    dtype = reduce(wider, [x.dtype for x in xs])
    xs = [tape.cast(x, dtype) for x in xs] if tape.autocast else xs
    lie = [tape.strides(x) for x in xs]
    parts = [strides.sizes[axis] for strides in lie]
    sizes = (*lie[0].sizes[:axis], sum(parts), *lie[0].sizes[axis + 1 :])
    strides = _image_like(lie, sizes)
    return tape.run("cat", xs, product(sizes), dtype=dtype, strides=strides, backward=slices(sizes, axis, parts))


def moved(tape: Tape, name: str, x: Value) -> Value:
    """A new tensor with the same numbers in other places."""
    return tape.run(name, [x], x.elements, strides=tape.strides(x).packed())


def image(tape: Tape, name: str, x: Value, y: Tensor, keeps: Sequence[Value] = ()) -> Value:
    """What a function of images makes: a new tensor, with its channels innermost where those of the input are."""
    strides = None if x.strides is None else _image_like([x.strides], (tape.batch, *y.dims))
    return tape.run(name, [x], tape.batch * y.elements, keeps=keeps, strides=strides)


def _image_like(lie: Sequence[Strides], sizes: Sequence[int]) -> Strides:
    last = all(strides.has_channels_last for strides in lie)
    return Strides.of(sizes, CHANNELS_LAST[len(sizes)] if last else None)


def vector_norm(tape: Tape, x: Value, sizes: Sequence[int]) -> Value:
    """The lengths of a tensor along axes, in these sizes: CUDA's autocast has them in single precision."""
    dtype = "float32" if tape.autocast and tape.device == "cuda" else x.dtype
    strides = Strides.of(sizes)
    return tape.run("vector_norm", [x], product(sizes), dtype=dtype, keeps=[x], keeps_output=True, strides=strides)


def rows(tape: Tape, x: Value) -> Value:
    """The tensor as a matrix of its last axis: a view, or a copy where there is none."""
    sizes = tape.strides(x).sizes
    return reshape(tape, x, (product(sizes[:-1]), sizes[-1]))
