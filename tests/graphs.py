"""Graphs built by hand, for tests that need no YAML.

>>> graph = chain([("conv", {"out": 8, "kernel": 3}), "relu"], (3, 32, 32))
>>> [str(node.y) for node in graph.nodes]
['[3, 32, 32]', '[8, 30, 30]', '[8, 30, 30]']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.graph.builder import GraphBuilder
from cnncost.graph.graph import Container
from cnncost.layers import REGISTRY, Layer, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph

Step = str | tuple[str, dict[str, Any]] | Layer
"""A layer without arguments, with arguments, or made already."""


class Builder:
    """A :class:`GraphBuilder` in fewer words; every method returns the index of what it added.

    >>> net = Builder()
    >>> x = net.input(64, 56, 56)
    >>> y = net.add(("conv", {"out": 64, "kernel": 3, "padding": 1}), x)
    >>> net.add("add", x, y)
    2
    >>> net.graph().outputs
    (2,)
    """

    def __init__(self) -> None:
        self.builder = GraphBuilder("test")

    def input(self, channels: int, *spatial: int, name: str = "input", layout: str = "map") -> int:
        """An input of the network; `flat` without spatial axes."""
        tensor = Tensor(channels, spatial, "flat" if not spatial else layout)  # type: ignore[arg-type]
        return self.builder.add_input(name, tensor)

    def add(
        self,
        step: Step,
        *inputs: int,
        name: str | None = None,
        share: int | None = None,
        trainable: bool = True,
        containers: Sequence[tuple[str, str]] = (),
    ) -> int:
        """A layer that reads the nodes `inputs`, by default the last one; unnamed ones are numbered."""
        index = self.builder.size
        reads = () if _kind(step).is_source else inputs or (index - 1,)
        within = tuple(Container(*container) for container in containers)
        layer = _layer(step, len(self.builder.nodes[reads[0]].y.spatial) if reads else 0)
        full_name = ".".join([*(container.name for container in within), name or f"{layer.keyword}_{index}"])
        return self.builder.add(layer, reads, full_name, containers=within, share=share, trainable=trainable)

    def chain(self, steps: Sequence[Step], start: int | None = None, **options: Any) -> int:
        """Layers one after the other, from the node `start` on; the index of the last."""
        last = self.builder.size - 1 if start is None else start
        for step in steps:
            last = self.add(step, last, **options)
        return last

    def graph(self, *outputs: int, auxiliary: Sequence[int] = ()) -> Graph:
        """The graph; what nothing reads are its outputs, unless others are named."""
        read = {number for node in self.builder.nodes for number in node.inputs}
        ends = [node.id for node in self.builder.nodes if node.id not in read and node.id not in auxiliary]
        return self.builder.finish(outputs or ends, auxiliary)


def chain(steps: Sequence[Step], shape: Sequence[int]) -> Graph:
    """A network without branches; `shape` is that of one sample, channels first."""
    net = Builder()
    net.input(*shape)
    net.chain(steps)
    return net.graph()


def _kind(step: Step) -> type[Layer]:
    return type(step) if isinstance(step, Layer) else REGISTRY[step if isinstance(step, str) else step[0]]


def _layer(step: Step, rank: int) -> Layer:
    if isinstance(step, Layer):
        return step
    keyword, arguments = (step, {}) if isinstance(step, str) else step
    return REGISTRY[keyword].make(arguments, rank)
