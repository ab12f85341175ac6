"""Recurrent layers, and tables of vectors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation

_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


@operator(*_GATES)
def recurrent(call: Call) -> list[Activation | Callable[[], Activation]]:
    """What is written at every step, and the last state of a layer that has one cell."""
    x, params = call.get("input"), call["params"]
    keyword = call.name.partition("_")[0]
    tokens = call["batch_first"] and call.tensor(x).layout == "tokens"
    along = x if tokens else _channels_first(call, x)
    fields: dict[str, Any] = {
        "hidden": params[1].shape[1] if len(params[0].shape) == 2 else 0,
        "layers": call["num_layers"],
        "bidirectional": call["bidirectional"],
        "bias": call["has_biases"],
    }
    hidden = params[0].shape[0] // _GATES[call.name]
    if fields["hidden"] != hidden:
        fields["projection"] = fields["hidden"]
    fields["hidden"] = hidden
    if call.name == "rnn_relu":
        fields["nonlinearity"] = "relu"
    size = call.tensor(along).spatial[0]
    shape = call.shape if tokens else (call.batch.size, call.shape[-1], size)
    written = call.layer(keyword, fields, along, weights=params, shape=shape)
    steps = partial(call.layer, "permute", {"axes": [1, 0]}, written, name=False)
    last = partial(_last, call, written, fields)
    return [written if tokens else steps, last, last]


def _channels_first(call: Call, x: Activation) -> Activation:
    """The sequence as a map of one axis, whose channels come first."""
    shape = (call.batch.size, x.shape[-1], call.tensor(x).elements // x.shape[-1])
    return call.layer("permute", {"axes": [1, 0]}, x, name=False, shape=shape)


def _last(call: Call, written: Activation, fields: dict[str, Any]) -> Activation:
    if fields["layers"] != 1 or fields["bidirectional"]:
        raise call.unsupported("the states of several cells are read, of which there is no layer")
    size = call.tensor(written).spatial[0]
    return call.layer("select", {"index": size - 1, "axis": 0}, written, name=False, shape=call.shapes[1])


@operator("embedding")
def embedding(call: Call) -> Activation:
    """A vector for each index."""
    table, indices = call["weight"], call["indices"]
    tensor = call.tensor(indices)
    fields = {"vocabulary": table.shape[0], "out": table.shape[1]}
    if tensor.layout == "map":
        indices = call.reshaped(indices, [tensor.elements])
    return call.layer("embedding", fields, indices, weights=[table])
