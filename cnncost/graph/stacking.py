"""Several networks of one structure as one graph over design points: an array in place of each number that differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.layers.base.tensor import Tensor
from cnncost.symbolic.arrays import ExactArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer


def stack(graphs: Sequence[Graph]) -> Graph:
    """The graphs as one, a design point each, in their order; it is called as the first of them is.

    What all of them share stays a number. An analysis of the graph is one on
    :data:`cnncost.symbolic.domain.ARRAYS`; it has no receptive fields.

    Args:
        graphs: at least one.

    Raises:
        SpecError: they are not of one structure, which is the same layers, called the same and reading the same, that
            differ in numbers alone; the text says where.

    >>> from cnncost import load
    >>> narrow_and_wide = [load("mobilenet_v2", set={"alpha": alpha}) for alpha in (0.5, 1.4)]
    >>> stack(narrow_and_wide).layers[0].layer.out
    ExactArray([16, 48])
    """
    if not graphs:
        raise SpecError("there are no networks to stack")
    first = graphs[0]
    for graph in graphs[1:]:
        _refuse_unlike_graphs(first, graph)
    nodes = tuple([_stacked_node(nodes) for nodes in zip(*[graph.nodes for graph in graphs], strict=True)])
    return first._replace(nodes=nodes, warnings=(), expect=None, budget=None, published=(), variables=())


def _refuse_unlike_graphs(first: Graph, other: Graph) -> None:
    if len(first.nodes) != len(other.nodes):
        counts = f"{len(first.layers)} layers and {len(other.layers)}"
        raise SpecError(f"networks of unlike structure, with {counts}, cannot be the design points of one")
    for name in ("inputs", "outputs", "auxiliary"):
        if getattr(first, name) != getattr(other, name):
            raise SpecError(f"networks of unlike {name} cannot be the design points of one")


def _stacked_node(nodes: Sequence[Node]) -> Node:
    """One node for the same place of all networks."""
    first = nodes[0]
    for what in ("name", "type", "inputs", "weights", "trainable", "auxiliary"):
        _refuse_unlike([getattr(node, what) for node in nodes], f"the {what} of layer {first.id}, `{first.name}`")
    return first._replace(
        layer=_stacked_layer([node.layer for node in nodes], first.name),
        xs=_stacked([node.xs for node in nodes], f"what `{first.name}` reads"),
        y=_stacked([node.y for node in nodes], f"the output of `{first.name}`"),
    )


def _stacked_layer(layers: Sequence[Layer], name: str) -> Layer:
    first = layers[0]
    if all(layer == first for layer in layers[1:]):
        return first
    values = {}
    for field in first.fields.values():
        given, what = [getattr(layer, field.name) for layer in layers], f"`{field.name}` of `{name}`"
        if field.indexes:
            _refuse_unlike(given, what)
        values[field.name] = _stacked(given, what)
    return type(first)(**values)


def _stacked(values: Sequence[Any], what: str) -> Any:
    """One value for all design points, where each has its own: the same, an array, or a tuple of these.

    Raises:
        SpecError: the values differ, and not in numbers.
    """
    first = values[0]
    if all(value == first for value in values[1:]):
        return first
    if all(type(value) is int for value in values):
        return ExactArray(values)
    if all(isinstance(value, tuple) and len(value) == len(first) for value in values):
        items = [_stacked(items, what) for items in zip(*values, strict=True)]
        return Tensor(*items) if isinstance(first, Tensor) else tuple(items)
    _refuse_unlike(values, what)
    return first


def _refuse_unlike(values: Sequence[Any], what: str) -> None:
    first = values[0]
    other = next((value for value in values if value != first), first)
    if other != first:
        raise SpecError(
            f"networks of unlike structure cannot be the design points of one: {what} is {first} and {other}",
            hint="stack those that differ in numbers alone",
        )
