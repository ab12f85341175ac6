"""Networks of learned, given and normalised tensors, against models typed in PyTorch, and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnncost.language.load import loads
from cnncost.pytorch.build import build
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.comparison.compare import compare
from cnncost.verification.comparison.reference import Reference
from cnncost.verification.counts import count_checks
from cnncost.verification.result import DIFFERENT
from tests.torch_models.learned import (
    BiFPNNode,
    BlurPool,
    Critic,
    EDSRBlock,
    FrozenNorm,
    StyleGAN2Block,
    TokensAndPositions,
    Vocoder,
    WeighedSum,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

BATCH = 2


class Example(NamedTuple):
    """A spec, and the model that it says."""

    spec: str
    model: Callable[[], nn.Module]
    shapes: tuple[tuple[int, ...], ...]


EXAMPLES = {
    "EDSR": Example(
        """
        input: [16, 12, 12]
        network:
          - residual:
              - conv: {out: 16, kernel: 3, padding: 1}
              - relu
              - conv: {out: 16, kernel: 3, padding: 1}
              - scale: 0.1
        """,
        EDSRBlock,
        ((16, 12, 12),),
    ),
    "unbounded fusion": Example(
        """
        input: {fine: [16, 8, 8], coarse: [16, 4, 4]}
        network:
          - {scale: {learned: scalar}, from: fine, name: weighted_fine}
          - {upsample: 2, from: coarse}
          - {scale: {learned: scalar}, name: weighted_coarse}
          - {add, from: [weighted_fine, weighted_coarse]}
          - silu
          - conv: {out: channels, kernel: 3, padding: 1, groups: channels, bias: false}
          - conv: 16
          - batchnorm
        """,
        WeighedSum,
        ((16, 8, 8), (16, 4, 4)),
    ),
    "BlurPool": Example(
        """
        input: [3, 12, 12]
        network:
          - conv: {out: 8, kernel: 3, padding: 1}
          - relu
          - conv: {out: channels, kernel: 3, stride: 2, padding: 1, groups: channels, bias: false, fixed: true}
        """,
        BlurPool,
        ((3, 12, 12),),
    ),
    "spectral norm": Example(
        """
        input: [8, 8, 8]
        network:
          - add:
            - - relu
              - conv: {out: 16, kernel: 3, padding: 1, spectral_norm: true}
              - relu
              - conv: {out: 16, kernel: 3, padding: 1, spectral_norm: true}
              - avgpool: 2
            - - conv: {out: 16, spectral_norm: true}
              - avgpool: 2
          - relu
          - global_avgpool
          - flatten
          - linear: {out: 1, spectral_norm: true}
        """,
        Critic,
        ((8, 8, 8),),
    ),
    "weight norm": Example(
        """
        input: [8, 40]
        network:
          - conv: {out: 16, kernel: 7, padding: 3, weight_norm: true}
          - leaky_relu: 0.1
          - conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1, weight_norm: true}
        """,
        Vocoder,
        ((8, 40),),
    ),
    "BiFPN": Example(
        """
        input: {p4: [16, 8, 8], between: [16, 8, 8], p3: [16, 16, 16]}
        network:
          - {parameter: 3, name: importance}
          - relu
          - {chunk: 3, name: one}
          - {add, from: ["one[*]"]}
          - {shift: 0.0001, name: total}
          - {divide, from: [relu, total]}
          - {reshape: [3, 1, 1]}
          - {chunk: 3, name: weight}
          - {maxpool: {kernel: 3, stride: 2, padding: 1}, from: p3, name: below}
          - for: [level, turn]
            in: [[p4, 0], [between, 1], [below, 2]]
            name: inputs
            do:
              - {multiply, from: ["weight[turn]", level]}
          - {add, from: ["inputs[*]"]}
          - silu
          - conv: {out: channels, kernel: 3, padding: 1, groups: channels, bias: false}
          - conv: 16
          - batchnorm
        """,
        BiFPNNode,
        ((16, 8, 8), (16, 8, 8), (16, 16, 16)),
    ),
    "StyleGAN2": Example(
        """
        input: {w: [32], noise: [1, 8, 8]}
        network:
          - {linear: 16, from: w, name: style}                        # A: a scale for every channel that is read
          - {square, name: style_squared}
          - {reshape: [16, 1, 1], from: style, name: modulation}
          - {parameter: [16, 4, 4], name: constant}
          - {multiply, from: [constant, modulation]}
          - {conv_transpose: {out: 8, kernel: 3, stride: 2, bias: false}, name: up}
          - {conv: {out: 8, kernel: 4, padding: 1, groups: 8, bias: false, fixed: true}, name: blur}
          - {parameter: [16, 8, 3, 3], share: up, name: kernels}
          - {square, name: kernels_squared}
          - {einsum: "biohw,bi->bo", from: [kernels_squared, style_squared]}
          - {shift: 1e-8}
          - rsqrt
          - {reshape: [8, 1, 1], name: demodulation}
          - {multiply, from: [blur, demodulation], name: convolved}
          - {scale: {learned: scalar}, from: noise, name: weighed_noise}
          - {add, from: [convolved, weighed_noise]}
          - {shift: {learned: channels}}
          - {leaky_relu: 0.2}
          - {scale: 1.4142135623730951}
        """,
        StyleGAN2Block,
        ((32,), (1, 8, 8)),
    ),
    "tokens": Example(
        """
        input: [3, 12, 12]
        network:
          - conv: {out: 24, kernel: 4, stride: 4}
          - patch_tokens
          - concat: [{parameter: {shape: [1, channels], tokens: true}}, []]
            axis: tokens
          - add: [[], {parameter: {shape: [positions, channels], tokens: true}}]
          - layernorm
          - select_token: 0
          - linear: 5
        """,
        TokensAndPositions,
        ((3, 12, 12),),
    ),
    "frozen norm": Example(
        """
        input: [3, 8, 8]
        network:
          - conv: {out: 8, kernel: 3, padding: 1, bias: false}
          - batchnorm: {fixed: true}
        """,
        FrozenNorm,
        ((3, 8, 8),),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_every_figure_is_that_of_the_typed_model(name: str, mode: str) -> None:
    spec, factory, shapes = EXAMPLES[name]
    graph, model = loads(spec), factory().train(mode == "train")
    report = analyze_graph(graph, Settings.checked(batch=BATCH, mode=mode))
    xs = [torch.randn(BATCH, *shape, requires_grad=True) for shape in shapes]
    with FlopCounterMode(display=False) as counter:
        y = model(*xs)
    totals: Any = report.totals
    assert (BATCH, *graph.layers[-1].y.dims) == tuple(y.shape)
    assert totals.macs == counter.get_total_flops() // 2
    assert totals.params == totals.trainable_params == sum(weight.numel() for weight in model.parameters())
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())
    assert totals.param_bytes == sum(weight.nbytes for weight in model.parameters())
    assert totals.buffer_bytes == sum(buffer.nbytes for buffer in model.buffers())
    y.sum().backward()
    assert totals.gradient_bytes == sum(w.grad.nbytes for w in model.parameters() if w.grad is not None)
    assert all(x.grad is not None for x in xs)


@pytest.mark.parametrize("name", EXAMPLES)
def test_verify_finds_every_figure_the_same(name: str) -> None:
    graph = loads(EXAMPLES[name][0])
    for mode in ("infer", "train"):
        checks = count_checks(graph, analyze_graph(graph, Settings.checked(batch=BATCH, mode=mode)))
        assert [check for check in checks if check.verdict == DIFFERENT] == []


WRITTEN_OTHERWISE = {"BiFPN", "StyleGAN2", "frozen norm"}
"""Examples whose models say in other operators what the spec says in layers: their totals are compared alone."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_typed_model_is_the_same_layer_by_layer(name: str) -> None:
    graph = loads(EXAMPLES[name][0])
    found = compare(graph, analyze_graph(graph), Reference.found(EXAMPLES[name][1]))
    assert [check.figure for check in found.totals if check.verdict == DIFFERENT] == []
    assert found.compared > 0
    assert bool(found.differences) == (name in WRITTEN_OTHERWISE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    torch.manual_seed(0)
    spec, factory, shapes = EXAMPLES[name]
    theirs, ours = factory().eval(), build(loads(spec)).eval()
    given = theirs.state_dict()
    loaded: dict[str, torch.Tensor] = {}
    shared: dict[int, str] = {}
    for key, tensor in ours.state_dict().items():
        last = key.rpartition(".")[2]
        if tensor.data_ptr() in shared:
            loaded[key] = loaded[shared[tensor.data_ptr()]]
            continue
        same = [other for other, value in given.items() if value.numel() == tensor.numel() and _alike(other, last)]
        same.sort(key=lambda other: other.rpartition(".")[2] != last)
        loaded[key] = given.pop(same[0]).reshape(tensor.shape)
        shared[tensor.data_ptr()] = key
    assert not given
    ours.load_state_dict(loaded)
    xs = [torch.randn(BATCH, *shape) for shape in shapes]
    torch.testing.assert_close(ours(*xs), theirs(*xs))


def _alike(theirs: str, ours: str) -> bool:
    """Whether two entries of states may be the same: those that PyTorch names have the same name in both."""
    named = {"weight", "bias", "running_mean", "running_var", "original0", "original1", "original", "_u", "_v"}
    last = theirs.rpartition(".")[2]
    if ours == "tensor":
        return last not in named
    return last == ours if {last, ours} <= named else not (last in named and ours in named)
