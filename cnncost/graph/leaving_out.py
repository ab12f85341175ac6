"""Nodes that are left out of a graph because nothing needs them: the parts of an inner network that are not read."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node


def leave_out(nodes: Sequence[Node], is_kept: Sequence[bool]) -> tuple[list[Node], list[int]]:
    """The nodes that are kept, numbered anew, and the new number of each; that of one that is left out means nothing.

    Weights of a node that is left out belong to the first that uses them.
    """
    if all(is_kept):
        return list(nodes), list(range(len(nodes)))
    numbers = [count - 1 for count in accumulate(is_kept)]
    owners: dict[int, int] = {}
    kept = []
    for node in nodes:
        if is_kept[node.id]:
            number = numbers[node.id]
            owner = owners.setdefault(node.weights, number)
            inputs = tuple([numbers[read] for read in node.inputs])
            kept.append(node._replace(id=number, inputs=inputs, weights=owner))
    return kept, numbers
