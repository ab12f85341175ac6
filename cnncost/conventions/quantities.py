"""What the rules of a convention see of a layer: its operations, sizes, parameters and fields, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.sliding import pads
from cnncost.layers.base.tensor import Tensor
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Node
    from cnncost.language.expressions.values import Value
    from cnncost.layers import Layer
    from cnncost.layers.base.costs import Operations


class LayerCall(NamedTuple):
    """A layer that is counted, and how it runs."""

    node: Node
    """The layer with its fields, and the shapes of one sample."""
    operations: Operations
    """What really runs, for the whole batch."""
    batch: int
    """How many samples."""
    training: bool
    """Whether it runs as in training."""


class Quantity(NamedTuple):
    """What a name stands for at every layer."""

    about: str
    """In words."""
    value: Callable[[LayerCall], Value]
    """As a function."""


def _inputs(call: LayerCall) -> list[int]:
    return [call.batch * x.elements for x in call.node.xs]


def _first(call: LayerCall) -> Tensor:
    """The first input; one without channels where a layer reads nothing."""
    return call.node.xs[0] if call.node.xs else Tensor(0, (), call.node.y.layout)


def _biases(call: LayerCall) -> int:
    return call.node.layer.biases(*call.node.xs)


def _plain(call: LayerCall) -> int:
    node = call.node
    return int(not any(node.layer.weight_operations(*node.xs, training=False)))


QUANTITIES: dict[str, Quantity] = {
    "mac": Quantity("multiply-accumulates of the whole batch", lambda call: call.operations.mac),
    "add": Quantity("additions, those of biases among them, of the whole batch", lambda call: call.operations.add),
    "mul": Quantity("multiplications of the whole batch", lambda call: call.operations.mul),
    "div": Quantity("divisions of the whole batch", lambda call: call.operations.div),
    "cmp": Quantity("comparisons of the whole batch", lambda call: call.operations.cmp),
    "exp": Quantity("exponentials and the like, of the whole batch", lambda call: call.operations.exp),
    "input": Quantity(
        "elements of the first input, of the whole batch", lambda call: call.batch * _first(call).elements
    ),
    "inputs": Quantity("elements of every input, of the whole batch, as a list", _inputs),
    "output": Quantity("elements of the output, of the whole batch", lambda call: call.batch * call.node.y.elements),
    "batch": Quantity("samples", lambda call: call.batch),
    "training": Quantity("whether the layer runs in training", lambda call: call.training),
    "channels_in": Quantity("channels of the first input", lambda call: _first(call).channels),
    "channels_out": Quantity("channels of the output", lambda call: call.node.y.channels),
    "sizes_in": Quantity("spatial sizes of the first input, or its tokens", lambda call: list(_first(call).spatial)),
    "sizes_out": Quantity("spatial sizes of the output, or its tokens", lambda call: list(call.node.y.spatial)),
    "positions_in": Quantity(
        "positions or tokens of the first input: the product of its sizes", lambda call: _first(call).positions
    ),
    "positions_out": Quantity("positions or tokens of the output", lambda call: call.node.y.positions),
    "rank": Quantity("how many sizes the first input has", lambda call: len(_first(call).spatial)),
    "layout": Quantity("`'map'`, `'tokens'` or `'flat'`: how the first input lies", lambda call: _first(call).layout),
    "parameters": Quantity("trainable elements", lambda call: call.node.parameters()),
    "weights": Quantity("trainable elements without the biases", lambda call: call.node.parameters() - _biases(call)),
    "biases": Quantity("trainable elements that PyTorch calls bias", _biases),
    "plain": Quantity(
        "1, or 0 where something is computed of the weights at every pass, which a class of its own does", _plain
    ),
}
"""The names that every rule may use; beside them, the fields of the layers that it counts."""

_NO_NUMBERS = ("inputs", "training", "sizes_in", "sizes_out", "layout")

NUMBERS_FROM_ZERO = frozenset(QUANTITIES) - {*_NO_NUMBERS}
"""The quantities that are numbers, none of which is ever negative."""


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
