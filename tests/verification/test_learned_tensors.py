"""Networks of learned, given and normalised tensors, against models typed in PyTorch, and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm, weight_norm
from torch.utils.flop_counter import FlopCounterMode

from cnncost.language.load import loads
from cnncost.pytorch.build import build
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.counts import count_checks
from cnncost.verification.reference_model import reference_checks
from cnncost.verification.result import DIFFERENT

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = 2


class EDSRBlock(nn.Module):
    """Lim et al. 2017, figure 2: no norm, and the residual times 0.1."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(16, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 16, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.second(self.first(x).relu())
        return y * 0.1 + x


class BiFPNNode(nn.Module):
    """Tan et al. 2020, 3.3: a learned weight for each input, then a depthwise and a pointwise convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.ParameterList([nn.Parameter(torch.ones(1)) for _ in range(2)])
        self.depthwise = nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False)
        self.pointwise = nn.Conv2d(16, 16, 1)
        self.norm = nn.BatchNorm2d(16)

    def forward(self, fine: torch.Tensor, coarse: torch.Tensor) -> torch.Tensor:
        above = functional.interpolate(coarse, scale_factor=2.0)
        x = self.w[0] * fine + self.w[1] * above
        y: torch.Tensor = self.norm(self.pointwise(self.depthwise(functional.silu(x))))
        return y


class BlurPool(nn.Module):
    """Zhang 2019: a given filter, which follows the model to its device as a buffer."""

    filter: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        row = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("filter", (row[:, None] * row / 16).expand(8, 1, 3, 3).clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(self.conv(x).relu(), self.filter, stride=2, padding=1, groups=8)


class Critic(nn.Module):
    """A block of SNGAN's discriminator, Miyato et al. 2018, table 4, with its last layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(8, 16, 3, padding=1))
        self.second = spectral_norm(nn.Conv2d(16, 16, 3, padding=1))
        self.shortcut = spectral_norm(nn.Conv2d(8, 16, 1))
        self.last = spectral_norm(nn.Linear(16, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual = functional.avg_pool2d(self.second(self.first(x.relu()).relu()), 2)
        shortcut = functional.avg_pool2d(self.shortcut(x), 2)
        y: torch.Tensor = self.last((residual + shortcut).relu().mean((2, 3)))
        return y


class Vocoder(nn.Module):
    """HiFi-GAN's beginning, Kong et al. 2020: weight norm on convolutions and transposed ones."""

    def __init__(self) -> None:
        super().__init__()
        self.first = weight_norm(nn.Conv1d(8, 16, 7, padding=3))
        self.grow = weight_norm(nn.ConvTranspose1d(16, 8, 4, 2, padding=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.grow(functional.leaky_relu(self.first(x), 0.1))
        return y


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
    "BiFPN": Example(
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
        BiFPNNode,
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
    spec, factory, _ = EXAMPLES[name]
    graph = loads(spec)
    for mode in ("infer", "train"):
        report = analyze_graph(graph, Settings.checked(batch=BATCH, mode=mode))
        checks = [*count_checks(graph, report), *reference_checks(graph, report, factory())]
        assert [check for check in checks if check.verdict == DIFFERENT] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    torch.manual_seed(0)
    spec, factory, shapes = EXAMPLES[name]
    theirs, ours = factory().eval(), build(loads(spec)).eval()
    given = theirs.state_dict()
    loaded = {}
    for key, tensor in ours.state_dict().items():
        last = key.rpartition(".")[2]
        same = [other for other, value in given.items() if value.numel() == tensor.numel() and _alike(other, last)]
        loaded[key] = given.pop(same[0]).reshape(tensor.shape)
    assert not given
    ours.load_state_dict(loaded)
    xs = [torch.randn(BATCH, *shape) for shape in shapes]
    torch.testing.assert_close(ours(*xs), theirs(*xs))


def _alike(theirs: str, ours: str) -> bool:
    """Whether two entries of states may be the same: those that PyTorch names have the same name in both."""
    named = {"weight", "bias", "running_mean", "running_var", "original0", "original1", "original", "_u", "_v"}
    last = theirs.rpartition(".")[2]
    return last == ours if {last, ours} <= named else not (last in named and ours in named)
