"""Which weights get a gradient: beside ``grad`` of real models after a backward pass, and what torch counts in it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from cnncost import build
from cnncost.language.load import loads
from cnncost.metrics import Analysis
from cnncost.pytorch.optimizers import TORCH_OPTIMIZERS
from cnncost.settings import Settings
from tests.graphs import Builder, Step

if TYPE_CHECKING:
    from typing import Any

    from cnncost.graph.graph import Graph

CONV: Step = ("conv", {"out": 4, "kernel": 3, "padding": 1})
LIKE: Step = ("upsample", {"like": "guide"})


def trained(graph: Graph, optimizer: str, training: bool = True) -> tuple[Any, int, int]:
    """A model of the graph after one step, the FLOPs that torch counts in its backward pass, and its optimizer's bytes.

    All outputs have a loss. In evaluation auxiliary heads do not run.
    """
    with sdpa_kernel(SDPBackend.MATH):
        model = build(graph).train(training)
        inputs = [torch.zeros(2, *graph.nodes[number].y.dims) for number in graph.inputs]
        stepping = TORCH_OPTIMIZERS[optimizer].of([each for each in model.parameters() if each.requires_grad], lr=0.1)
        outputs = model(*inputs)
        loss = sum(each.sum() for each in (outputs if isinstance(outputs, tuple) else [outputs]))
        with FlopCounterMode(display=False) as counter:
            if loss.requires_grad:
                loss.backward()
        stepping.step()
    kept = [value for state in stepping.state.values() for name, value in state.items() if name != "step"]
    return model, counter.get_total_flops(), sum(value.nbytes for value in kept if value is not None)


def hold(graph: Graph, optimizer: str = "adam") -> None:
    """Compare what is said of the gradients with a training step of the model."""
    model, flops, state = trained(graph, optimizer)
    settings = Settings.checked(batch=2, mode="train", optimizer=optimizer)
    analysis = Analysis(graph, settings)
    gradients = analysis.column("gradient_bytes")
    for node in graph.layers:
        if node.owns_weights:
            grads = [each.grad for each in model.layer(node.id).parameters()]
            assert gradients[node.id] == sum(grad.nbytes for grad in grads if grad is not None), node.name
    assert analysis.total("backward_flops") == flops
    assert analysis.total("optimizer_bytes") == state
    assert analysis.total("trainable_params") == sum(p.numel() for p in model.parameters() if p.requires_grad)


def alone(net: Builder, x: int, y: int) -> None:
    net.add(LIKE, net.add(CONV, y), net.add(CONV, x))


def through_a_chain(net: Builder, x: int, y: int) -> None:
    guide = net.chain([CONV, "batchnorm", "relu", ("maxpool", {"kernel": 2}), CONV], x)
    net.add(LIKE, net.add(CONV, y), guide)


def through_a_join(net: Builder, x: int, y: int) -> None:
    guide = net.add("add", net.add(CONV, x), net.add(CONV, x))
    net.chain([CONV], net.add(LIKE, net.add(CONV, y), guide))


def with_a_reader(net: Builder, x: int, y: int) -> None:
    guide = net.add(CONV, x)
    net.add("concat", net.add(LIKE, net.add(CONV, y), guide), guide)


def with_a_reader_of_what_lies_before(net: Builder, x: int, y: int) -> None:
    stem = net.add(CONV, x)
    guide = net.add(CONV, stem)
    net.add("concat", net.add(LIKE, net.add(CONV, y), guide), net.add(CONV, stem))


def with_a_reader_of_shapes_alone(net: Builder, x: int, y: int) -> None:
    """What is resized to the guide is itself a guide."""
    resized = net.add(LIKE, net.add(CONV, y), net.add(CONV, x))
    net.add(LIKE, net.add(CONV, y), net.add(CONV, resized))


def of_a_crop(net: Builder, x: int, y: int) -> None:
    net.chain([CONV], net.add(("crop", {"like": "guide"}), net.add(CONV, x), net.add(CONV, y)))


def of_frozen_weights(net: Builder, x: int, y: int) -> None:
    guide = net.add(CONV, net.add(CONV, x), trainable=False)
    net.add(CONV, net.add(LIKE, net.add(CONV, net.add(CONV, y), trainable=False), guide))


def of_shared_weights(net: Builder, x: int, y: int) -> None:
    """The owner's numbers are not read, those of the layer that shares its weights are."""
    owner = net.add(CONV, x)
    net.add(LIKE, net.add(CONV, y, share=owner), owner)


