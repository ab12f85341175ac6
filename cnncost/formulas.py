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

from cnncost.graph import Node
from cnncost.layers.fields import Count, Numbers, Padding, Reference, Sizes
from cnncost.layers.tensor import Tensor
from cnncost.symbols import Expression, Symbol, Value, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.conventions import Convention
    from cnncost.layers.base import Layer
    from cnncost.layers.fields import Field
    from cnncost.layers.tensor import Buffers, GradientMacs, Operations, Reach

_AXES = {1: "L", 2: "HW", 3: "DHW"}
"""Sizes of a map of one, two and three axes; in small letters they are the indices of what has a number per axis."""

_DIVISORS = frozenset({"groups", "heads", "factor"})
"""Fields that divide what is divided by them: their layers refuse everything else."""

_PLACES = frozenset({"axes"})
"""Fields that say which, not how many: they stay numbers."""


class Formulas:
    """The formulas of one layer at one place, in symbols.

    Attributes:
        layer, xs, y: the layer, its inputs and its output, symbols for numbers.
        numbers: the number of every symbol.
        output: the output's dimensions as formulas of the inputs', where `y` may name a size by a letter of its own.
    """

    def __init__(self, layer: Layer, xs: Sequence[Tensor]) -> None:
        self.numbers: dict[str, int] = {}
        self._spatial = tuple(xs[0].spatial) if xs and xs[0].layout == "map" else ()
        self.layer = self._symbolic_layer(layer)
        follows = any(isinstance(field, Reference) and getattr(layer, name) for name, field in layer.fields.items())
        self.xs = self._inputs(xs, follows)
        if self.layer.output(*self.xs).channels != self.xs[0].channels:
            self._rename_channels()
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
        return convention.count(node, self.operations, batch=1, training=False)
