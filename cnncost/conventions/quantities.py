"""What the rules of a convention see of a layer: its operations, sizes, parameters and fields, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.layers.conv import pads

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Node
    from cnncost.language.expressions.values import Value
    from cnncost.layers import Layer
    from cnncost.layers.base.costs import Operations


class LayerCall(NamedTuple):
    """A layer that is counted, and how it runs; `operations` are those of the whole batch."""

    node: Node
    operations: Operations
    batch: int
    training: bool


class Quantity(NamedTuple):
    """What a name stands for at every layer, in words and as a function."""

    about: str
    value: Callable[[LayerCall], Value]


def _inputs(at: LayerCall) -> list[int]:
    return [at.batch * x.elements for x in at.node.xs]


def _biases(at: LayerCall) -> int:
    return at.node.layer.biases(*at.node.xs)


QUANTITIES: dict[str, Quantity] = {
    "mac": Quantity("multiply-accumulates of the whole batch", lambda at: at.operations.mac),
    "add": Quantity("additions, those of biases among them, of the whole batch", lambda at: at.operations.add),
    "mul": Quantity("multiplications of the whole batch", lambda at: at.operations.mul),
    "div": Quantity("divisions of the whole batch", lambda at: at.operations.div),
    "cmp": Quantity("comparisons of the whole batch", lambda at: at.operations.cmp),
    "exp": Quantity("exponentials and the like, of the whole batch", lambda at: at.operations.exp),
    "input": Quantity("elements of the first input, of the whole batch", lambda at: _inputs(at)[0]),
    "inputs": Quantity("elements of every input, of the whole batch, as a list", _inputs),
    "output": Quantity("elements of the output, of the whole batch", lambda at: at.batch * at.node.y.elements),
    "batch": Quantity("samples", lambda at: at.batch),
    "training": Quantity("whether the layer runs in training", lambda at: at.training),
    "channels_in": Quantity("channels of the first input", lambda at: at.node.xs[0].channels),
    "channels_out": Quantity("channels of the output", lambda at: at.node.y.channels),
    "sizes_in": Quantity("spatial sizes of the first input, or its tokens", lambda at: list(at.node.xs[0].spatial)),
    "sizes_out": Quantity("spatial sizes of the output, or its tokens", lambda at: list(at.node.y.spatial)),
    "positions_in": Quantity(
        "positions or tokens of the first input: the product of its sizes", lambda at: at.node.xs[0].positions
    ),
    "positions_out": Quantity("positions or tokens of the output", lambda at: at.node.y.positions),
    "rank": Quantity("how many sizes the first input has", lambda at: len(at.node.xs[0].spatial)),
    "layout": Quantity("`'map'`, `'tokens'` or `'flat'`: how the first input lies", lambda at: at.node.xs[0].layout),
    "parameters": Quantity("trainable elements", lambda at: at.node.parameters()),
    "weights": Quantity("trainable elements without the biases", lambda at: at.node.parameters() - _biases(at)),
    "biases": Quantity("trainable elements that PyTorch calls bias", _biases),
}
"""The names that every rule may use; beside them, the fields of the layers that it counts."""


_SIDES = {"padding_before": 0, "padding_after": 1}
"""The sides of a layer's padding, a number per axis: what rules compare is whether they are alike."""


def field_names(layer: type[Layer] | Layer) -> list[str]:
    """What rules may read of a layer's own: its fields, and the sides of its padding."""
    return [*layer.fields, *(_SIDES if "padding" in layer.fields else ())]


def field_value(node: Node, name: str) -> Value:
    """A field as an expression has it: lists for tuples, `same` padding in numbers, false for what is absent.

    >>> from cnncost import load
    >>> field_value(load("lenet5").nodes[1], "kernel")
    [5, 5]
    """
    if name in _SIDES:
        return [pair[_SIDES[name]] for pair in pads(node.layer, node.xs[0])]
    value = getattr(node.layer, name)
    if name == "padding" and value == "same":
        value = pads(node.layer, node.xs[0])
    return False if value is None else _listed(value)


def _listed(value: Any) -> Value:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value