def of_shared_weights_twice(net: Builder, x: int, y: int) -> None:
    owner = net.add(CONV, x)
    net.add(LIKE, net.add(CONV, y), net.add("add", owner, net.add(CONV, x, share=owner)))


def of_attention(net: Builder, x: int, y: int) -> None:
    """Attention has products of two activations, which need gradients for its weights alone."""
    maps = ["patch_tokens", ("attention", {"heads": 2}), ("reshape", {"size": [4, 8, 8]})]
    net.add(LIKE, net.add(CONV, y), net.chain(maps, net.add(CONV, x)))


def with_nothing_else(net: Builder, x: int, y: int) -> None:
    net.add(LIKE, y, net.add(CONV, x))


GRAPHS = [
    alone, through_a_chain, through_a_join, with_a_reader, with_a_reader_of_what_lies_before,
    with_a_reader_of_shapes_alone, of_a_crop, of_frozen_weights, of_shared_weights, of_shared_weights_twice,
    of_attention, with_nothing_else,
]  # fmt: skip


@pytest.mark.parametrize("optimizer", ["adam", "adagrad"])
@pytest.mark.parametrize("add", GRAPHS)
def test_what_is_read_for_its_shape_alone_gets_no_gradient(add: Any, optimizer: str) -> None:
    net = Builder()
    x, y = net.input(4, 8, 8, name="x"), net.input(4, 4, 4, name="y")
    add(net, x, y)
    hold(net.graph(), optimizer)


@pytest.mark.parametrize("optimizer", [name for name, each in TORCH_OPTIMIZERS.items() if not each.stands_in])
def test_optimizers_keep_nothing_of_what_has_no_gradient_but_adagrad(optimizer: str) -> None:
    net = Builder()
    alone(net, net.input(4, 8, 8, name="x"), net.input(4, 4, 4, name="y"))
    hold(net.graph(), optimizer)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs(seed: int) -> None:
    """Convolutions, some frozen and some with another's weights, sums, and readers of shapes, in any order."""
    random, net = Random(seed), Builder()
    nodes = [net.input(4, 6, 6, name=name) for name in "xy"]
    owners: list[int] = []
    for _ in range(14):
        one, other = random.choice(nodes), random.choice(nodes)
        kind = random.choice(["conv", "conv", "share", "add", "like", "crop"])
        if kind == "share" and owners:
            nodes.append(net.add(CONV, one, share=random.choice(owners)))
        elif kind in ("conv", "share"):
            nodes.append(net.add(CONV, one, trainable=random.random() < 0.7))
            owners.append(nodes[-1])
        else:
            step: Step = {"add": "add", "like": LIKE, "crop": ("crop", {"like": "guide"})}[kind]
            nodes.append(net.add(step, one, other))
    hold(net.graph())


AUXILIARY = """
input: {x: [4, 8, 8], y: [4, 4, 4]}
network:
  - {conv: [4, 3], from: x, name: guide}
  - {conv: 4, from: guide, name: head}
  - {conv: 4, from: y, name: small}
  - {upsample: {like: guide}, from: small, name: up}
outputs: up
auxiliary: head
"""


@pytest.mark.parametrize("training", [True, False])
def test_a_head_that_runs_in_training_only_brings_its_gradient_then(training: bool) -> None:
    graph = loads(AUXILIARY)
    _, flops, _ = trained(graph, "adam", training)
    analysis = Analysis(graph, Settings.checked(batch=2, mode="train" if training else "infer"))
    assert analysis.total("backward_flops") == flops
    guide = graph.layers[0]
    assert (analysis.column("weight_gradient_flops")[guide.id] == 0) is not training
    assert analysis.column("gradient_bytes")[guide.id] == 4 * (4 * 4 * 9 + 4)  # what is trained, whatever runs here
