"""Indices: numbers that say which, not how much. They come into a network from outside, and have no gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.graph.graph import INPUT
from cnncost.layers.base.sliding import pads
from cnncost.layers.base.window import Shifted
from cnncost.layers.pooling.pool import MaxPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer


def refuse_computed(nodes: Sequence[Node], read: int, layer: Layer) -> None:
    """Raise a LayerError unless a layer that reads indices reads an input of the network, or some channels of one."""
    node = nodes[read]
    while node.layer is not INPUT:
        if not _takes_channels(node):
            hint = "indices have no gradient: they come from an input of the network, or a `slice` of one"
            comes = "is its input" if node.layer.is_source else "computes its input"
            raise LayerError(f"`{layer.keyword}` reads indices, and `{node.name}` {comes}", hint=hint)
        node = nodes[node.inputs[0]]


def of_pool(
    nodes: Sequence[Node], number: int, kind: type[Layer], given: Mapping[str, Any]
) -> tuple[dict[str, Any], int]:
    """The fields of a layer that puts back the maxima of the pool at node `number`, and what that pool reads.

    Args:
        nodes: those of the graph so far.
        number: the node that was named.
        kind: the layer type.
        given: the arguments that it was given besides, which must be the pool's.

    Raises:
        LayerError: the node is no max pool with windows, or has others.
    """
    pool = nodes[number]
    if not isinstance(pool.layer, MaxPool):
        is_input = "an input" if not pool.inputs else f"`{pool.type}`"
        message = f"`{kind.keyword}` puts back what a `maxpool` has taken, and `{pool.name}` is {is_input}"
        raise LayerError(message, field="pool", hint="give the `maxpool` step a `name`, and name it here")
    windows = {name: getattr(pool.layer, name) for name in pool.layer.fields if name in kind.fields}
    windows["padding"] = pads(pool.layer, pool.xs[0])
    for name, value in kind.make(given, len(pool.xs[0].spatial)).__dict__.items():
        if name in given and name in windows and value != windows[name]:
            message = f"`{name}` is that of `{pool.name}`, {_shown(windows[name])}, and not {_shown(value)}"
            raise LayerError(message, field=name, hint="leave it out: it is known")
    return {**given, **windows}, pool.inputs[0]


def pool_of(nodes: Sequence[Node], unpool: Node) -> int | None:
    """The node whose maxima `unpool` puts back, if it is there: a max pool of the same, with the same windows.

    >>> from cnncost.language.load import loads
    >>> nodes = loads("input: [3, 8, 8]\\nnetwork: [{maxpool: 2, name: pool}, {max_unpool: pool}]").nodes
    >>> pool_of(nodes, nodes[2])
    1
    """
    fields, source = unpool.layer.__dict__, unpool.inputs[-1]

    def is_pool(node: Node) -> bool:
        windows = {name: getattr(node.layer, name) for name in node.layer.fields if name in fields}
        return windows | {"padding": pads(node.layer, node.xs[0])} == {name: fields[name] for name in windows}

    pools = [node for node in nodes[: unpool.id] if isinstance(node.layer, MaxPool) and node.inputs == (source,)]
    return next((node.id for node in pools if is_pool(node)), None)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(list(value))


def holds_indices(graph: Graph, number: int) -> bool:
    """Whether all that reads a node takes its numbers for indices.

    >>> from cnncost.language.load import loads
    >>> graph = loads("input: 8\\nnetwork: [{embedding: [100, 16]}]")
    >>> [holds_indices(graph, node.id) for node in graph.nodes]
    [True, False]
    """
    readers = [node for node in graph.nodes if number in node.inputs]
    return bool(readers) and all(
        node.layer.reads_indices or (_takes_channels(node) and holds_indices(graph, node.id)) for node in readers
    )


def _takes_channels(node: Node) -> bool:
    """Whether it hands on some of the channels that it reads as they are."""
    return bool(node.inputs) and all(isinstance(reach, Shifted) for reach in node.reach())
