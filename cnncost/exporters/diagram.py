"""A graph as boxes and arrows, collapsed to a depth; what every kind of diagram is written from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.graph.names import joined, segments
from cnncost.records import NamedTuple
from cnncost.units import count_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncost.graph.graph import Graph, Node

_NOT_SHOWN = ("for", "branch")
"""Kinds of containers that say nothing of what is in them."""


class Box(NamedTuple):
    """One layer, or all layers of a container as one."""

    name: str
    """Of the layer or container, with those that it lies in: ``stage[0].bottleneck[1]``."""
    kind: str
    """The layer type, or the block; empty where it says nothing."""
    shape: tuple[int, ...]
    """Of one sample of what comes out, of the last layer."""
    params: int
    """Of all layers, shared weights where they are owned."""
    macs: int
    """Multiply-accumulates of one sample."""
    layers: int
    """How many it stands for."""
    is_input: bool
    """Whether it is an input of the network."""
    is_output: bool
    """Whether something in it is an output of the network."""
    is_join: bool
    """Whether it is a layer that joins several others."""
    training_only: bool
    """Whether it runs in training only."""
    unsaid: frozenset[str] = frozenset()
    """What some of its layers do not say of themselves: what is known of it is a lower bound."""
    members: tuple[str, ...] = ()
    """The names of its layers."""

    def lines(self, within: str, painted: Paint | None = None) -> list[str]:
        """What is written into the box: its name inside the cluster `within`, its shape and its costs.

        >>> Box("stem.conv", "conv", (64, 112, 112), 9408, 118013952, 1, False, False, False, False).lines("stem")
        ['conv', '64x112x112', '9.41 K params, 118 M MACs']
        """
        name = self.name.removeprefix(f"{within}.")
        says_kind = re.fullmatch(rf"{re.escape(self.kind)}(_\d+)?(\[\d+\])*", name)
        kind = f": {self.kind}" if self.kind and not says_kind else ""
        costs = self._costs() if painted is None else painted.costs
        return [f"{name}{kind}", "x".join(map(str, self.shape)), *costs]

    def _costs(self) -> list[str]:
        params = _cost(self.params, "params", is_open="parameters" in self.unsaid)
        macs = _cost(self.macs, "MACs", is_open="operations" in self.unsaid)
        costs = ", ".join(filter(None, (params, macs)))
        return [costs] if costs else []


class Paint(NamedTuple):
    """How a box looks that is coloured by a cost."""

    fill: str
    """The colour, ``#rrggbb``."""
    ink: str
    """The colour of what is written on it."""
    costs: tuple[str, ...]
    """What is written of its costs, a line each."""


Painter = Callable[[Box], Paint]
"""Colours boxes."""


class Cluster(NamedTuple):
    """A container that is drawn around the boxes that lie in it."""

    name: str
    """With those that it lies in; empty for the whole network."""
    members: list[Box | Cluster]
    """What lies in it, in the order of the network."""

    def title(self, within: str) -> str:
        """Its name inside the cluster `within`."""
        return self.name.removeprefix(f"{within}.")


class Diagram(NamedTuple):
    """Boxes in clusters, and arrows between the boxes."""

    name: str
    """The network's."""
    whole: Cluster
    """Everything."""
    arrows: list[tuple[Box, Box]]
    """From what writes to what reads, in the order of the network, each once."""

    def boxes(self) -> Iterator[Box]:
        """All boxes, as they lie in the clusters."""
        return _boxes(self.whole)


