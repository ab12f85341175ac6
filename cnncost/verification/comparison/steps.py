"""A graph as the steps that are compared: one a layer, without what only hands on numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.layers.activation import Elementwise
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
    ends = [making.in_order(making.given[end]) for end in graph.outputs]
    return _needed(_regrouped(making.steps), ends)


class _Value(NamedTuple):
    """What a node gives: the numbers of a step, maybe with their axes in another order."""

    step: int
    """The step."""
    axes: tuple[int, ...] = ()
    """Which axis of the step comes first, second and so on, of those longer than 1; empty where they are in order."""
    node: Node | None = None
    """The layer that put them in that order."""


class _Making:
    """The steps so far, and which of them gives the numbers of a node.

    Axes in another order are a step only where that makes a difference: not for a function of single elements, and
    not for what works along an axis, which is that of the numbers as they were before.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Step] = []
        self.given: dict[int, _Value] = {}

    def add(self, node: Node) -> None:
        """Add the steps of a node."""
        if node.layer is INPUT:
            place = self.graph.inputs.index(node.id)
            self.given[node.id] = self._append(Step(node, Form("input", (("place", place),)), (), node.y.dims))
            return
        reads = [self.given[read] for read, is_read in zip(node.inputs, node.reads, strict=True) if is_read]
        for form in forms_of(node):
            reads = [self._part(node, form, reads)]
        self.given[node.id] = reads[0]

    def in_order(self, value: _Value) -> int:
        """The step that gives a value with its axes in order."""
        if not value.axes or value.node is None:
            return value.step
        form = Form(PERMUTE, (("axes", value.axes),))
        return self._append(Step(value.node, form, (value.step,), self._sizes(value))).step

    def _part(self, node: Node, form: Form, reads: list[_Value]) -> _Value:
        if form.kind == RESHAPE:
            return self._reshaped(node, form, reads[0])
        if form.kind == PERMUTE:
            return self._permuted(node, form, reads[0])
        learned = [self._append(Step(node, each, (), dict(each.fields)["shape"])) for each in form.adds]
        symmetric = is_symmetric(node.layer) or (bool(learned) and form.kind != CONCAT)
        shares = None if node.owns_weights or node.weights not in self.given else self.given[node.weights].step
        form, shape = form._replace(adds=()), without_ones(node.y.dims)
        if not learned and _keeps_axes(node, form, reads):
            axes = reads[0].axes
            stored = tuple([shape[axes.index(place)] for place in range(len(shape))])
            places = tuple([read.step for read in reads])
            step = Step(node, _along(form, axes), places, stored, symmetric, shares)
            return self._append(step)._replace(axes=axes, node=reads[0].node)
        form, places = self._with_padding(form, tuple([self.in_order(read) for read in (*learned, *reads)]))
        return self._append(Step(node, form, places, shape, symmetric, shares))

    def _append(self, step: Step) -> _Value:
        self.steps.append(step)
        return _Value(len(self.steps) - 1)

    def _sizes(self, value: _Value) -> tuple[int, ...]:
        """Sizes of a value, in its order of the axes, without those that are 1."""
        sizes = without_ones(self.steps[value.step].shape)
        return tuple([sizes[axis] for axis in value.axes]) if value.axes else sizes

    def _permuted(self, node: Node, form: Form, read: _Value) -> _Value:
        moved = dict(form.fields)["axes"]
        axes = tuple([read.axes[axis] for axis in moved]) if read.axes else moved
        return _Value(read.step) if axes == tuple(range(len(axes))) else _Value(read.step, axes, node)

    def _reshaped(self, node: Node, form: Form, read: _Value) -> _Value:
        """The same numbers in other axes: only the last of several such steps counts, and only if it changes any."""
        size = dict(form.fields)["size"]
        if size == self._sizes(read):
            return read
        step = self.in_order(read)
        while self.steps[step].kind == RESHAPE:
            step = self.steps[step].reads[0]
        if size == without_ones(self.steps[step].shape):
            return _Value(step)
        return self._append(Step(node, form, (step,), size))

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


def _keeps_axes(node: Node, form: Form, reads: Sequence[_Value]) -> bool:
    """Whether a layer does the same in any order of the axes, which all that it reads has in the same one."""
    axes = {read.axes for read in reads}
    if len(axes) != 1 or axes == {()} or any(len(without_ones(x.dims)) != len(reads[0].axes) for x in node.xs):
        return False
    if len(without_ones(node.y.dims)) != len(reads[0].axes):
        return False
    is_pointwise = isinstance(node.layer, Elementwise) and not node.parameters()
    return is_pointwise or is_symmetric(node.layer) or any(name in _ALONG for name, _ in form.fields)


_ALONG = ("axis", "axes")


def _along(form: Form, axes: Sequence[int]) -> Form:
    """What works along axes, along the same of the numbers before they were put in another order."""
    fields = dict(form.fields)
    if isinstance(fields.get("axis"), int):
        fields["axis"] = axes[fields["axis"]]
    if "axes" in fields:
        fields["axes"] = tuple(sorted([axes[axis] for axis in fields["axes"]]))
    return form._replace(fields=tuple(fields.items()))


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
