"""Graphs built by hand, for tests that need no YAML.

>>> graph = chain([("conv", {"out": 8, "kernel": 3}), "relu"], (3, 32, 32))
>>> [str(node.y) for node in graph.nodes]
['[3, 32, 32]', '[8, 30, 30]', '[8, 30, 30]']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import INPUT, Container, Graph, Node
from cnncost.layers import REGISTRY, Layer, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = str | tuple[str, dict[str, Any]] | Layer
"""A layer without arguments, with arguments, or made already."""


class Builder:
    """Adds nodes one by one; every method returns the index of what it added.

    >>> net = Builder()
    >>> x = net.input(64, 56, 56)
    >>> y = net.add(("conv", {"out": 64, "kernel": 3, "padding": 1}), x)
    >>> net.add("add", x, y)
    2
    >>> net.graph().outputs
    (2,)
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def input(self, channels: int, *spatial: int, name: str = "input", layout: str = "map") -> int:
        """An input of the network; `flat` without spatial axes."""
        tensor = Tensor(channels, spatial, "flat" if not spatial else layout)  # type: ignore[arg-type]
        self.nodes.append(Node(len(self.nodes), name, INPUT, (), (), tensor, weights=len(self.nodes)))
        return len(self.nodes) - 1

    def add(
        self,
        step: Step,
        *inputs: int,
        name: str | None = None,
        share: int | None = None,
        trainable: bool = True,
        auxiliary: bool = False,
        scopes: Sequence[tuple[str, str]] = (),
    ) -> int:
        """A layer that reads the nodes `inputs`, by default the last one; unnamed ones are numbered."""
        index = len(self.nodes)
        reads = inputs or (index - 1,)
        xs = tuple(self.nodes[i].y for i in reads)
        layer = _layer(step, len(xs[0].spatial))
        layer.check(*xs)
        parents = tuple(Container(*scope) for scope in scopes)
        full_name = ".".join([*(scope.name for scope in parents), name or f"{layer.keyword}_{index}"])
        weights = index if share is None else share
        self.nodes.append(
            Node(index, full_name, layer, reads, xs, layer.output(*xs), parents, weights, trainable, auxiliary)
        )
        return index

    def chain(self, steps: Sequence[Step], start: int | None = None, **options: Any) -> int:
        """Layers one after the other, from the node `start` on; the index of the last."""
        last = len(self.nodes) - 1 if start is None else start
        for step in steps:
            last = self.add(step, last, **options)
        return last

    def graph(self, *outputs: int, auxiliary: Sequence[int] = ()) -> Graph:
        """The graph, with the last node as its output unless others are named."""
        sources = tuple(node.id for node in self.nodes if node.layer is INPUT)
        return Graph("test", tuple(self.nodes), sources, outputs or (len(self.nodes) - 1,), tuple(auxiliary))


def chain(steps: Sequence[Step], shape: Sequence[int]) -> Graph:
    """A network without branches; `shape` is that of one sample, channels first."""
    net = Builder()
    net.input(*shape)
    net.chain(steps)
    return net.graph()


def _layer(step: Step, rank: int) -> Layer:
    if isinstance(step, Layer):
        return step
    keyword, arguments = (step, {}) if isinstance(step, str) else step
    return REGISTRY[keyword].make(arguments, rank)
