"""Points that are alike in all their sizes: what looks at single numbers is computed for them as for one network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.metrics import Analysis
from cnncost.symbolic.varying import Varying

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node
    from cnncost.layers import Layer


def with_plain_numbers(analysis: Analysis) -> Analysis:
    """The analysis with the one number that each of its values, and its batch, is at all points.

    Raises:
        cnncost.symbolic.tracing.Split: some differ.
    """
    settings = analysis.settings
    return Analysis(with_plain_sizes(analysis.graph), settings._replace(batch=_plain(settings.batch)))


def with_plain_sizes(graph: Graph) -> Graph:
    """The graph with the one number that each of its values is at all points.

    Raises:
        cnncost.symbolic.tracing.Split: some differ.
    """
    layers: dict[int, Layer] = {}
    return graph._replace(nodes=tuple([_plain_node(node, layers) for node in graph.nodes]))


def _plain_node(node: Node, layers: dict[int, Layer]) -> Node:
    layer = layers.get(id(node.layer))
    if layer is None:
        layer = layers[id(node.layer)] = _plain_layer(node.layer)
    return node._replace(layer=layer, xs=_plain(node.xs), y=_plain(node.y))


def _plain_layer(layer: Layer) -> Layer:
    """The layer itself where its fields are plain."""
    fields = {name: _plain(value) for name, value in vars(layer).items()}
    if all(fields[name] is value for name, value in vars(layer).items()):
        return layer
    made = type(layer).__new__(type(layer))
    made.__dict__.update(fields)
    return made


def _plain(value: Any) -> Any:
    """A value with plain numbers; itself where it has no others."""
    if isinstance(value, Varying):
        return value.one
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if not isinstance(value, tuple | list):
        return value
    items = [_plain(item) for item in value]
    if all(item is other for item, other in zip(items, value, strict=True)):
        return value
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
