"""Changes that authors make to a network without saying so: biases, and batch normalisation. Graph to graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.algorithms import convolves
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer


def with_biases(graph: Graph) -> Graph | None:
    """Every convolution adds a bias; ``None`` where all do."""
    return _edited(graph, lambda node: _biased(node, True))


def without_biases(graph: Graph) -> Graph | None:
    """No convolution adds a bias; ``None`` where none does."""
    return _edited(graph, lambda node: _biased(node, False))


def without_batchnorm(graph: Graph) -> Graph | None:
    """Nothing is normalised over the batch; ``None`` where nothing is."""
    return _edited(graph, _without_norm)


EDITS: dict[str, Callable[[Graph], Graph | None]] = {
    "convolutions with biases": with_biases,
    "convolutions without biases": without_biases,
    "no batch normalisation": without_batchnorm,
}
"""Every edit, by what it says of the network."""


def _edited(graph: Graph, change: Callable[[Node], Layer]) -> Graph | None:
    """The graph with some layers exchanged for others that keep the shapes."""
    nodes = tuple(node._replace(layer=change(node)) for node in graph.nodes)
    return None if nodes == graph.nodes else graph._replace(nodes=nodes)


def _biased(node: Node, bias: bool) -> Layer:
    layer = node.layer
    if not convolves(layer) or layer.bias == bias:  # type: ignore[attr-defined]  # convolutions have one
        return layer
    return type(layer)(**{**vars(layer), "bias": bias})


def _without_norm(node: Node) -> Layer:
    if node.type not in ("batchnorm", "group_batchnorm"):
        return node.layer
    return REGISTRY["identity"].make({}, rank=len(node.y.spatial))