def diagram_of(graph: Graph, depth: int | None = 1) -> Diagram:
    """The diagram of a graph.

    Args:
        graph: the network.
        depth: how many levels of containers are opened: with 1, every block of the network is one box, as a row of a
            table is; ``None`` opens all.

    >>> from cnncost.language.load import loads
    >>> graph = loads("input: [3, 8, 8]\\nblocks: {unit(): [conv: 4, relu]}\\nnetwork: [unit: [], unit: []]")
    >>> diagram = diagram_of(graph)
    >>> [(one.name, other.name) for one, other in diagram.arrows]
    [('input', 'unit'), ('unit', 'unit_2')]
    >>> [box.name for box in diagram_of(graph, None).boxes()]
    ['input', 'unit.conv', 'unit.relu', 'unit_2.conv', 'unit_2.relu']
    """
    places = [(node.layer is INPUT, _place(node, depth)) for node in graph.nodes]
    members: dict[tuple[bool, str], list[Node]] = {}
    for node, place in zip(graph.nodes, places, strict=True):
        members.setdefault(place, []).append(node)
    boxes = {place: _box(graph, place[1], nodes) for place, nodes in members.items()}
    arrows = [
        (boxes[places[read]], boxes[place])
        for node, place in zip(graph.nodes, places, strict=True)
        for read in node.inputs
        if places[read] != place
    ]
    return Diagram(graph.name, _clusters([*boxes.values()]), [*dict.fromkeys(arrows)])


def _place(node: Node, depth: int | None) -> str:
    """The name of the box that a node lies in."""
    return node.name if node.layer is INPUT or depth is None else joined(segments(node.name)[:depth])


def _box(graph: Graph, name: str, nodes: Sequence[Node]) -> Box:
    last = nodes[-1]
    ends = {*graph.outputs, *graph.auxiliary}
    return Box(
        name,
        _kind(name, nodes),
        last.y.dims,
        sum(node.parameters() for node in nodes if node.owns_weights),
        sum(node.operations().mac for node in nodes),
        len(nodes),
        last.layer is INPUT,
        any(node.id in ends for node in nodes),
        len(nodes) == 1 and last.layer.joins and len(last.inputs) > 1,
        all(node.auxiliary for node in nodes),
        frozenset().union(*[node.layer.unsaid for node in nodes]),
        tuple([node.name for node in nodes]),
    )


def _cost(count: int, unit: str, *, is_open: bool) -> str:
    """A figure with its unit, nothing where there is none of it.

    >>> _cost(9408, "params", is_open=False), _cost(9408, "MACs", is_open=True), _cost(0, "MACs", is_open=True)
    ('9.41 K params', '>=9.41 K MACs', 'MACs not known')
    """
    if not count:
        return f"{unit} not known" if is_open else ""
    return f"{'>=' if is_open else ''}{count_text(count)} {unit}"


def _kind(name: str, nodes: Sequence[Node]) -> str:
    """The type of the only layer, or the kind of the container that was made one box."""
    if len(nodes) == 1:
        return "" if nodes[0].layer is INPUT else nodes[0].type
    depth = name.count(".")
    kinds = [node.containers[depth].kind for node in nodes if len(node.containers) > depth]
    return "" if not kinds or kinds[0] in _NOT_SHOWN else kinds[0]


def _clusters(boxes: Sequence[Box]) -> Cluster:
    """The boxes in their containers; one that holds a single box, or a single container, is not drawn."""
    sizes: dict[str, int] = {}
    for box in boxes:
        for container in _containers(box):
            sizes[container] = sizes.get(container, 0) + 1
    whole = Cluster("", [])
    clusters = {"": whole}
    for box in boxes:
        inside = "" if box.is_input else _innermost(box, sizes, clusters)
        clusters[inside].members.append(box)
    return whole


def _innermost(box: Box, sizes: dict[str, int], clusters: dict[str, Cluster]) -> str:
    """The cluster that a box lies in, made with those around it where they are not there yet."""
    around, inside = "", [*_containers(box)]
    next_sizes = [*[sizes[container] for container in inside], 1][1:]
    for container, next_size in zip(inside, next_sizes, strict=True):
        if sizes[container] > next_size:
            if container not in clusters:
                clusters[container] = Cluster(container, [])
                clusters[around].members.append(clusters[container])
            around = container
    return around


def _containers(box: Box) -> Iterable[str]:
    """The names of what a box lies in, outermost first."""
    return (box.name[:end] for end, character in enumerate(box.name) if character == "." and not box.is_input)


def _boxes(cluster: Cluster) -> Iterator[Box]:
    for member in cluster.members:
        if isinstance(member, Cluster):
            yield from _boxes(member)
        else:
            yield member
