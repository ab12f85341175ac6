"""Steps of small random networks beside PyTorch's own, on the CPU between operators: to the byte."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from cnncost.errors import SpecError
from cnncost.footprint.running.step import run_step
from cnncost.footprint.settings import StepSettings
from cnncost.measurement.memory.between_operators import measure_live_bytes
from cnncost.measurement.memory.real_step import RealStep
from cnncost.pytorch.build import build, example_inputs
from tests.graphs import Builder

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

WRAPPED_NUMBER = 8
"""A number that an optimizer multiplies with is a tensor of its own on the CPU, while the operator runs."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def measured(model: nn.Module, inputs: list[Any], settings: StepSettings, outputs: int = 1) -> int:
    return measure_live_bytes(RealStep(model, inputs, settings, outputs)).between_operators


def of_spec(graph: Graph, settings: StepSettings) -> int:
    """The peak of the step of a graph's own model."""
    dtype = DTYPES[settings.dtype]
    inputs = example_inputs(graph, settings.batch, "cpu", dtype)
    return measured(build(graph).to(dtype), inputs, settings, len(graph.outputs))


def random_network(random: Random) -> Graph:
    """Convolutions, normalisations, activations, pools and sums, behind each other and beside each other."""
    net = Builder()
    net.input(random.choice([3, 5]), random.choice([9, 12]), random.choice([9, 12]))
    for _ in range(random.randint(2, 7)):
        kind = random.choice(["conv", "conv", "batchnorm", "relu", "relu_inplace", "relu6", "maxpool", "residual"])
        if kind == "conv":
            fields = {"out": random.choice([4, 8, 12]), "kernel": 3, "padding": 1, "stride": random.choice([1, 2])}
            net.chain([("conv", {**fields, "bias": random.random() < 0.5})])
        elif kind == "relu_inplace":
            net.chain(["batchnorm", ("relu", {"inplace": True})])
        elif kind == "maxpool":
            net.chain([("maxpool", {"kernel": 2, "stride": 2, "padding": 1})])
        elif kind == "residual":
            x = net.builder.size - 1
            channels = net.builder.nodes[x].y.channels
            net.chain([("conv", {"out": channels, "kernel": 3, "padding": 1}), "batchnorm"])
            net.add("add", net.builder.size - 1, x)
        else:
            net.chain([kind])
    net.chain(["global_avgpool", "flatten", ("linear", {"out": 10})])
    return net.graph()


