"""MACs: what most papers print, often under the name of FLOPs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions.base import Convention

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.layers.base.costs import Operations


class Macs(Convention, name="macs"):
    """Multiply-accumulates of convolutions, linear layers and matrix products; nothing else.

    >>> from cnncost.conventions import CONVENTIONS
    >>> CONVENTIONS["macs"].unit
    'MACs'
    """

    unit = "MACs"
    flops_per_mac = 1
    source = "Sze et al. 2017, Efficient Processing of Deep Neural Networks; half of torch.utils.flop_counter"

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        return operations.mac
