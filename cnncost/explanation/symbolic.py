"""The engine's passes on symbols: columns that hold the formulas of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.explanation.formulas import Formulas
from cnncost.graph.graph import Node
from cnncost.metrics.analysis import Analysis
from cnncost.metrics.metric import metric_called
from cnncost.settings import Settings
from cnncost.symbolic.symbols import Expression, Symbol, Value, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.layers.base.window import Reach

BATCH, ITEM_SIZE = Symbol("B"), Symbol("b")

_LETTERS = {
    "params": ("P", "parameters of the layer"),
    "trainable_params": ("P", "parameters of the layer"),
    "weight_gradient_flops": ("F_w", "FLOPs of the weight gradient"),
    "input_gradient_flops": ("F_x", "FLOPs of the input gradient"),
}
"""Figures that others are computed from: these write a letter where they read them."""


class Formula(NamedTuple):
    """A formula with the number of each of its letters, and what these stand for."""

    value: Value
    numbers: dict[str, Any]
    meanings: dict[str, str]

    @property
    def text(self) -> str:
        """In symbols."""
        return str(self.value).replace("-", "−")

    @property
    def substituted(self) -> str:
        """With numbers for the symbols."""
        return self.value.substituted(self.numbers) if isinstance(self.value, Expression) else self.text

    @property
    def result(self) -> int:
        """What it comes to."""
        return evaluate(self.value, self.numbers)

    @property
    def letters(self) -> list[str]:
        """The symbols in it, each once, in the order in which they are written."""
        found: dict[str, None] = {}
        if isinstance(self.value, Expression):
            self.value.text(lambda symbol: found.setdefault(symbol.name) or symbol.name)
        return list(found)


class SymbolicAnalysis(Analysis):
    """Some nodes of an analysis, with symbols for the numbers of their layers, of the batch and of the dtype.

    What decides whether something is counted at all (who owns weights, what is trained) is taken from the numbers.

    Args:
        numeric: the analysis of the whole graph.
        nodes: those to write formulas of.
    """

    def __init__(self, numeric: Analysis, nodes: Iterable[Node]) -> None:
        self.numeric = numeric
        self.formulas: list[Formulas] = []
        known: dict[Any, Formulas] = {}
        symbolic = []
        for node in nodes:
            if (node.layer, node.xs) not in known:
                known[node.layer, node.xs] = Formulas(node.layer, node.xs)
            self.formulas.append(known[node.layer, node.xs])
            symbolic.append(_SymbolicNode.of(node, self.formulas[-1]))
        settings = _SymbolicSettings(*numeric.settings)._replace(batch=BATCH)  # type: ignore[arg-type]
        super().__init__(numeric.graph._replace(nodes=tuple(symbolic)), settings)

    def column(self, name: str) -> Sequence[Any]:
        """The formulas of a metric, or a letter for it where other metrics are computed from it."""
        if name not in _LETTERS:
            return super().column(name)
        values = self.numeric.column(name)
        return [Symbol(_LETTERS[name][0]) if values[node.id] else values[node.id] for node in self.nodes]

    def written(self, name: str) -> list[Value]:
        """The formula of a metric at every node; a number where it is one, ``None`` where there is no answer."""
        return list(metric_called(name).compute(self))

    def formula(self, place: int, value: Value) -> Formula:
        """A value in the letters of the node at `place`, with what they stand for."""
        formulas, settings = self.formulas[place], self.numeric.settings
        numbers: dict[str, Any] = {**formulas.numbers, "B": settings.batch, "b": settings.item_size}
        meanings = {**formulas.meanings, "B": "samples in the batch", "b": f"bytes of a number, {settings.dtype}"}
        for name, (letter, meaning) in _LETTERS.items():
            number = self.numeric.column(name)[self.nodes[place].id]
            if number:
                numbers[letter], meanings[letter] = number, meaning
        return Formula(value, numbers, meanings)

    @property
    def trains_weights(self) -> list[bool]:
        trained = self.numeric.trains_weights
        return [trained[node.id] for node in self.nodes]

    @property
    def trained_upstream(self) -> list[bool]:
        upstream = self.numeric.trained_upstream
        return [upstream[node.id] for node in self.nodes]


class _SymbolicSettings(Settings):
    @property
    def item_size(self) -> Any:
        return ITEM_SIZE


class _SymbolicNode(Node):
    """A node in symbols, which knows from its numbers what it reads: some windows only numbers can say."""

    reached: tuple[Reach, ...]

    @classmethod
    def of(cls, node: Node, formulas: Formulas) -> _SymbolicNode:
        """The node of these formulas."""
        symbolic = cls(*node._replace(layer=formulas.layer, xs=formulas.xs, y=formulas.y))
        symbolic.reached = node.reach()
        return symbolic

    def reach(self) -> tuple[Reach, ...]:
        return self.reached
