"""A graph as the steps that are compared: one a layer, without what only hands on numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.layers.shapes.extent import Pad
from cnncost.records import NamedTuple
from cnncost.verification.comparison.forms import CONCAT, PERMUTE, RESHAPE, Form, forms_of, is_symmetric, without_ones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node


class Step(NamedTuple):
    """A layer as it is compared."""

    node: Node
    """The layer that it stands for, or is a part of."""
    form: Form
    """What it does."""
    reads: tuple[int, ...]
    """Places of the steps that it reads; sorted where their order makes no difference."""
    shape: tuple[int, ...]
    """Sizes of a sample of what it gives, without those that are 1."""
    symmetric: bool = False
    """Whether the order of what it reads makes no difference."""
    shares: int | None = None
    """The step whose weights it uses, where they are not its own."""

    @property
    def kind(self) -> str:
        """The layer type."""
        return self.form.kind


class Steps(NamedTuple):
    """A network as it is compared: what its outputs need in inference, each behind what it reads."""

    steps: tuple[Step, ...]
    """Inputs first."""
    outputs: tuple[int, ...]
    """Places of those that are outputs."""


def steps_of(graph: Graph) -> Steps:
    """The steps of a network.

    >>> from cnncost.language.load import load
    >>> [step.kind for step in steps_of(load("lenet5")).steps][:4]
    ['input', 'conv', 'tanh', 'avgpool']
    """
    making = _Making(graph)
    for node in graph.nodes:
        if not node.auxiliary:
            making.add(node)
    return _needed(_regrouped(making.steps), [making.given[end] for end in graph.outputs])


class _Making:
    """The steps so far, and which of them gives the numbers of a node."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Step] = []
        self.given: dict[int, int] = {}

    def add(self, node: Node) -> None:
        """Add the steps of a node."""
        if node.layer is INPUT:
            place = self.graph.inputs.index(node.id)
            self.given[node.id] = self._append(Step(node, Form("input", (("place", place),)), (), node.y.dims))
            return
        reads = tuple([self.given[read] for read in node.inputs])
        for form in forms_of(node):
            reads = (self._part(node, form, reads),)
        self.given[node.id] = reads[0]

    def _part(self, node: Node, form: Form, reads: tuple[int, ...]) -> int:
        if form.kind == RESHAPE:
            return self._reshaped(node, form, reads[0])
        learned = [self._append(Step(node, each, (), dict(each.fields)["shape"])) for each in form.adds]
        reads = (*learned, *reads)
        form, reads = self._with_padding(form._replace(adds=()), reads)
        shape = without_ones(node.y.dims)
        if form.kind == PERMUTE:
            before = without_ones(self.steps[reads[0]].shape)
            shape = tuple([before[axis] for axis in dict(form.fields)["axes"]])
        symmetric = is_symmetric(node.layer) or (bool(learned) and form.kind != CONCAT)
        shares = None if node.owns_weights else self.given.get(node.weights)
        return self._append(Step(node, form, reads, shape, symmetric, shares))

    def _append(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def _reshaped(self, node: Node, form: Form, read: int) -> int:
        """The same numbers in other axes: only the last of several such steps counts, and only if it changes any."""
        while self.steps[read].kind == RESHAPE:
            read = self.steps[read].reads[0]
        size = dict(form.fields)["size"]
        if size == without_ones(self.steps[read].shape):
            return read
        return self._append(Step(node, form, (read,), size))

    def _with_padding(self, form: Form, reads: tuple[int, ...]) -> tuple[Form, tuple[int, ...]]:
        """A convolution with the zeros that a layer of their own has put around its input."""
        fields = dict(form.fields)
        if form.kind != "conv" or fields.get("padding_mode", "zeros") != "zeros":
            return form, reads
        before = self.steps[reads[0]]
        if type(before.node.layer) is not Pad:
            return form, reads
        both = zip(fields["padding"], before.node.layer.before_after, strict=True)
        fields["padding"] = tuple([(own[0] + added[0], own[1] + added[1]) for own, added in both])
        return form._replace(fields=tuple(fields.items())), before.reads


def _regrouped(steps: Sequence[Step]) -> list[Step]:
    """The steps with joins of joins as one join: a + (b + c), where nothing else reads b + c; and concatenations."""
    readers = Counter(read for step in steps for read in step.reads)
    joined: list[Step] = []

    def parts(step: Step, read: int) -> tuple[int, ...]:
        inner = joined[read]
        alike = inner.form == step.form and (step.kind == CONCAT or (step.symmetric and readers[read] == 1))
        return inner.reads if alike else (read,)

    for step in steps:
        reads = [part for read in step.reads for part in parts(step, read)]
        joined.append(step._replace(reads=tuple(reads)))
    return joined


def _needed(steps: Sequence[Step], outputs: Sequence[int]) -> Steps:
    """What the outputs need, and the inputs."""
    needed = {*outputs}
    for place in reversed(range(len(steps))):
        if place in needed:
            needed.update(steps[place].reads)
    kept = [place for place, step in enumerate(steps) if place in needed or step.kind == "input"]
    places = {old: new for new, old in enumerate(kept)}
    return Steps(
        tuple(_moved(steps[old], places) for old in kept), tuple(dict.fromkeys(places[end] for end in outputs))
    )


def _moved(step: Step, places: dict[int, int]) -> Step:
    reads = [places[read] for read in step.reads]
    shares = None if step.shares is None else places.get(step.shares)
    return step._replace(reads=tuple(sorted(reads) if step.symmetric else reads), shares=shares)
