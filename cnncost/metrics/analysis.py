"""What the metrics are computed from: a graph, the settings, and what several metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.graph.graph import Node
from cnncost.layers.base.costs import Operations
from cnncost.metrics.metric import METRICS, Metric
from cnncost.settings import Settings
from cnncost.symbolic.domain import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph
    from cnncost.layers.base.window import Reach
    from cnncost.symbolic.domain import Domain

    T = TypeVar("T")


class Analysis:
    """A graph under given settings: metrics are computed from it, each once, when they are first asked for.

    The numbers of its tensors and layers may be integers, arrays of design points or symbols.

    Args:
        graph: the network, or some of its nodes where `trains_weights`, `trained_upstream` and `columns` say what only
            the whole network decides.
        settings: how it runs; the batch may be an array, or a symbol.
        domain: what its numbers are.
        item_size: bytes of one number, if that is not what the settings say.
        trains_weights: whether a node uses weights that are trained, for every node; computed unless it is given.
        trained_upstream: whether a node's input depends on trained weights; likewise.
        columns: the values of metrics that are known already.

    >>> from cnncost.graph.graph import Graph
    >>> Analysis(Graph("empty", (), (), ())).column("macs")
    []
    """

    def __init__(
        self,
        graph: Graph,
        settings: Settings = Settings(),
        domain: Domain = INTEGERS,
        *,
        item_size: Any = None,
        trains_weights: Sequence[bool] | None = None,
        trained_upstream: Sequence[bool] | None = None,
        columns: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        self.graph = graph
        self.settings = settings
        self.domain = domain
        self.nodes = graph.nodes
        self.batch = settings.batch
        self.item_size: int = settings.item_size if item_size is None else item_size
        self._columns: dict[str, Sequence[int | None]] = {**(columns or {})}
        self._operations: list[Operations] | None = None
        self._model_operations: list[Operations] | None = None
        self._reaches: list[tuple[Reach, ...]] | None = None
        self._trains_weights = trains_weights
        self._trained_upstream = trained_upstream
        self._models, self._model_of = _models(graph.nodes, domain)

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

    def total(self, name: str) -> int | None:
        """All values of a metric as one; ``None`` where one of them has no answer.

        >>> from cnncost import load
        >>> Analysis(load("lenet5")).total("params")
        61706
        """
        return metric_called(name).totalled(self.column(name), self.domain)

    def each(self, formula: Callable[[Node], T]) -> list[T]:
        """A formula at every node, evaluated once for all nodes of the same layer and shapes.

        The formula must look at nothing else of the node: not its name, its place or whose weights it uses.
        """
        values = [formula(node) for node in self._models]
        return [values[model] for model in self._model_of]

    def each_counted(self, formula: Callable[[Node, Operations], T]) -> list[T]:
        """The same of a formula that reads a node's operations too, for the whole batch and as if every node ran."""
        if self._model_operations is None:
            training = self.settings.training
            self._model_operations = [node.operations(training).times(self.batch) for node in self._models]
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
        """What an output unit of every node reads of each input.

        Raises:
            SpecError: the numbers are no integers.
        """
        if self._reaches is None:
            self.domain.refuse_unless_integers("receptive fields")
            self._reaches = self.each(Node.reach)
        return self._reaches

    @property
    def trains_weights(self) -> Sequence[bool]:
        """Whether a node uses weights that are trained, its own or another's."""
        if self._trains_weights is None:
            self._trains_weights = [
                exists and (self.nodes[node.weights] if node.weights >= 0 else node).trainable
                for node, exists in zip(self.nodes, self.each(self._has_parameters), strict=True)
            ]
        return self._trains_weights

    @property
    def trained_upstream(self) -> Sequence[bool]:
        """Whether a node's input depends on trained weights, and so needs a gradient."""
        if self._trained_upstream is None:
            depends: list[bool] = []
            upstream: list[bool] = []
            reads = self.each(lambda node: node.reads)
            for node, read, trained in zip(self.nodes, reads, self.trains_weights, strict=True):
                upstream.append(any(depends[i] for i, is_read in zip(node.inputs, read, strict=True) if is_read))
                depends.append(trained or upstream[-1])
            self._trained_upstream = upstream
        return self._trained_upstream

    def _has_parameters(self, node: Node) -> bool:
        return self.domain.exists(node.parameters())


def metric_called(name: str) -> Metric:
    """The metric of that name, also one that is computed only when somebody asks for it.

    Raises:
        KeyError: there is no such metric.
    """
    if name in METRICS:
        return METRICS[name]
    from cnncost.metrics.convolution_algorithms import ALGORITHM_METRICS  # only those who ask for them pay

    return ALGORITHM_METRICS[name]


def _models(nodes: Sequence[Node], domain: Domain) -> tuple[Sequence[Node], Sequence[int]]:
    """One node of each layer and shapes, and for every node which of them it is like."""
    if not domain.hashable:
        return nodes, range(len(nodes))
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
