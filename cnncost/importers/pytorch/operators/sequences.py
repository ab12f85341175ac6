"""Recurrent layers, and tables of vectors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import activations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation, Weight

_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


@operator(*_GATES)
def recurrent(call: Call) -> list[Activation | Callable[[], Activation]]:
    """What is written at every step, and the last states; where these are of several cells, every layer by itself."""
    if activations(call.get("hx")):
        raise call.unsupported("its first state is what another layer gives")
    x, params = call.get("input"), call["params"]
    tokens = call["batch_first"] and call.tensor(x).layout == "tokens"
    along = x if tokens else _channels_first(call, x)
    layers = call["num_layers"]
    directions = 1 + call["bidirectional"]
    apart = layers if {1, 2} & call.taken else 1
    size = len(params) // apart
    written = []
    for place in range(apart):
        fields = {"layers": layers // apart, "bidirectional": call["bidirectional"], "bias": call["has_biases"]}
        along = _layers(call, along, params[place * size : (place + 1) * size], fields, name=apart == 1)
        written.append(along)
    steps = partial(call.layer, "permute", {"axes": [1, 0]}, along, name=False)
    last = partial(_last, call, written, directions)
    return [along if tokens else steps, last, last]


def _layers(
    call: Call, along: Activation, params: Sequence[Weight], fields: dict[str, Any], *, name: bool
) -> Activation:
    """Layers each of which reads what the one before it writes, with these parameters."""
    keyword, hidden = call.name.partition("_")[0], params[0].shape[0] // _GATES[call.name]
    fields = {"hidden": hidden, **fields}
    if params[1].shape[1] != hidden:
        fields["projection"] = params[1].shape[1]
    if call.name == "rnn_relu":
        fields["nonlinearity"] = "relu"
    tensor, wide = call.tensor(along), (1 + call["bidirectional"]) * params[1].shape[1]
    sizes = (tensor.spatial[0], wide) if tensor.layout == "tokens" else (wide, tensor.spatial[0])
    return call.layer(keyword, fields, along, weights=params, name=name, shape=(call.batch.size, *sizes))


def _channels_first(call: Call, x: Activation) -> Activation:
    """The sequence as a map of one axis, whose channels come first."""
    shape = (call.batch.size, x.shape[-1], call.tensor(x).elements // x.shape[-1])
    return call.layer("permute", {"axes": [1, 0]}, x, name=False, shape=shape)


def _last(call: Call, written: Sequence[Activation], directions: int) -> Activation:
    """The last state of every cell: forwards that of the last step, backwards that of the first."""
    states = [_state(call, each, backwards, directions) for each in written for backwards in range(directions)]
    rows = [call.reshaped(state, [1, *call.tensor(state).dims]) for state in states]
    if len(rows) == 1:
        return rows[0]._replace(shape=call.shapes[1])
    return call.layer("concat", {}, *rows, name=False, shape=call.shapes[1])


def _state(call: Call, written: Activation, backwards: int, directions: int) -> Activation:
    tensor = call.tensor(written)
    steps, wide = tensor.spatial[0], tensor.channels // directions
    if wide != call.shapes[1][-1]:
        raise call.unsupported("the state of a cell that is projected is read, of which there is no layer")
    if directions > 1:
        sizes = (steps, wide) if tensor.layout == "tokens" else (wide, steps)
        part = {"start": backwards * wide, "stop": (backwards + 1) * wide}
        written = call.layer("slice", part, written, name=False, shape=(call.batch.size, *sizes))
    place = {"index": 0 if backwards else steps - 1, "axis": 0}
    return call.layer("select", place, written, name=False, shape=(call.batch.size, wide))


@operator("lstm_cell")
def lstm_cell(call: Call) -> list[Activation]:
    """One step of an LSTM: four gates of what it reads and of its state, and the new state and cell."""
    state, cell = (call.outcome(value, value.shape) for value in call["hx"])
    of_input, of_state = _products(call, state)
    gates = _layer(call, "add", of_input, of_state)
    into, keep, new, out = (_gate(call, gates, place, state.shape) for place in range(_GATES["lstm"]))
    into, keep, out = (_layer(call, "sigmoid", gate) for gate in (into, keep, out))
    kept = _layer(call, "multiply", keep, cell)
    cell = _layer(call, "add", kept, _layer(call, "multiply", into, _layer(call, "tanh", new)))
    return [_layer(call, "multiply", out, _layer(call, "tanh", cell)), cell]


@operator("gru_cell")
def gru_cell(call: Call) -> Activation:
    """One step of a GRU: h' = n + z (h - n), as PyTorch computes it."""
    state = call.outcome(call["hx"], call["hx"].shape)
    of_input, of_state = _products(call, state)
    reset, update = (
        _layer(call, "sigmoid", _layer(call, "add", *[_gate(call, each, place, state.shape) for each in both]))
        for place, both in enumerate([(of_input, of_state)] * 2)
    )
    ours, theirs = (_gate(call, each, 2, state.shape) for each in (of_input, of_state))
    new = _layer(call, "tanh", _layer(call, "add", ours, _layer(call, "multiply", reset, theirs)))
    return _layer(call, "add", new, _layer(call, "multiply", update, _layer(call, "subtract", state, new)))


@operator("rnn_tanh_cell", "rnn_relu_cell")
def rnn_cell(call: Call) -> Activation:
    """One step of a simple recurrent network."""
    state = call.outcome(call["hx"], call["hx"].shape)
    return _layer(call, call.name.split("_")[1], _layer(call, "add", *_products(call, state)))


def _products(call: Call, state: Activation) -> tuple[Activation, Activation]:
    """The gates of what a cell reads, and of its state."""
    read = call.outcome(call["input"], call["input"].shape)
    return _linear(call, read, call["w_ih"], call["b_ih"]), _linear(call, state, call["w_hh"], call["b_hh"])


def _linear(call: Call, x: Activation, weight: Weight, bias: Weight | None) -> Activation:
    given = [weight] if bias is None else [weight, bias]
    fields = {"out": weight.shape[0], "bias": bias is not None}
    return call.layer("linear", fields, x, weights=given, name=False, shape=(*x.shape[:-1], weight.shape[0]))


def _gate(call: Call, gates: Activation, place: int, shape: tuple[int, ...]) -> Activation:
    part = {"start": place * shape[-1], "stop": (place + 1) * shape[-1]}
    return call.layer("slice", part, gates, name=False, shape=shape)


def _layer(call: Call, keyword: str, *reads: Activation) -> Activation:
    return call.layer(keyword, {}, *reads, name=False, shape=reads[0].shape)


@operator("embedding")
def embedding(call: Call) -> Activation:
    """A vector for each index."""
    table, indices = call["weight"], call["indices"]
    tensor = call.tensor(indices)
    fields = {"vocabulary": table.shape[0], "out": table.shape[1]}
    if tensor.layout == "map":
        indices = call.reshaped(indices, [tensor.elements])
    return call.layer("embedding", fields, indices, weights=[table])
