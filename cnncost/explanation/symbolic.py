"""The metrics on symbols: columns that hold the formulas of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.explanation.formulas import Formulas
from cnncost.metrics.analysis import Analysis, metric_called
from cnncost.metrics.metric import METRICS
from cnncost.records import NamedTuple
from cnncost.symbolic.domain import SYMBOLS
from cnncost.symbolic.expression import Expression, Value, evaluate
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.metrics.metric import Metric

    T = TypeVar("T")

BATCH, ITEM_SIZE = Symbol("B"), Symbol("b")


class Formula(NamedTuple):
    """A formula with the numbers of its letters."""

    value: Value
    """The formula itself; a number where it came to one."""
    numbers: dict[str, Any]
    """The number of each letter, and of some that it does not have."""
    meanings: dict[str, str]
    """What each of these letters stands for."""

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
            self.value.text(lambda name: found.setdefault(name) or name)
        return list(found)


class SymbolicFormulas:
    """The metrics of some nodes, with symbols for the numbers of their layers, of the batch and of the dtype.

    What only the whole network decides (what is trained, what needs a gradient) is taken from the numbers, and so is
    whether a figure that others are computed from is there at all: these write a letter for it.

    Args:
        numeric: the analysis of the whole graph.
        nodes: those to write formulas of.
    """

    def __init__(self, numeric: Analysis, nodes: Iterable[Node]) -> None:
        self.numeric = numeric
        self.nodes = tuple(nodes)
        known: dict[Any, Formulas] = {}
        self.formulas: list[Formulas] = []
        for node in self.nodes:
            if (node.layer, node.xs) not in known:
                known[node.layer, node.xs] = Formulas(node.layer, node.xs)
            self.formulas.append(known[node.layer, node.xs])
        symbolic = [
            node._replace(layer=formulas.layer, xs=formulas.xs, y=formulas.y)
            for node, formulas in zip(self.nodes, self.formulas, strict=True)
        ]
        self.analysis = Analysis(
            numeric.graph._replace(nodes=tuple(symbolic)),
            numeric.settings._replace(batch=BATCH),  # type: ignore[arg-type]
            SYMBOLS,
            item_size=ITEM_SIZE,
            whole=numeric,
            columns={metric.name: self._letters(metric) for metric in _lettered()},
        )

    def written(self, name: str) -> list[Value]:
        """The formula of a metric at every node; a number where it is one, ``None`` where there is no answer."""
        return list(metric_called(name).compute(self.analysis))

    def formula(self, place: int, value: Value) -> Formula:
        """A value in the letters of the node at `place`, with what they stand for."""
        formulas, settings = self.formulas[place], self.numeric.settings
        numbers: dict[str, Any] = {**formulas.numbers, "B": settings.batch, "b": settings.item_size}
        meanings = {**formulas.meanings, "B": "samples in the batch", "b": f"bytes of a number, {settings.dtype}"}
        for metric in _lettered():
            number = self.numeric.column(metric.name)[self.nodes[place].id]
            if number:
                numbers[metric.symbol], meanings[metric.symbol] = number, metric.meaning
        return Formula(value, numbers, meanings)

    def _letters(self, metric: Metric) -> list[Value]:
        """The metric's letter where it is not zero, and known."""
        values = self._of_nodes(self.numeric.column(metric.name))
        return [Symbol(metric.symbol) if value else value for value in values]

    def _of_nodes(self, values: Sequence[T]) -> list[T]:
        """Those of the values of the whole network that are of the nodes here."""
        return [values[node.id] for node in self.nodes]


def _lettered() -> list[Metric]:
    """The metrics that others are computed from."""
    return [metric for metric in METRICS.values() if metric.symbol]
