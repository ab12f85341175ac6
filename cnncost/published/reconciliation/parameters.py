"""What may be counted as the parameters of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cnncost.published.reconciliation.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.graph.graph import Graph
    from cnncost.published.reconciliation.tally import Group

Network: TypeAlias = "Graph | Tally"
"""A network by its layers, or by the kinds of them."""


def every_parameter(network: Network) -> int:
    """All that is stored and may be trained, auxiliary heads too."""
    return _sum(_groups(network))


def without_heads(network: Network) -> int:
    """What inference needs: without what only auxiliary outputs read."""
    return _sum(group for group in _groups(network) if not group.node.auxiliary)


def trainable(network: Network) -> int:
    """What is trained: without what is frozen, as ptflops and mmdetection count a detector whose first stages are."""
    return sum(group.trained * group.node.parameters() for group in _groups(network))


def with_statistics(network: Network) -> int:
    """The running statistics of batch normalisation too, as the size of a file of weights has them."""
    return _sum(_groups(network)) + sum(group.owners * sum(group.node.buffers()) for group in _groups(network))


def of_matrices(network: Network) -> int:
    """Convolutions and linear layers, of which attention has four, with their biases: no normalisation."""
    return _sum(_with_matrices(network))


def of_weights(network: Network) -> int:
    """Convolutions and linear layers, without their biases."""
    matrices = _with_matrices(network)
    return _sum(matrices) - sum(group.owners * group.node.layer.biases(*group.node.xs) for group in matrices)


def of_convolutions(network: Network) -> int:
    """Convolutions alone, with their biases."""
    return _sum(group for group in _groups(network) if group.node.layer.is_convolution)


PARAMETERS: dict[str, Callable[[Network], int]] = {
    "all parameters": every_parameter,
    "parameters without auxiliary heads": without_heads,
    "trainable parameters": trainable,
    "parameters of convolutions and linear layers": of_matrices,
    "weights of convolutions and linear layers": of_weights,
    "parameters of convolutions": of_convolutions,
    "parameters and running statistics": with_statistics,
}
"""Every rule, by what it counts; the first is the one that everybody should mean."""


def _groups(network: Network) -> tuple[Group, ...]:
    return (network if isinstance(network, Tally) else Tally.of(network)).groups


def _with_matrices(network: Network) -> list[Group]:
    return [group for group in _groups(network) if group.node.layer.has_weight_matrices]


def _sum(groups: Iterable[Group]) -> int:
    return sum(group.owners * group.node.parameters() for group in groups)