def random_settings(random: Random) -> StepSettings:
    return StepSettings(
        mode=random.choice(["train", "train", "train", "infer"]),
        batch=random.choice([1, 2, 4]),
        dtype=random.choice(["float32", "float32", "bfloat16"]),
        device="cpu",
        optimizer=random.choice(["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "lion"]),
        implementation=random.choice([None, "foreach", "forloop"]),
        weight_decay=random.random() < 0.5,
        set_to_none=random.random() < 0.7,
        accumulate=random.choice([1, 1, 2, 3]),
        loss=random.choice(["cross_entropy", "mse", "sum"]),
        nested=False,
    )


@pytest.mark.parametrize("seed", range(24))
def test_random_steps_of_random_networks(seed: int) -> None:
    random = Random(seed)
    graph, settings = random_network(random), random_settings(random)
    if settings.dtype == "float32" and seed % 3 == 0:
        settings = settings._replace(amp="bfloat16")
    assert run_step(graph, settings).peak_bytes == of_spec(graph, settings)


def narrow(trainable: bool = True) -> Graph:
    """Two convolutions of many weights beside small maps, the first of them frozen or not."""
    net = Builder()
    net.input(16, 4, 4)
    net.add(("conv", {"out": 64, "kernel": 3, "padding": 1}), trainable=trainable)
    net.chain(["relu", ("conv", {"out": 64, "kernel": 3, "padding": 1}), "global_avgpool", "flatten"])
    return net.graph()


@pytest.mark.parametrize("implementation", ["foreach", "forloop", "fused"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "lion"])
def test_the_peak_in_the_step_of_an_optimizer(optimizer: str, implementation: str) -> None:
    for weight_decay in (False, True):
        values = {"optimizer": optimizer, "implementation": implementation, "weight_decay": weight_decay}
        if (optimizer, implementation) == ("rmsprop", "fused"):
            with pytest.raises(SpecError, match="PyTorch has no fused RMSprop"):
                StepSettings.checked(**values)
            return
        settings = StepSettings.checked(device="cpu", nested=False, **values)
        assert of_spec(narrow(), settings) - run_step(narrow(), settings).peak_bytes in (0, WRAPPED_NUMBER)


@pytest.mark.parametrize("amp", [None, "bfloat16"])
def test_frozen_layers_have_no_gradients_and_no_states(amp: str | None) -> None:
    settings = StepSettings(device="cpu", nested=False, amp=amp, optimizer="sgd")
    frozen = run_step(narrow(trainable=False), settings)
    assert frozen.peak_bytes == of_spec(narrow(trainable=False), settings)
    assert frozen.peak_bytes < run_step(narrow(), settings).peak_bytes


def test_a_gradient_scaler_takes_a_few_numbers() -> None:
    for implementation in ("foreach", "fused"):
        settings = StepSettings(device="cpu", nested=False, scaler=True, implementation=implementation)
        assert run_step(narrow(), settings).peak_bytes == of_spec(narrow(), settings)


# Containers, and blocks that are computed again


class Block(nn.Module):
    """Two convolutions; what it is called with lives until it returns."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(channels, 2 * channels, 3, padding=1, bias=False)
        self.relu = nn.ReLU()
        self.other = nn.Conv2d(2 * channels, channels, 3, padding=1, bias=False)
        self.end = nn.ReLU()

    def forward(self, x: torch.Tensor) -> Any:
        return self.end(self.other(self.relu(self.one(x))))


class Blocks(nn.Module):
    """Three blocks behind a convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.block = nn.Sequential(*[Block(8) for _ in range(3)])
        self.head = nn.Linear(8, 10)

    def forward(self, x: torch.Tensor) -> Any:
        return self.head(self.block(self.stem(x)).mean((2, 3)))


def blocks() -> Graph:
    net = Builder()
    net.input(3, 24, 24)
    net.chain([("conv", {"out": 8, "kernel": 3, "padding": 1, "bias": False})])
    for number in range(3):
        for out in (16, 8):
            inside = [(f"block[{number}]", "block")]
            net.add(("conv", {"out": out, "kernel": 3, "padding": 1, "bias": False}), containers=inside)
            net.add("relu", containers=inside)
    net.chain(["global_avgpool", "flatten", ("linear", {"out": 10})])
    return net.graph()


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_containers_hold_what_they_are_called_with(mode: str) -> None:
    settings = StepSettings(mode=mode, batch=2, device="cpu", optimizer="sgd")
    nested = run_step(blocks(), settings).peak_bytes
    assert nested == measured(Blocks(), [torch.rand(2, 3, 24, 24)], settings)
    flat = run_step(blocks(), settings._replace(nested=False)).peak_bytes
    assert flat == of_spec(blocks(), settings)
    if mode == "infer":
        # What all three blocks were called with, and what the third was.
        assert nested - flat == 2 * 4 * 2 * 8 * 24 * 24


@pytest.mark.parametrize(
    ("names", "modules"),
    [
        (("block",), ("block.0", "block.1", "block.2")),
        (("block[1]",), ("block.1",)),
        (("block.0", "block.2"), ("block.0", "block.2")),
    ],
)
def test_blocks_that_are_computed_again(names: tuple[str, ...], modules: tuple[str, ...]) -> None:
    settings = StepSettings(batch=4, device="cpu", optimizer="sgd")
    step = run_step(blocks(), settings._replace(checkpoint=names))
    real = measured(Blocks(), [torch.rand(4, 3, 24, 24)], settings._replace(checkpoint=modules))
    assert step.peak_bytes == real
    assert step.kept_bytes < run_step(blocks(), settings).kept_bytes


def test_a_block_that_is_not_there_is_refused() -> None:
    with pytest.raises(SpecError, match="there is no block `blok` to checkpoint; did you mean `block`") as refusal:
        run_step(blocks(), StepSettings(checkpoint=("blok",)))
    assert refusal.value.hint == "kinds of blocks are `block`"
