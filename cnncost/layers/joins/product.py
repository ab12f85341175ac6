"""Products of two activations: of matrices, or along the axes that an equation names (attention, PointNet)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import products, views
from cnncost.errors import LayerError
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.one_channel import anything
from cnncost.layers.base.specifiers import choice, equation
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Contracted, Reach
from cnncost.layers.joins.join import Join
from cnncost.symbolic.dims import maximum, product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

_OPERANDS = 2


class Product(Join):
    """What products share: two inputs whose axes have letters, and those of the output; no parameters.

    The output has the layout of the first input where that has as many axes; with one axis it is flat, else a map.
    """

    needs_all_inputs = True

    def letters(self, *xs: Tensor) -> tuple[str, str, str]:
        """A letter for each axis of the two inputs and of the output, without the batch."""
        raise NotImplementedError

    def check(self, *xs: Tensor) -> None:
        if len(xs) != _OPERANDS:
            message = f"`{self.keyword}` multiplies two outputs, not {len(xs)}"
            raise LayerError(message, hint="of more, write one product after the other")

    def gradient_macs(self, *xs: Tensor, y: Tensor) -> GradientMacs:
        """As many as forward for each of the inputs that needs a gradient."""
        return GradientMacs(inputs=self.operations(*xs, y=y).mac)

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        *terms, out = self.letters(*xs)
        return tuple(_contracted(term, x, out, y) for term, x in zip(terms, xs, strict=True))

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """What is summed over positions sees all of them; what keeps them in their order passes.

        Raises:
            LayerError: channels and positions trade places, which one channel cannot show.
        """
        *terms, out = self.letters(*xs)
        views = [_view(line, term, x, out, y) for term, x in zip(terms, xs, strict=True)]

        def total(*inputs: Any) -> Any:
            return sum(view(x) for view, x in zip(views, inputs, strict=True) if x is not None)

        return total


class Matmul(Product, keyword="matmul"):
    """The matrix product of the last two axes, of all the matrices that there are (SAGAN, PointNet).

    >>> matmul, x = Matmul(transpose="first"), Tensor(32, (1024,))
    >>> y = matmul.output(x, x)
    >>> y.dims, matmul.operations(x, x, y=y).mac
    ((1024, 1024), 33554432)
    """

    source = "by definition: PyTorch's matmul, of matrices in batches; Wang et al. 2018; Zhang et al. 2019"

    transpose: str = choice(
        "which input is turned over, its last two axes swapped", ["none", "first", "second", "both"], default="none"
    )

    def letters(self, *xs: Tensor) -> tuple[str, str, str]:
        batch = "BCDEFG"[: len(xs[0].dims) - 2]
        first = batch + ("ki" if self.transpose in ("first", "both") else "ik")
        second = batch + ("jk" if self.transpose in ("second", "both") else "kj")
        return first, second, batch + "ij"

    def check(self, *xs: Tensor) -> None:
        super().check(*xs)
        for x in xs:
            if len(x.dims) < _OPERANDS:
                hint = f"`reshape: [1, {x.channels}]` makes it a row; `einsum` takes it as it is"
                raise LayerError(f"`matmul` multiplies matrices, and {x} has one axis beside the batch", hint=hint)
        first, second = xs
        if len(first.dims) != len(second.dims):
            message = f"`matmul` multiplies {first} by {second}, which have unlike numbers of axes"
            raise LayerError(message, hint="`reshape` gives one of them another axis")
        self._refuse_unlike(first, second)

    def _refuse_unlike(self, first: Tensor, second: Tensor) -> None:
        """Raise a LayerError where rows and columns, or the numbers of matrices, do not meet."""
        left, right, _ = self.letters(first, second)
        columns, rows = first.dims[left.index("k")], second.dims[right.index("k")]
        if columns != rows:
            turned = "" if self.transpose == "none" else f", {self.transpose} transposed"
            message = f"`matmul` multiplies {first} by {second}{turned}: {columns} columns and {rows} rows do not meet"
            raise LayerError(message, hint="`transpose: first`, `second` or `both` swaps rows and columns")
        if any(a != b and 1 not in (a, b) for a, b in zip(first.dims[:-2], second.dims[:-2], strict=True)):
            raise LayerError(f"`matmul` multiplies {first} by {second}: unlike numbers of matrices")

    def output(self, *xs: Tensor) -> Tensor:
        """Rows of the first and columns of the second, and as many matrices as the larger has."""
        return _shaped(self.letters(*xs), *xs)

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """A multiply-accumulate for every element of the output and every column of the first."""
        first, _, _ = self.letters(*xs)
        return Operations(mac=y.elements * xs[0].dims[first.index("k")])

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        turns = [self.transpose in (which, "both") for which in ("first", "second")]
        one, other = (views.swap(tape, x, -2, -1) if is_turned else x for x, is_turned in zip(xs, turns, strict=True))
        return products.matmul(tape, one, other)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        swap = [self.transpose in (which, "both") for which in ("first", "second")]

        def multiply(*inputs: Any) -> Any:
            return torch_of(nn).matmul(
                *[x.transpose(-2, -1) if is_turned else x for x, is_turned in zip(inputs, swap, strict=True)]
            )

        return multiply


class Einsum(Product, keyword="einsum"):
    """The product of two inputs along the axes that an equation names, as PyTorch's einsum (non-local blocks).

    >>> einsum, x, weights = Einsum(equation="bchw,bcd->bdhw"), Tensor(64, (14, 14)), Tensor(64, (32,))
    >>> y = einsum.output(x, weights)
    >>> y.dims, einsum.operations(x, weights, y=y).mac
    ((32, 14, 14), 401408)
    """

    source = "by definition: PyTorch's einsum, which runs it as one product of matrices in batches"

    equation: str = equation("a letter for each axis of two inputs and of the output, first that of the batch")

    def letters(self, *xs: Tensor) -> tuple[str, str, str]:
        inputs, out = self.equation.split("->")
        first, second = inputs.split(",")
        return first[1:], second[1:], out[1:]

    def check(self, *xs: Tensor) -> None:
        super().check(*xs)
        *terms, _ = self.letters(*xs)
        sizes: dict[str, tuple[int, Tensor]] = {}
        for term, x in zip(terms, xs, strict=True):
            if len(term) != len(x.dims):
                message = (
                    f"`{self.equation}` has {len(term) + 1} letters for {x}, of {len(x.dims) + 1} axes with the batch"
                )
                raise LayerError(message, field="equation")
            for letter, size in zip(term, x.dims, strict=True):
                known, other = sizes.setdefault(letter, (size, x))
                if known != size:
                    message = f"`{letter}` of `{self.equation}` is {known} in {other} and {size} in {x}"
                    raise LayerError(message, field="equation")

    def output(self, *xs: Tensor) -> Tensor:
        """The sizes of the letters behind the arrow."""
        return _shaped(self.letters(*xs), *xs)

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """A multiply-accumulate for every combination of the axes; where nothing is summed, a multiplication.

        What stands in one input alone, and not in the output, is summed before: an addition for each element less.
        """
        first, second, out = self.letters(*xs)
        sizes = _sizes(first, second, *xs)
        used = [
            [letter for letter in term if letter in out or letter in other]
            for term, other in ((first, second), (second, first))
        ]
        before = sum(
            x.elements - product(sizes[letter] for letter in letters) for x, letters in zip(xs, used, strict=True)
        )
        summed = product(sizes[letter] for letter in first if letter in second and letter not in out)
        several = summed > 1
        return Operations(mac=y.elements * summed * several, mul=y.elements * (1 - several), add=before)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return products.einsum(tape, self.equation, *xs)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        return lambda *inputs: torch_of(nn).einsum(self.equation, *inputs)


def _sizes(first: str, second: str, x: Tensor, other: Tensor) -> dict[str, int]:
    """The size of each letter; the larger of two, since matrices are repeated along an axis of size 1."""
    sizes = dict(zip(first, x.dims, strict=True))
    for letter, size in zip(second, other.dims, strict=True):
        sizes[letter] = maximum(sizes[letter], size) if letter in sizes else size
    return sizes


def _shaped(letters: tuple[str, str, str], *xs: Tensor) -> Tensor:
    """The output with the axes of its letters, in a layout."""
    first, second, out = letters
    sizes = _sizes(first, second, *xs)
    dims = tuple([sizes[letter] for letter in out])
    if len(dims) == 1:
        return Tensor(dims[0], (), "flat")
    if xs[0].layout == "tokens" and len(dims) == len(xs[0].dims):
        return Tensor(dims[-1], dims[:-1], "tokens")
    return Tensor(dims[0], dims[1:])


def _contracted(term: str, x: Tensor, out: str, y: Tensor) -> Contracted:
    """Which of the output's axes each axis of an input is; none where it is summed, or repeated."""
    places = [out.find(letter) for letter in term]
    return Contracted(
        tuple(
            [
                place if place >= 0 and size == y.dims[place] else None
                for place, size in zip(places, x.dims, strict=True)
            ]
        )
    )


def _view(line: Line, term: str, x: Tensor, out: str, y: Tensor) -> Callable[[Any], Any]:
    """What one channel shows of an input."""
    positions, positions_out = _without_channel(term, x), _without_channel(out, y)
    if not set(positions) & set(out):
        return lambda lit: anything(lit, line.thin(y).dims)
    if x.layout == y.layout and list(positions) == list(positions_out) and x.spatial == y.spatial:
        return lambda lit: lit
    raise LayerError("channels and positions trade places, which one channel cannot show")


def _without_channel(letters: Sequence[str], x: Tensor) -> Sequence[str]:
    """The letters of the positions."""
    return letters[:-1] if x.layout == "tokens" else letters[1:]
