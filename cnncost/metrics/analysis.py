"""What the metrics are computed from: a graph, the settings, and what several metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.footprint.running.step import run_step
from cnncost.footprint.settings import StepSettings
from cnncost.graph.gradients import depends_on_trained, reached, weights_reached
from cnncost.graph.graph import Node
from cnncost.layers.base.costs import Operations
from cnncost.metrics.metric import METRICS, Metric
from cnncost.settings import Settings
from cnncost.symbolic.domain import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.conventions import Convention
    from cnncost.footprint.running.record import Step
    from cnncost.graph.graph import Graph
    from cnncost.layers.base.window import Reach
    from cnncost.symbolic.domain import Domain

    T = TypeVar("T")


class Analysis:
    """A graph under given settings: metrics are computed from it, each once, when they are first asked for.

    The numbers of its tensors and layers may be integers, arrays of design points or symbols.

    Args:
        graph: the network, or some of its nodes where `whole` and `columns` say what only the whole network decides.
        settings: how it runs; the batch may be an array, or a symbol.
        domain: what its numbers are.
        item_size: bytes of one number, if that is not what the settings say.
        whole: the analysis of the whole network, which says what is trained and where a gradient comes.
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
        whole: Analysis | None = None,
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
        self._step: Step | None = None
        self._own = [(place, node) for place, node in enumerate(graph.nodes) if node.layer.is_own]
        self._whole = whole
        self._reads: list[tuple[bool, ...]] | None = None
        self._decided: dict[str, Sequence[int]] = {}
        self._found: dict[str, Any] = {}
        self._models, self._model_of = _models(graph.nodes)

    def column(self, name: str) -> Sequence[int | None]:
        """The values of a metric, one per node.

        Raises:
            KeyError: there is no such metric.
        """
        if name not in self._columns:
            metric = metric_called(name)
            values = metric.compute(self)
            gaps = self._gaps(metric)
            if gaps:
                values = [None if place in gaps else value for place, value in enumerate(values)]
            self._columns[name] = values
        return self._columns[name]

    def known(self, name: str) -> list[int]:
        """The values of a metric, and 0 in its gaps: for metrics that have the same."""
        return [0 if value is None else value for value in self.column(name)]

    def at_least(self, node: Node) -> dict[str, int]:
        """What is known all the same of the metrics that have a gap where a layer leaves something unsaid."""
        if not (node.layer.is_own or self.perhaps_trained_upstream[node.id]):
            return {}
        known: dict[str, int] = {}
        for metric in METRICS.values():
            if (metric.needs or metric.parts) and self.column(metric.name)[node.id] is None:
                parts = metric.parts(self.settings) if metric.parts else ()
                known[metric.name] = sum([self.column(part)[node.id] or 0 for part in parts])
        return known

    def _gaps(self, metric: Metric) -> set[int]:
        """Where layers do not say what the metric is computed from, unless it is zero all the same."""
        needs = set(metric.needs)
        return {place for place, node in self._own if needs & node.layer.unsaid and self._counts(metric, place, node)}

    def _counts(self, metric: Metric, place: int, node: Node) -> bool:
        """Whether a node may have something of a metric, whatever its layer says."""
        if metric.trained and not self.trains_weights[place]:
            return False
        return node.owns_weights if metric.stored else self.settings.training or not node.auxiliary

    def total(self, name: str) -> int | None:
        """All values of a metric as one; ``None`` where one of them has no answer.

        >>> from cnncost import load
        >>> Analysis(load("lenet5")).total("params")
        61706
        """
        return metric_called(name).totalled(self.column(name), self.domain)

    def once(self, name: str, find: Callable[[Analysis], T]) -> T:
        """What is found in an analysis and takes time: the first time it is asked for."""
        if name not in self._found:
            self._found[name] = find(self)
        found: T = self._found[name]
        return found

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
            self._model_operations = [node.batch_operations(self.batch, training) for node in self._models]
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
    def step(self) -> Step:
        """A step of training or of inference as it runs on CUDA.

        Raises:
            SpecError: the numbers are no integers.
        """
        if self._step is None:
            self.domain.refuse_unless_integers("the memory of a step")
            self._step = run_step(self.graph, self.step_settings)
        return self._step

    @property
    def step_settings(self) -> StepSettings:
        """How that step runs."""
        run = self.settings
        return StepSettings(run.mode, run.batch, run.dtype, run.amp, optimizer=run.optimizer)

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
        return self._decide("trains_weights", Analysis._find_trained)

    @property
    def trained_upstream(self) -> Sequence[int]:
        """How many of a node's inputs depend on trained weights, and so need a gradient."""
        return self._decide("trained_upstream", lambda it: depends_on_trained(it.graph, it.reads, it.trains_weights))

    @property
    def perhaps_trained_upstream(self) -> Sequence[bool]:
        """Whether it is not known how many of a node's inputs depend on trained weights."""
        return self._decide("perhaps_trained_upstream", Analysis._find_perhaps_trained)

    @property
    def gets_gradient(self) -> Sequence[bool]:
        """Whether a gradient of the outputs that run reaches a node: not where only its shape is read."""
        return self._decide("gets_gradient", lambda it: reached(it.graph, it.reads, training=it.settings.training))

    @property
    def weights_get_gradient(self) -> Sequence[bool]:
        """Whether training gives a gradient to the weights of a node, here or where another node uses them too."""
        return self._decide("weights_get_gradient", lambda it: weights_reached(it.graph, it.reads, it.trains_weights))

    @property
    def reads(self) -> list[tuple[bool, ...]]:
        """Of which inputs every node reads the numbers."""
        if self._reads is None:
            self._reads = self.each(lambda node: node.reads)
        return self._reads

    def _decide(self, name: str, find: Callable[[Analysis], Sequence[int]]) -> Sequence[Any]:
        """What only the whole network decides of every node, found once."""
        if name not in self._decided:
            whole = self._whole
            self._decided[name] = find(self) if whole is None else [getattr(whole, name)[n.id] for n in self.nodes]
        return self._decided[name]

    def _find_trained(self) -> list[bool]:
        return [
            exists and (self.nodes[node.weights] if node.weights >= 0 else node).trainable
            for node, exists in zip(self.nodes, self.each(self._has_parameters), strict=True)
        ]

    def _find_perhaps_trained(self) -> list[bool]:
        """Where it depends on layers that do not say whether they have parameters."""
        open_ = {place for place, node in self._own if "parameters" in node.layer.unsaid}
        if not open_:
            return [False] * len(self.nodes)
        surely = [trains and place not in open_ for place, trains in enumerate(self.trains_weights)]
        counts = depends_on_trained(self.graph, self.reads, surely)
        return [sure != most for sure, most in zip(counts, self.trained_upstream, strict=True)]

    def _has_parameters(self, node: Node) -> bool:
        return "parameters" in node.layer.unsaid or self.domain.exists(node.parameters())


def metric_called(name: str) -> Metric:
    """The metric of that name, also one that is computed only when somebody asks for it.

    Raises:
        KeyError: there is no such metric.
    """
    if name in METRICS:
        return METRICS[name]
    from cnncost.metrics.step_memory import STEP_METRICS  # which is computed from an analysis

    if name in STEP_METRICS:
        return STEP_METRICS[name]
    from cnncost.metrics.convolution_algorithms import ALGORITHM_METRICS  # only those who ask for them pay

    return ALGORITHM_METRICS[name]


def _models(nodes: Sequence[Node]) -> tuple[Sequence[Node], Sequence[int]]:
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
