"""The convention of the course notes, and the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions.base import Convention
from cnncost.layers.activation import Activation

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.layers.base.costs import Operations


class Textbook(Convention, name="textbook"):
    """Two per multiply-accumulate, no bias additions; one per element of an activation; else each operation.

    Pools, norms, joins and the layers that the notes don't list count the operations of their own definition.

    >>> from cnncost.conventions import CONVENTIONS
    >>> CONVENTIONS["textbook"].flops_per_mac
    2
    """

    source = "notes 004, Computational Summary; Goodfellow et al. 2016, chapter 9"

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        if isinstance(node.layer, Activation):
            return batch * node.y.elements
        biases = batch * node.layer.bias_additions(*node.xs, y=node.y)
        return 2 * operations.mac + sum(operations[1:]) - biases
