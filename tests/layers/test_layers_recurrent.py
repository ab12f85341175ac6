"""Recurrent layers by their equations, number by number, and embeddings by their table."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import torch
from torch import nn

from cnncost.errors import SpecError
from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Operations, Reads, Tensor, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.layers import Layer

Vector = list["Scalar"]

SEQUENCE = Tensor(2, (4,), "tokens")


class Scalar:
    """A number that counts what is done with it."""

    done: ClassVar[Counter[str]] = Counter()

    def __init__(self, value: float) -> None:
        self.value = value

    def __add__(self, other: Scalar) -> Scalar:
        self.done["add"] += 1
        return Scalar(self.value + other.value)

    def __rsub__(self, one: float) -> Scalar:
        self.done["add"] += 1
        return Scalar(one - self.value)

    def __mul__(self, other: Scalar) -> Scalar:
        self.done["mul"] += 1
        return Scalar(self.value * other.value)


def sigmoid(x: Scalar) -> Scalar:
    """1 / (1 + exp(-x))."""
    Scalar.done.update(exp=1, add=1, div=1)
    return Scalar(1 / (1 + math.exp(-x.value)))


def tanh(x: Scalar) -> Scalar:
    Scalar.done["exp"] += 1
    return Scalar(math.tanh(x.value))


def relu(x: Scalar) -> Scalar:
    Scalar.done["cmp"] += 1
    return Scalar(max(x.value, 0.0))


def affine(weights: Any, biases: Any, x: Vector) -> Vector:
    """W x + b: a multiply-accumulate per weight, an addition per bias."""
    Scalar.done["mac"] += weights.numel()
    sums = [sum(w * each.value for w, each in zip(row, x, strict=True)) for row in weights.tolist()]
    if biases is None:
        return [Scalar(each) for each in sums]
    Scalar.done["add"] += len(sums)
    return [Scalar(each + bias) for each, bias in zip(sums, biases.tolist(), strict=True)]


def lstm_step(read: Vector, before: Vector, state: Vector) -> tuple[Vector, Vector]:
    """PyTorch's equations of LSTM: gates i, f, g, o; c' = f c + i g; h' = o tanh(c')."""
    size = len(state)
    gates = [a + b for a, b in zip(read, before, strict=True)]
    i, f, g, o = (gates[place * size : (place + 1) * size] for place in range(4))
    cells = [
        sigmoid(forget) * cell + sigmoid(enter) * tanh(new)
        for enter, forget, new, cell in zip(i, f, g, state, strict=True)
    ]
    return [sigmoid(out) * tanh(cell) for out, cell in zip(o, cells, strict=True)], cells


def gru_step(read: Vector, before: Vector, state: Vector) -> tuple[Vector, Vector]:
    """PyTorch's equations of GRU: gates r, z, n; n resets what comes of the state; h' = (1 - z) n + z h."""
    size = len(state)
    found = []
    for place, hidden in enumerate(state):
        reset = sigmoid(read[place] + before[place])
        update = sigmoid(read[size + place] + before[size + place])
        new = tanh(read[2 * size + place] + reset * before[2 * size + place])
        found.append((1 - update) * new + update * hidden)
    return found, found


def rnn_step(read: Vector, before: Vector, _: Vector) -> tuple[Vector, Vector]:
    """PyTorch's equation of RNN with ReLU."""
    found = [relu(a + b) for a, b in zip(read, before, strict=True)]
    return found, found


def run_cell(
    step: Callable[..., tuple[Vector, Vector]], module: Any, suffix: str, xs: Sequence[Vector]
) -> list[Vector]:
    """What one cell of PyTorch's module writes of a sequence, by the equations of a step."""
    weights = dict(module.named_parameters())
    hidden = weights[f"weight_hh_{suffix}"].shape[0] // {"LSTM": 4, "GRU": 3}.get(type(module).__name__, 1)
    output = [Scalar(0.0)] * weights[f"weight_hh_{suffix}"].shape[1]
    state = [Scalar(0.0)] * hidden
    written = []
    for x in xs:
        read = affine(weights[f"weight_ih_{suffix}"], weights.get(f"bias_ih_{suffix}"), x)
        before = affine(weights[f"weight_hh_{suffix}"], weights.get(f"bias_hh_{suffix}"), output)
        output, state = step(read, before, state)
        if f"weight_hr_{suffix}" in weights:
            output = affine(weights[f"weight_hr_{suffix}"], None, output)
        written.append(output)
    return written


