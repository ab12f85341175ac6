"""In which order the layers of a graph run, and until when the value of each is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import INPUT
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.graph.graph import Graph, Node


class Liveness(NamedTuple):
    """When the layers of a graph run, and when their values are needed for the last time."""

    order: tuple[Node, ...]
    """The layers in the order in which they run."""
    last_use: Mapping[int, int]
    """For every value that is not an output, the node that reads it last; its own where nothing reads it."""
    released: Mapping[int, tuple[int, ...]]
    """For every node that reads something for the last time, what it was: nothing needs it once the node has run."""


def liveness(graph: Graph, *, training: bool) -> Liveness:
    """The order of execution and the last use of every value.

    Args:
        graph: the network.
        training: whether auxiliary layers run and auxiliary outputs are kept.

    >>> from cnncost.graph.builder import GraphBuilder
    >>> from cnncost.layers import REGISTRY, Tensor
    >>> builder = GraphBuilder("residual")
    >>> x = builder.add_input("x", Tensor(8, (4, 4)))
    >>> relu = builder.add(REGISTRY["relu"](), [x])
    >>> gelu = builder.add(REGISTRY["gelu"](), [relu])
    >>> graph = builder.finish([builder.add(REGISTRY["add"](), [x, gelu])])
    >>> alive = liveness(graph, training=False)
    >>> [node.name for node in alive.order]
    ['relu', 'gelu', 'add']
    >>> alive.last_use, alive.released  # x is needed until the addition, relu until gelu has run
    ({0: 3, 1: 2, 2: 3}, {3: (0, 2), 2: (1,)})
    """
    order = tuple([node for node in graph.nodes if node.layer is not INPUT and (training or not node.auxiliary)])
    outputs = {*graph.outputs, *(graph.auxiliary if training else ())}
    values = [*graph.inputs, *[node.id for node in order]]
    last_use = {value: value for value in values if value not in outputs}
    for node in order:
        for read in node.inputs:
            if read not in outputs:
                last_use[read] = node.id
    released: dict[int, tuple[int, ...]] = {}
    for value, reader in last_use.items():
        released[reader] = (*released.get(reader, ()), value)
    return Liveness(order, last_use, released)
