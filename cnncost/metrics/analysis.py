"""What the metrics are computed from: a graph, the settings, and what several metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.graph.graph import Node
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.window import Reads
from cnncost.metrics.metric import metric_called
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph
    from cnncost.layers.base.window import Reach

    T = TypeVar("T")


class Analysis:
    """A graph under given settings: metrics are computed from it, each once, when they are first asked for.

    >>> from cnncost.graph.graph import Graph
    >>> Analysis(Graph("empty", (), (), ())).column("macs")
    []
    """

    def __init__(self, graph: Graph, settings: Settings = Settings()) -> None:
        self.graph = graph
        self.settings = settings
        self.nodes = graph.nodes
        self._columns: dict[str, Sequence[int | None]] = {}
        self._operations: list[Operations] | None = None
        self._model_operations: list[Operations] | None = None
        self._reaches: list[tuple[Reach, ...]] | None = None
        self._trained_upstream: list[bool] | None = None
        self._models, self._model_of = _models(graph.nodes)

    def column(self, name: str) -> Sequence[int | None]:
        """The values of a metric, one per node.

        Raises:
            KeyError: there is no such metric.
        """
        if name not in self._columns:
            self._columns[name] = metric_called(name).compute(self)
        return self._columns[name]

    def known(self, name: str) -> list[int]:
        """The values of a metric that has one at every node."""
        return [value for value in self.column(name) if value is not None]

    def each(self, formula: Callable[[Node], T]) -> list[T]:
        """A formula at every node, evaluated once for all nodes of the same layer and shapes.

        The formula must look at nothing else of the node: not its name, its place or whose weights it uses.
        """
        values = [formula(node) for node in self._models]
        return [values[model] for model in self._model_of]

    def each_counted(self, formula: Callable[[Node, Operations], T]) -> list[T]:
        """The same of a formula that reads a node's operations too, for the whole batch and as if every node ran."""
        if self._model_operations is None:
            batch, training = self.settings.batch, self.settings.training
            self._model_operations = [node.operations(training).times(batch) for node in self._models]
        values = list(map(formula, self._models, self._model_operations))
        return [values[model] for model in self._model_of]

    def running(self, values: Sequence[T]) -> list[T | int]:
        """`values`, and zero for the nodes that do not run: auxiliary heads in inference."""
        if self.settings.training or not self.graph.auxiliary:
            return list(values)
        return [0 if node.auxiliary else value for node, value in zip(self.nodes, values, strict=True)]

    @property
    def convention(self) -> Convention:
        """The rule by which operations become FLOPs."""
        return self.settings.convention

    @property
    def operations(self) -> list[Operations]:
        """Operations of every node's forward pass, for the whole batch; none where a node does not run."""
        if self._operations is None:
            operations = self.each_counted(lambda _, counted: counted)
            if not self.settings.training:
                nothing = Operations()
                pairs = zip(self.nodes, operations, strict=True)
                operations = [nothing if node.auxiliary else count for node, count in pairs]
            self._operations = operations
        return self._operations

    @property
    def reaches(self) -> list[tuple[Reach, ...]]:
        """What an output unit of every node reads of each input."""
        if self._reaches is None:
            self._reaches = self.each(Node.reach)
        return self._reaches

    @property
    def trains_weights(self) -> list[bool]:
        """Whether a node uses weights that are trained, its own or another's."""
        return [
            count > 0 and (self.nodes[node.weights] if node.weights >= 0 else node).trainable
            for node, count in zip(self.nodes, self.each(Node.parameters), strict=True)
        ]

    @property
    def trained_upstream(self) -> list[bool]:
        """Whether a node's input depends on trained weights, and so needs a gradient."""
        if self._trained_upstream is None:
            depends: list[bool] = []
            upstream: list[bool] = []
            for node, reaches, trained in zip(self.nodes, self.reaches, self.trains_weights, strict=True):
                reads = zip(node.inputs, reaches, strict=True)
                upstream.append(any(depends[i] for i, reach in reads if reach is not Reads.NOTHING))
                depends.append(trained or upstream[-1])
            self._trained_upstream = upstream
        return self._trained_upstream


def _models(nodes: Sequence[Node]) -> tuple[list[Node], list[int]]:
    """One node of each layer and shapes, and for every node which of them it is like."""
    models: list[Node] = []
    known: dict[Any, int] = {}
    model_of = []
    for node in nodes:
        key = (node.layer, node.xs, node.y)
        if key not in known:
            known[key] = len(models)
            models.append(node)
        model_of.append(known[key])
    return models, model_of
