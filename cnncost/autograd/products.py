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


def linear(tape: Tape, x: Value, out: int, weight: Value, bias: Value | None = None) -> Value:
    """The product of the last axis with a matrix of `out` rows, which keeps both.

    With a bias it is one operation where the input is a matrix or lies in one piece; otherwise the product is made
    first, of a copy where the input's rows do not lie evenly. (PyTorch, ``aten/src/ATen/native/Linear.cpp``.)
    """
    weights = [weight] if bias is None else [weight, bias]
    x, weight, *rest = tape.lower_all(x, *weights)
    *rows, features = tape.strides(x).sizes
    sizes = (*rows, out)
    if rest and (len(rows) == 1 or tape.strides(x).is_contiguous):
        return _addmm(tape, [views.reshape(tape, x, (product(rows), features)), weight, *rest], sizes)
    y = _addmm(tape, [views.reshape(tape, x, (product(rows), features)), weight], sizes)
    return tape.run("add_", [y, *rest], y.elements, into=y, strides=y.strides, backward=passed) if rest else y


def _addmm(tape: Tape, reads: list[Value], sizes: tuple[int, ...]) -> Value:
    """The product of matrices, and a bias maybe."""
    return tape.run("addmm", reads, product(sizes), keeps=reads[:2], strides=Strides.of(sizes))


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
