"""FLOPs of the backward pass against those that torch counts while it differentiates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncost.metrics import Analysis
from cnncost.settings import Settings
from tests.graphs import Builder, Step, chain

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

CONV: Step = ("conv", {"out": 8, "kernel": 3, "padding": 1})


def totals(graph: Graph, batch: int = 2) -> tuple[int, int]:
    """Weight and input gradients of all layers."""
    analysis = Analysis(graph, Settings(batch=batch))
    weights, inputs = analysis.column("weight_gradient_flops"), analysis.column("input_gradient_flops")
    assert analysis.column("backward_flops") == [(w or 0) + (i or 0) for w, i in zip(weights, inputs, strict=True)]
    return sum(value or 0 for value in weights), sum(value or 0 for value in inputs)


def counted(module: nn.Module, *shape: int, input_gradient: bool = False) -> int:
    """What torch counts between the loss and the last gradient. It is right where convolutions have one group."""
    output = module(torch.randn(2, *shape, requires_grad=input_gradient))
    with FlopCounterMode(display=False) as counter:
        output.sum().backward()
    return int(counter.get_total_flops())


def freeze(module: nn.Module) -> nn.Module:
    return module.requires_grad_(False)


def net(*frozen: int) -> tuple[Graph, nn.Module]:
    """Three convolutions with norms between them, the ones at `frozen` without training."""
    builder = Builder()
    modules: list[nn.Module] = []
    x = builder.input(3, 6, 6)
    for i, channels in enumerate((3, 8, 8)):
        x = builder.add(CONV, x, trainable=i not in frozen)
        modules.append(nn.Conv2d(channels, 8, 3, padding=1).requires_grad_(i not in frozen))
        x = builder.add("relu", x)
        modules.append(nn.ReLU())
    builder.chain(["flatten", ("linear", {"out": 10})], x)
    return builder.graph(), nn.Sequential(*modules, nn.Flatten(), nn.Linear(8 * 36, 10))


@pytest.mark.parametrize("frozen", [(), (0,), (1,), (0, 1), (0, 1, 2), (2,)])
def test_frozen_layers_stop_what_lies_before_them(frozen: tuple[int, ...]) -> None:
    graph, module = net(*frozen)
    assert sum(totals(graph)) == counted(module, 3, 6, 6)


def test_the_first_layer_has_no_input_gradient() -> None:
    graph = chain([CONV, CONV], (8, 6, 6))
    macs = 2 * 8 * 8 * 9 * 36
    assert Analysis(graph, Settings(batch=2)).column("input_gradient_flops") == [0, 0, 2 * macs]
    assert totals(graph) == (4 * macs, 2 * macs)


def test_a_trained_norm_upstream_asks_for_input_gradients() -> None:
    graph = chain(["batchnorm", CONV], (3, 6, 6))
    assert sum(totals(graph)) == counted(nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 8, 3, padding=1)), 3, 6, 6)
    frozen = chain([("batchnorm", {"affine": False}), CONV], (3, 6, 6))
    assert totals(frozen)[1] == 0


def test_depthwise_backward_is_twice_forward() -> None:
    """Where torch forgets the groups: 2 x 8 x 36 x 9 MACs forward, as many for each gradient."""
    graph = chain(["batchnorm", ("conv", {"out": 8, "kernel": 3, "padding": 1, "groups": 8})], (8, 6, 6))
    forward = 2 * 2 * 8 * 36 * 9
    assert totals(graph) == (forward, forward)


def test_transposed_convolutions() -> None:
    graph = chain([CONV, ("conv_transpose", {"out": 4, "kernel": 2, "stride": 2})], (3, 6, 6))
    module = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ConvTranspose2d(8, 4, 2, 2))
    assert sum(totals(graph)) == counted(module, 3, 6, 6)


def test_shared_weights_get_a_gradient_from_every_use() -> None:
    builder = Builder()
    first = builder.add(CONV, builder.input(8, 6, 6))
    builder.add(CONV, first, share=first)
    conv = nn.Conv2d(8, 8, 3, padding=1)
    assert sum(totals(builder.graph())) == counted(nn.Sequential(conv, conv), 8, 6, 6)


def test_shared_weights_are_frozen_with_their_owner() -> None:
    builder = Builder()
    first = builder.add(CONV, builder.input(8, 6, 6), trainable=False)
    builder.add(CONV, first, share=first)
    assert totals(builder.graph()) == (0, 0)


def test_any_trained_branch_asks_for_the_gradient_of_a_join() -> None:
    builder = Builder()
    x = builder.input(8, 6, 6)
    join = builder.add("add", builder.add(CONV, x, trainable=False), builder.add(CONV, x))
    builder.add(CONV, join, trainable=False)

    class Module(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.frozen, self.trained, self.last = (nn.Conv2d(8, 8, 3, padding=1) for _ in range(3))
            freeze(self.frozen)
            freeze(self.last)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.last(self.frozen(x) + self.trained(x))
            return out

    assert sum(totals(builder.graph())) == counted(Module(), 8, 6, 6)


class PlainAttention(nn.Module):
    """Multi-head attention written out in matrix products, which torch counts."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(channels, channels) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        scores = (q @ k.transpose(-1, -2)).softmax(-1)
        out: torch.Tensor = self.out((scores @ v).transpose(1, 2).flatten(-2))
        return out


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("upstream", [True, False])
def test_attention(trained: bool, upstream: bool) -> None:
    """Products of two activations have two gradients, needed for the layer's own weights or for those upstream."""
    builder = Builder()
    builder.input(12, 9, layout="tokens")
    if upstream:
        builder.add("position_embedding")
    builder.add(("attention", {"heads": 3}), trainable=trained)
    module = PlainAttention(12, 3).requires_grad_(trained)
    expected = counted(module, 9, 12, input_gradient=upstream) if trained or upstream else 0
    assert sum(totals(builder.graph())) == expected


def test_the_convention_says_what_a_multiply_accumulate_counts() -> None:
    graph = chain([CONV, CONV], (8, 6, 6))
    flops = Analysis(graph).column("backward_flops")
    macs = Analysis(graph, Settings.checked(convention="macs")).column("backward_flops")
    assert [value and value // 2 for value in flops] == macs


def test_a_shape_that_is_only_followed_asks_for_no_gradient() -> None:
    builder = Builder()
    small, large = builder.input(8, 3, 3, name="small"), builder.input(8, 6, 6, name="large")
    followed = builder.add(CONV, large)
    up = builder.add(("upsample", {"like": "followed"}), small, followed)
    builder.add(CONV, up)
    assert Analysis(builder.graph()).column("input_gradient_flops") == [0] * 5
