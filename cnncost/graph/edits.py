"""Changes that authors make to a network without saying so: biases, and batch normalisation. Graph to graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.builder import GraphBuilder
from cnncost.graph.graph import INPUT
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer


def _biased(node: Node, bias: bool) -> Layer:
    layer = node.layer
    if not layer.is_convolution or layer.bias == bias:  # type: ignore[attr-defined]  # convolutions have one
        return layer
    return type(layer)(**{**vars(layer), "bias": bias})


def _without_batchnorm(node: Node) -> Layer:
    return REGISTRY["identity"]() if node.layer.normalises_over_batch else node.layer


LAYER_EDITS: dict[str, Callable[[Node], Layer]] = {
    "convolutions with biases": lambda node: _biased(node, True),
    "convolutions without biases": lambda node: _biased(node, False),
    "no batch normalisation": _without_batchnorm,
}
"""What every edit puts in the place of a node's layer, which is never another shape; by what it says of the network."""


def with_biases(graph: Graph) -> Graph | None:
    """Every convolution adds a bias; ``None`` where all do."""
    return with_layers(graph, LAYER_EDITS["convolutions with biases"])


def without_biases(graph: Graph) -> Graph | None:
    """No convolution adds a bias; ``None`` where none does."""
    return with_layers(graph, LAYER_EDITS["convolutions without biases"])


def without_batchnorm(graph: Graph) -> Graph | None:
    """Nothing is normalised over the batch; ``None`` where nothing is."""
    return with_layers(graph, LAYER_EDITS["no batch normalisation"])


EDITS: dict[str, Callable[[Graph], Graph | None]] = {
    "convolutions with biases": with_biases,
    "convolutions without biases": without_biases,
    "no batch normalisation": without_batchnorm,
}
"""Every edit, by what it says of the network."""


def with_layers(graph: Graph, change: Callable[[Node], Layer]) -> Graph | None:
    """The graph with other layers in the places of its own, each checked and its shape inferred again.

    Args:
        graph: the network.
        change: the layer that takes the place of a node's; the node's own where nothing changes.

    Returns:
        The changed graph, or ``None`` where no layer changes.

    Raises:
        SpecError: a layer that does not fit what it reads, with the origin of its node.

    >>> from cnncost import load
    >>> gelu = REGISTRY["gelu"]()
    >>> changed = with_layers(load("lenet5"), lambda node: gelu if node.type == "tanh" else node.layer)
    >>> [node.type for node in changed.layers[:3]]
    ['conv', 'gelu', 'avgpool']
    """
    layers = [change(node) for node in graph.nodes]
    if all(layer == node.layer for layer, node in zip(layers, graph.nodes, strict=True)):
        return None
    builder = GraphBuilder(graph.name, len(graph.nodes))
    for node, layer in zip(graph.nodes, layers, strict=True):
        if node.layer is INPUT:
            builder.add_input(node.name, node.y, node.origin)
        else:
            _add(builder, node, layer)
    return graph._replace(nodes=builder.finish(graph.outputs, graph.auxiliary).nodes)


def _add(builder: GraphBuilder, node: Node, layer: Layer) -> None:
    """Add `node` with another layer in its place; one without weights shares none."""
    is_shared = not node.owns_weights and (layer.parameters(*node.xs) or any(layer.buffers(*node.xs)))
    builder.add(
        layer,
        node.inputs,
        node.name,
        containers=node.containers,
        share=node.weights if is_shared else None,
        trainable=node.trainable,
        origin=node.origin,
    )