CELLS = [
    ("lstm", lstm_step, {"hidden": 3}),
    ("lstm", lstm_step, {"hidden": 3, "layers": 2, "bidirectional": True, "projection": 2, "bias": False}),
    ("gru", gru_step, {"hidden": 3}),
    ("gru", gru_step, {"hidden": 3, "layers": 3, "bidirectional": True}),
    ("rnn", rnn_step, {"hidden": 3, "nonlinearity": "relu"}),
    ("rnn", rnn_step, {"hidden": 3, "nonlinearity": "relu", "layers": 2, "bias": False}),
]


@pytest.mark.parametrize(("keyword", "step", "arguments"), CELLS)
def test_every_operation_of_the_equations(keyword: str, step: Any, arguments: dict[str, Any]) -> None:
    torch.manual_seed(0)
    layer = made(keyword, **arguments)
    module = layer.counterpart(nn, SEQUENCE).recurrent.double()
    x = torch.randn(1, *SEQUENCE.dims, dtype=torch.float64)
    Scalar.done = Counter()
    sequence = [[Scalar(value) for value in token] for token in x[0].tolist()]
    for number in range(arguments.get("layers", 1)):
        there = run_cell(step, module, f"l{number}", sequence)
        if arguments.get("bidirectional"):
            back = run_cell(step, module, f"l{number}_reverse", sequence[::-1])[::-1]
            there = [a + b for a, b in zip(there, back, strict=True)]
        sequence = there
    values = torch.tensor([[each.value for each in token] for token in sequence], dtype=torch.float64)
    torch.testing.assert_close(module(x)[0][0].detach(), values)
    assert layer.operations(SEQUENCE, y=layer.output(SEQUENCE)) == Operations(**Scalar.done)


def made(keyword: str, **arguments: Any) -> Layer:
    return REGISTRY[keyword].make(arguments, rank=1)


@pytest.mark.parametrize("keyword", ["lstm", "gru", "rnn"])
def test_a_map_of_one_axis_is_a_sequence_and_stays_a_map(keyword: str) -> None:
    layer, signal = made(keyword, hidden=3, bidirectional=True), Tensor(2, (4,))
    assert layer.output(signal) == Tensor(6, (4,))
    of_map, of_tokens = layer.counterpart(nn, signal), layer.counterpart(nn, SEQUENCE)
    of_map.load_state_dict(of_tokens.state_dict())
    x = torch.randn(5, 4, 2)
    torch.testing.assert_close(of_map(x.transpose(1, 2)), of_tokens(x).transpose(1, 2))


def test_a_step_reads_the_steps_so_far_and_in_two_directions_all() -> None:
    one, two = made("gru", hidden=3), made("gru", hidden=3, bidirectional=True)
    assert one.reach(SEQUENCE, y=one.output(SEQUENCE)) == ((Window(4, 1, -3),),)
    assert two.reach(SEQUENCE, y=two.output(SEQUENCE)) == (Reads.WHOLE,)


def test_an_embedding_is_its_table() -> None:
    layer = made("embedding", vocabulary=10, out=3)
    indices = torch.tensor([[7, 0, 9]])
    flat = layer.counterpart(nn, Tensor(3, (), "flat"))
    assert flat(indices).tolist() == flat.embedding.weight[indices].tolist()
    of_map = layer.counterpart(nn, Tensor(1, (3,)))
    of_map.load_state_dict(flat.state_dict())
    torch.testing.assert_close(of_map(indices[:, None]), flat(indices).transpose(1, 2))
    with pytest.raises(IndexError):
        flat(torch.tensor([[10]]))


def test_indices_come_from_an_input_of_the_network_or_a_part_of_one() -> None:
    parts = "[{split: [3, 1], name: s}, {embedding: [9, 2], from: 's[0]', name: a}, {select_token: 0, name: c}, "
    parts += "{embedding: [5, 2], from: 's[1]'}, {select_token: 0}, {add, from: [c, select_token]}]"
    assert loads(f"input: 4\nnetwork: {parts}", "net.yaml").nodes[-1].y.dims == (2,)
    with pytest.raises(SpecError) as refusal:
        loads("input: 4\nnetwork: [{linear: 4}, {embedding: [9, 2]}]", "net.yaml")
    assert refusal.value.message == "`embedding` reads indices, and `linear` computes its input"
    assert refusal.value.hint == (
        "indices have no gradient: they come from an input of the network, or a `slice` of one"
    )
