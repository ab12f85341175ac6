"""The formulas of a layer as text: its own methods, run with symbols in place of numbers.

>>> from cnncost.layers import REGISTRY, Tensor
>>> conv = REGISTRY["conv"].make({"out": 128, "kernel": 3, "padding": 1}, rank=2)
>>> formulas = Formulas(conv, (Tensor(64, (56, 56)),))
>>> str(formulas.parameters), formulas.parameters.substituted(formulas.numbers)
('C_o·(C_i/g)·k² + C_o', '128·(64/1)·3² + 128')
>>> formulas.parameters.evaluate(formulas.numbers)
73856
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import Node
from cnncost.layers.base.choices import Reference
from cnncost.layers.base.fields import Count, Numbers, Padding, Sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.conventions import Convention
    from cnncost.layers.base.costs import Buffers, GradientMacs, Operations
    from cnncost.layers.base.fields import Field
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.window import Reach
    from cnncost.symbolic.expression import Value

_AXES = {1: "L", 2: "HW", 3: "DHW"}
"""Sizes of a map of one, two and three axes; in small letters they are the indices of what has a number per axis."""

_SIZES = {"C": "channels", "H": "height", "W": "width", "D": "depth", "L": "length", "T": "tokens"}
"""What sizes of inputs and outputs are called, by their first letter."""


class Letters:
    """The letters that stand for the numbers of one layer at one place.

    Attributes:
        fields: the layer's, with symbols for numbers. xs: its inputs, in the same way.
        numbers: the number of every symbol. meanings: what every symbol stands for.
    """

    def __init__(self, layer: Layer, xs: Sequence[Tensor]) -> None:
        self.numbers: dict[str, int] = {}
        self.meanings: dict[str, str] = {}
        own = layer.is_own
        self.fields = {} if own else {name: self._field(each, getattr(layer, name)) for name, each in _fields(layer)}
        follows = any(isinstance(field, Reference) and getattr(layer, name) for name, field in _fields(layer))
        self.xs = self._inputs(layer, xs, follows)

    def _symbol(self, name: str, number: int, meaning: str, *, divides: bool = False) -> Symbol:
        known = self.numbers.setdefault(name, number)
        assert known == number, f"{name} stands for two numbers"
        self.meanings.setdefault(name, meaning)
        return Symbol(name, divides=divides)

    def _field(self, field: Field, value: Any) -> Any:
        """A field's value with a symbol for each of its numbers; flags, words and absent values stay."""
        letter = field.symbol or field.name
        if value is None or isinstance(value, str) or field.indexes:
            return value
        if isinstance(field, Padding):
            return self._padding(letter, value, field.about)
        if isinstance(field, Sizes):
            return self._per_axis(letter, value, field.about)
        if isinstance(field, Numbers):
            return tuple(
                self._symbol(f"{letter}_{place}", number, f"{field.about}, number {place}")
                for place, number in enumerate(value, 1)
            )
        if isinstance(field, Count):
            return self._symbol(letter, value, field.about, divides=field.divides)
        return value

    def _per_axis(self, letter: str, sizes: tuple[int, ...], about: str) -> tuple[Symbol, ...]:
        """One letter where all axes have the same number, as in k², else one with the axis behind it, k_h and k_w."""
        if len(set(sizes)) == 1:
            return (self._symbol(letter, sizes[0], about),) * len(sizes)
        return tuple(
            self._symbol(f"{letter}_{axis.lower()}", size, f"{about}, along {axis}")
            for axis, size in zip(_axes(len(sizes)), sizes, strict=True)
        )

    def _padding(
        self, letter: str, pairs: tuple[tuple[int, int], ...], about: str
    ) -> tuple[tuple[Symbol, Symbol], ...]:
        """As per axis, with 1 and 2 for before and after where these differ."""
        if all(before == after for before, after in pairs):
            befores = tuple(before for before, _ in pairs)
            return tuple((symbol, symbol) for symbol in self._per_axis(letter, befores, about))
        index = "" if "_" in letter else "_"
        axes = [""] * len(pairs) if len(set(pairs)) == 1 else [f"{axis.lower()}" for axis in _axes(len(pairs))]
        return tuple(
            (
                self._symbol(f"{letter}{index}{axis}1", before, f"{about}, before"),
                self._symbol(f"{letter}{index}{axis}2", after, f"{about}, after"),
            )
            for axis, (before, after) in zip(axes, pairs, strict=True)
        )

    def _inputs(self, layer: Layer, xs: Sequence[Tensor], follows: bool) -> tuple[Tensor, ...]:
        """The inputs, with letters of their own where their sizes differ; the last may be there for its size only."""
        read = xs[:-1] if follows else xs
        alike = all((x.layout, len(x.dims)) == (xs[0].layout, len(xs[0].dims)) for x in read)
        channels = "C_i" if "out" in layer.fields else "C"
        inputs = []
        for number, x in enumerate(xs, 1):
            whose = "the input" if len(read) == 1 else f"input {number}"
            if follows and number == len(xs):
                whose = "the step whose size is taken"
            letters = [channels, *(["T"] if x.layout == "tokens" else _axes(len(x.spatial)))]
            if follows and number == len(xs):
                letters = [f"{letter}_like" for letter in letters]
            elif len(read) > 1:
                same = [alike and len({other.dims[axis] for other in read}) == 1 for axis in _order(x)]
                letters = [letter if same[axis] else f"{letter}_{number}" for axis, letter in enumerate(letters)]
                whose = "every input" if all(same) else whose
            symbols = [
                self._symbol(letter, size, f"{_SIZES.get(letter[:1], 'size')} of {whose}")
                for letter, size in zip(letters, (x.channels, *x.spatial), strict=True)
            ]
            inputs.append(Tensor(symbols[0], tuple(symbols[1:]), x.layout))  # type: ignore[arg-type]
        return tuple(inputs)


