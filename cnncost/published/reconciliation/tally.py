"""A network as a tally of its layers: how many there are of each kind.

Whatever is counted of a network is a sum over its layers, and most of them are alike. So a network is gone through
once, and what is edited in it and how it is counted takes as long as it has kinds of layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

_IMAGE_AXES = 2


class Group(NamedTuple):
    """Layers that are alike: of one type, with the same fields, on the same shapes."""

    node: Node
    """One of them."""
    copies: int
    """How many there are."""
    owners: int
    """How many of them have weights of their own; the others use another's."""
    trained: int
    """How many have weights of their own that are trained."""


class Tally(NamedTuple):
    """The layers of a network by kind."""

    network: str
    """Its name."""
    groups: tuple[Group, ...]
    """Every kind of layer, in the order in which they come first."""
    layers: int
    """How many there are in all."""
    image: Tensor | None
    """The image that it takes, if it takes one and nothing else."""

    @classmethod
    def of(cls, graph: Graph) -> Tally:
        """The layers of a graph.

        >>> from cnncost import load
        >>> tally = Tally.of(load("resnet18"))
        >>> tally.layers, len(tally.groups), max(group.copies for group in tally.groups)
        (69, 29, 5)
        """
        counts: dict[object, list[int]] = {}
        first: dict[object, Node] = {}
        layers = graph.layers
        for node in layers:
            key = (node.layer, node.xs, node.y, node.auxiliary)
            count = counts.setdefault(key, [0, 0, 0])
            first.setdefault(key, node)
            count[0] += 1
            if node.owns_weights:
                count[1] += 1
                count[2] += node.trainable
        groups = tuple([Group(first[key], *count) for key, count in counts.items()])
        inputs = [graph.nodes[number].y for number in graph.inputs]
        takes_image = len(inputs) == 1 and len(inputs[0].spatial) == _IMAGE_AXES
        return cls(graph.name, groups, len(layers), inputs[0] if takes_image else None)

    def edited(self, change: Callable[[Node], Layer]) -> Tally | None:
        """The network with other layers in the places of its own, of the same shapes; ``None`` where none changes."""
        layers = [change(group.node) for group in self.groups]
        if all(layer == group.node.layer for layer, group in zip(layers, self.groups, strict=True)):
            return None
        pairs = zip(layers, self.groups, strict=True)
        groups = tuple([group._replace(node=group.node._replace(layer=layer)) for layer, group in pairs])
        return self._replace(groups=groups)
