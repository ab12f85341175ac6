"""What may be counted as the parameters of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.graph.graph import Graph, Node


def every_parameter(graph: Graph) -> int:
    """All that is stored and may be trained, auxiliary heads too."""
    return _sum(_owners(graph))


def without_heads(graph: Graph) -> int:
    """What inference needs: without what only auxiliary outputs read."""
    return _sum(node for node in _owners(graph) if not node.auxiliary)


def with_statistics(graph: Graph) -> int:
    """The running statistics of batch normalisation too, as the size of a file of weights has them."""
    return _sum(_owners(graph)) + sum(sum(node.buffers()) for node in _owners(graph))


def of_matrices(graph: Graph) -> int:
    """Convolutions and linear layers, of which attention has four, with their biases: no normalisation."""
    return _sum(node for node in _owners(graph) if node.layer.has_weight_matrices)


def of_weights(graph: Graph) -> int:
    """Convolutions and linear layers, without their biases."""
    owners = [node for node in _owners(graph) if node.layer.has_weight_matrices]
    return _sum(owners) - sum(node.layer.biases(*node.xs) for node in owners)


def of_convolutions(graph: Graph) -> int:
    """Convolutions alone, with their biases."""
    return _sum(node for node in _owners(graph) if node.layer.is_convolution)


PARAMETERS: dict[str, Callable[[Graph], int]] = {
    "all parameters": every_parameter,
    "parameters without auxiliary heads": without_heads,
    "parameters of convolutions and linear layers": of_matrices,
    "weights of convolutions and linear layers": of_weights,
    "parameters of convolutions": of_convolutions,
    "parameters and running statistics": with_statistics,
}
"""Every rule, by what it counts; the first is the one that everybody should mean."""


def _owners(graph: Graph) -> Iterable[Node]:
    return [node for node in graph.nodes if node.owns_weights]


def _sum(nodes: Iterable[Node]) -> int:
    return sum(node.parameters() for node in nodes)