class Formulas(Letters):
    """The formulas of one layer at one place, in symbols.

    Attributes:
        layer, y: the layer and its output, symbols for numbers.
        output: the output's dimensions as formulas of the inputs', where `y` may name a size by a letter of its own.
    """

    def __init__(self, layer: Layer, xs: Sequence[Tensor]) -> None:
        super().__init__(layer, xs)
        self.layer = layer if layer.is_own else type(layer)(**self.fields)
        self.output = self.layer.output(*self.xs)
        self.y = self._named_output(layer.output(*xs))

    @cached_property
    def parameters(self) -> Value:
        """Trainable elements."""
        return self.layer.parameters(*self.xs)

    @cached_property
    def buffers(self) -> Buffers:
        """Stored elements that are not trained."""
        return self.layer.buffers(*self.xs)

    @cached_property
    def operations(self) -> Operations:
        """Operations of one sample's forward pass, by kind."""
        return self.layer.operations(*self.xs, y=self.y)

    @cached_property
    def training_operations(self) -> Operations:
        """The same in training."""
        return self.layer.training_operations(*self.xs, y=self.y)

    def weight_operations(self, *, training: bool) -> Operations:
        """Operations on the weights alone, once a pass whatever the batch."""
        return self.layer.weight_operations(*self.xs, training=training)

    @cached_property
    def gradient_macs(self) -> GradientMacs:
        """Multiply-accumulates of the backward pass."""
        return self.layer.gradient_macs(*self.xs, y=self.y)

    @cached_property
    def column_elements(self) -> Value:
        """Elements of the im2col matrix."""
        return self.layer.column_elements(*self.xs, y=self.y)

    @cached_property
    def index_elements(self) -> Value:
        """Positions of maxima that backward needs."""
        return self.layer.index_elements(*self.xs, y=self.y)

    @cached_property
    def reach(self) -> tuple[Reach, ...] | None:
        """What an output unit reads of each input; ``None`` where only numbers say it (fractions, phases)."""
        try:
            return self.layer.reach(*self.xs, y=self.y)
        except TypeError:
            return None

    def flops(self, convention: Convention) -> Value:
        """What one sample's forward pass counts under a convention."""
        node = Node(0, "", self.layer, (), self.xs, self.y)
        return convention.count(node, node.batch_operations(1, training=False), batch=1, training=False)

    def _named_output(self, y: Tensor) -> Tensor:
        """The output, with a letter of its own for every size of a map that is more than one symbol."""
        if self.output.layout != "map":
            return self.output
        axes = zip(_axes(len(y.spatial)), self.output.spatial, y.spatial, strict=True)
        spatial = tuple(
            size
            if isinstance(size, (Symbol, int))
            else self._symbol(f"{letter}_o", number, f"{_SIZES.get(letter, 'size')} of the output")
            for letter, size, number in axes
        )
        return self.output._replace(spatial=spatial)


def output_letters(y: Tensor) -> dict[str, int]:
    """The letters that sizes of a map that is written may have, with their numbers.

    >>> output_letters(Tensor(64, (56, 28)))
    {'H_o': 56, 'W_o': 28}
    """
    return {f"{letter}_o": size for letter, size in zip(_axes(len(y.spatial)), y.spatial, strict=True)}


def _fields(layer: Layer) -> Iterable[tuple[str, Field]]:
    return layer.fields.items()


def _axes(rank: int) -> Sequence[str]:
    return _AXES.get(rank) or [f"S{axis}" for axis in range(1, rank + 1)]


def _order(x: Tensor) -> list[int]:
    """Where PyTorch's dimensions hold the channels, and then the positions."""
    return [len(x.dims) - 1, *range(len(x.dims) - 1)] if x.layout == "tokens" else list(range(len(x.dims)))
