"""Where gradients go, as autograd has it: which nodes of a graph one reaches, and which need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph

    Reads = Sequence[Sequence[bool]]
    """For every node, of which inputs it reads the numbers: ``Node.reads``."""


def reached(graph: Graph, reads: Reads, *, training: bool) -> list[bool]:
    """Whether a gradient comes back to each node: not where all that is read of it is its shape.

    Args:
        graph: the network; all of its outputs have a loss.
        reads: for every node, of which inputs it reads the numbers.
        training: whether auxiliary outputs have a loss too.

    >>> from cnncost.graph.builder import GraphBuilder
    >>> from cnncost.layers import REGISTRY, Tensor
    >>> builder = GraphBuilder("followed")
    >>> small, large = builder.add_input("small", Tensor(8, (4, 4))), builder.add_input("large", Tensor(8, (9, 9)))
    >>> guide = builder.add(REGISTRY["conv"].make({"out": 8, "kernel": 3}, rank=2), [large])
    >>> up = builder.add(REGISTRY["upsample"].make({"like": True}, rank=2), [small, guide])
    >>> graph = builder.finish([up])
    >>> reached(graph, [node.reads for node in graph.nodes], training=True)
    [True, False, False, True]
    """
    found = [False] * len(graph.nodes)
    for end in (*graph.outputs, *(graph.auxiliary if training else ())):
        found[end] = True
    for node in reversed(graph.nodes):
        if found[node.id]:
            for source, is_read in zip(node.inputs, reads[node.id], strict=True):
                found[source] = found[source] or is_read
    return found


def depends_on_trained(graph: Graph, reads: Reads, trained: Sequence[bool]) -> list[int]:
    """How many of the inputs of each node depend on weights that are trained, and so need a gradient.

    Args:
        graph: the network.
        reads: for every node, of which inputs it reads the numbers.
        trained: whether a node uses weights that are trained.
    """
    depends: list[bool] = []
    upstream: list[int] = []
    for node, read, is_trained in zip(graph.nodes, reads, trained, strict=True):
        upstream.append(sum([depends[i] for i, is_read in zip(node.inputs, read, strict=True) if is_read]))
        depends.append(is_trained or upstream[-1] > 0)
    return upstream


def weights_reached(graph: Graph, reads: Reads, trained: Sequence[bool]) -> list[bool]:
    """Whether training leaves a gradient on the weights of each node, from there or from another that shares them.

    Those of the others stay parameters, but PyTorch's ``grad`` of them stays ``None``, and optimizers skip them.
    """
    comes = reached(graph, reads, training=True)
    owners = {node.weights for node, is_reached in zip(graph.nodes, comes, strict=True) if is_reached}
    return [is_trained and node.weights in owners for node, is_trained in zip(graph.nodes, trained, strict=True)]
