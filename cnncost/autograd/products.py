"""Products of matrices, as PyTorch runs them: over views where the memory of the operands allows that, else copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd import views
from cnncost.autograd.backward import passed, turned
from cnncost.autograd.strides import Strides
from cnncost.symbolic.dims import maximum, product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

_SIZES_OF_ROWS = 2


def linear(tape: Tape, x: Value, weights: list[Value], out: int) -> Value:
    """A product with weights over the last axis, which keeps each factor where the other needs a gradient.

    Rows that do not lie one behind the other are copied; then the bias is added afterwards, in place. (PyTorch,
    ``aten/src/ATen/native/Linear.cpp``.)
    """
    x, weight, *bias = tape.lower_all(x, *weights)
    sizes = (*tape.strides(x).sizes[:-1], out)
    together, strides = bias, x.strides and Strides.of(sizes)
    if len(sizes) > _SIZES_OF_ROWS and not tape.strides(x).is_contiguous:
        together = []
        if weight.needs_gradient:
            x = views.rows(tape, x)
    keeps = [*[x] * weight.needs_gradient, *[weight] * x.needs_gradient]
    made = tape.run("addmm", [x, weight, *together], product(sizes), keeps=keeps, strides=strides)
    if bias and not together:
        return tape.run("add", [made, *bias], made.elements, into=made, strides=strides, backward=passed)
    return made


def matmul(tape: Tape, one: Value, other: Value) -> Value:
    """The product of the last two axes, of as many matrices as the larger has: those of the other are repeated."""
    return multiplied(tape, *tape.lower_all(one, other))


def multiplied(tape: Tape, one: Value, other: Value) -> Value:
    """The same in the format that the tensors have, whatever autocast would do."""
    first, second = tape.strides(one).sizes, tape.strides(other).sizes
    batch = tuple([maximum(a, b) for a, b in zip(first[:-2], second[:-2], strict=True)])
    operands = [
        views.reshape(tape, views.expand(tape, x, (*batch, *sizes)), (product(batch), *sizes))
        for x, sizes in ((one, first[-2:]), (other, second[-2:]))
    ]
    return views.reshape(tape, _bmm(tape, *operands), (*batch, first[-2], second[-1]))


def bmm(tape: Tape, one: Value, other: Value) -> Value:
    """Products of matrices in batches, which keep each where the other needs a gradient."""
    return _bmm(tape, *tape.lower_all(one, other))


def _bmm(tape: Tape, one: Value, other: Value) -> Value:
    matrices, rows, _ = tape.strides(one).sizes
    sizes = (matrices, rows, tape.strides(other).sizes[-1])
    keeps = [*[one] * other.needs_gradient, *[other] * one.needs_gradient]
    return tape.run("bmm", [one, other], product(sizes), keeps=keeps, strides=Strides.of(sizes))


def einsum(tape: Tape, equation: str, one: Value, other: Value) -> Value:
    """The product of two tensors along the letters of an equation.

    What one of them has alone is summed first; the rest is a product of matrices in batches: letters that both and the
    output have, times the summed ones. (PyTorch, ``sumproduct_pair`` of ``aten/src/ATen/native/Linear.cpp``.)
    """
    terms, out = equation.split("->")
    first, second = terms.split(",")
    if tape.device == "cuda":
        one, other = tape.lower(one), tape.lower(other)
    summed = [letter for letter in dict.fromkeys(first + second) if letter not in out]
    letters = [*out, *summed]
    one, other = _aligned(tape, one, first, letters), _aligned(tape, other, second, letters)
    places = range(len(out), len(letters))
    one, other = _summed_alone(tape, one, other, places), _summed_alone(tape, other, one, places)
    both = [place for place in places if tape.strides(one).sizes[place] > 1]
    made = _contracted(tape, one, other, both) if both else tape.multiply(one, other)
    strides = tape.strides(made)
    kept = Strides(strides.sizes[: len(out)], strides.steps[: len(out)])
    return _turned(tape, made, kept, lambda gradient: _with_axes(gradient, len(letters)))


def _aligned(tape: Tape, x: Value, term: str, letters: Sequence[str]) -> Value:
    """A view with an axis for each of the letters, of size 1 where the tensor has none."""
    lies = tape.strides(x)
    sizes, steps = dict(zip(term, lies.sizes, strict=True)), dict(zip(term, lies.steps, strict=True))
    after = Strides(tuple([sizes.get(n, 1) for n in letters]), tuple([steps.get(n, 1) for n in letters]))
    places = [letters.index(letter) for letter in term]
    return _turned(tape, x, after, lambda gradient: gradient.permuted(places))


def _turned(tape: Tape, x: Value, after: Strides, back: Callable[[Strides], Strides | None]) -> Value:
    return tape.run("permute", [x], x.elements, into=x, strides=after, backward=turned(after.sizes, back))


def _with_axes(strides: Strides, rank: int) -> Strides:
    """The same with axes of size 1 behind the others."""
    more = (1,) * (rank - len(strides.sizes))
    return Strides(strides.sizes + more, strides.steps + more)


def _summed_alone(tape: Tape, x: Value, other: Value, places: Sequence[int]) -> Value:
    """The tensor with those of the axes summed that the other has no places along."""
    lies, sizes = tape.strides(x), tape.strides(other).sizes
    alone = [place for place in places if lies.sizes[place] > 1 and sizes[place] == 1]
    if not alone:
        return x
    left = Strides.of([1 if place in alone else size for place, size in enumerate(lies.sizes)])
    return tape.run(
        "sum", [x], product(left.sizes), strides=left, backward=turned(left.sizes, lambda g: g.expanded(lies.sizes))
    )


def _contracted(tape: Tape, one: Value, other: Value, summed: Sequence[int]) -> Value:
    """The product over some of the axes, which stay with size 1."""
    first, second = tape.strides(one).sizes, tape.strides(other).sizes
    batch: list[int] = []
    rows: list[int] = []
    columns: list[int] = []
    for place, (size, like) in enumerate(zip(first, second, strict=True)):
        if place not in summed:
            (batch if size > 1 and like > 1 else rows if size > 1 else columns).append(place)
    if rows and columns and columns[-1] < rows[0]:
        one, other, first, second, rows, columns = other, one, second, first, columns, rows
    matrices, row, column, inner = (
        product(sizes[place] for place in places)
        for sizes, places in ((first, batch), (first, rows), (second, columns), (first, summed))
    )
    left = views.permute(tape, one, [*batch, *rows, *summed, *columns])
    right = views.permute(tape, other, [*batch, *summed, *columns, *rows])
    left = views.reshape(tape, left, (matrices, row, inner))
    right = views.reshape(tape, right, (matrices, inner, column))
    order = [*batch, *rows, *summed, *columns]
    sizes = [1 if place in summed else maximum(first[place], second[place]) for place in order]
    made = views.reshape(tape, bmm(tape, left, right), sizes)
    return views.permute(tape, made, [order.index(place) for place in range(len(order))])
