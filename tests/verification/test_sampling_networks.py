"""Networks that sample, as specs, compared with modules of our own: counts, outputs, receptive fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn
from torch.nn import functional as f
from torch.utils.flop_counter import FlopCounterMode

from cnncost import build
from cnncost.language.load import loads
from cnncost.report.analyze import analyze_graph
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT, SAME

if TYPE_CHECKING:
    from collections.abc import Callable

PATCHES = """
input: [3, 32, 32]
network:
  - unfold: {kernel: 8, stride: 8}
  - patch_tokens
  - linear: 24
  - layernorm
  - linear: 10
"""


class Patches(nn.Module):
    """A vision transformer's embedding (Dosovitskiy et al. 2021), and a head for every patch."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.norm, self.head = nn.Linear(192, 24), nn.LayerNorm(24, 1e-5), nn.Linear(24, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = f.unfold(x, 8, stride=8).transpose(1, 2)
        return torch.as_tensor(self.head(self.norm(self.embed(patches))))


SEGNET = """
input: [3, 29, 21]
blocks:
  unit(out): [{conv: {out, kernel: 3, padding: 1, bias: false}}, batchnorm, relu]
network:
  - unit: 8
  - {maxpool: 2, name: pool1}
  - unit: 12
  - {maxpool: {kernel: 3, stride: 2, padding: 1}, name: pool2}
  - unit: 12
  - {max_unpool: pool2}
  - unit: 8
  - {max_unpool: pool1}
  - conv: {out: 5, kernel: 3, padding: 1}
"""


class SegNet(nn.Module):
    """Two levels of Badrinarayanan et al. 2017, with PyTorch's own unpooling."""

    def __init__(self) -> None:
        super().__init__()
        units = [nn.Sequential(nn.Conv2d(i, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()) for i, o in PAIRS]
        self.units, self.last = nn.ModuleList(units), nn.Conv2d(8, 5, 3, 1, 1)
        self.pool1, self.pool2 = nn.MaxPool2d(2, return_indices=True), nn.MaxPool2d(3, 2, 1, return_indices=True)
        self.unpool1, self.unpool2 = nn.MaxUnpool2d(2), nn.MaxUnpool2d(3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.units[0](x)
        small, indices1 = self.pool1(first)
        second = self.units[1](small)
        smaller, indices2 = self.pool2(second)
        large = self.unpool2(self.units[2](smaller), indices2, output_size=second.shape[2:])
        larger = self.unpool1(self.units[3](large), indices1, output_size=first.shape[2:])
        return torch.as_tensor(self.last(larger))


PAIRS = ((3, 8), (8, 12), (12, 12), (12, 8))

DCN = """
input: [16, 12, 12]
network:
  - name: bottleneck
    residual:
      - conv: {out: 8, bias: false}
      - {batchnorm, name: read}
      - {conv: {out: 18, kernel: 3, stride: 2, padding: 1}, name: offsets}
      - {conv: {out: 9, kernel: 3, stride: 2, padding: 1}, from: read}
      - {sigmoid, name: mask}
      - {deform_conv: {out: 8, kernel: 3, stride: 2, padding: 1, bias: false}, from: [read, offsets, mask]}
      - batchnorm
      - relu
      - conv: {out: 32, bias: false}
    shortcut: [{conv: {out: 32, stride: 2, bias: false}}]
  - relu
"""


class Deformed(nn.Module):
    """A bottleneck with a modulated deformable convolution (Zhu et al. 2019), tap by tap by PyTorch's grid_sample."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce, self.norm = nn.Conv2d(16, 8, 1, bias=False), nn.BatchNorm2d(8)
        self.offsets, self.masks = nn.Conv2d(8, 18, 3, 2, 1), nn.Conv2d(8, 9, 3, 2, 1)
        self.weight, self.norm2 = nn.Conv2d(8, 8, 3, bias=False), nn.BatchNorm2d(8)
        self.expand, self.shortcut = nn.Conv2d(8, 32, 1, bias=False), nn.Conv2d(16, 32, 1, 2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        read = self.norm(self.reduce(x))
        offsets, masks = self.offsets(read), self.masks(read).sigmoid()
        rows, columns = torch.meshgrid(torch.arange(6.0) * 2 - 1, torch.arange(6.0) * 2 - 1, indexing="ij")
        taps = []
        for tap in range(9):
            place = (columns + tap % 3 + offsets[:, 2 * tap + 1], rows + tap // 3 + offsets[:, 2 * tap])
            grid = torch.stack([coordinate * 2 / 11 - 1 for coordinate in place], -1)
            taps.append(f.grid_sample(read, grid, align_corners=True) * masks[:, tap : tap + 1])
        sampled = torch.stack(taps, 2).flatten(1, 2)  # every channel's nine elements
        deformed = f.conv2d(sampled, self.weight.weight.reshape(8, 72, 1, 1))
        return (self.expand(self.norm2(deformed).relu()) + self.shortcut(x)).relu()


STN = """
input: [1, 28, 28]
network:
  - conv: {out: 8, kernel: 7}
  - maxpool: 2
  - relu
  - conv: {out: 10, kernel: 5}
  - maxpool: 2
  - relu
  - flatten
  - linear: 32
  - relu
  - linear: 6
  - {affine_grid: {like: input}, name: grid}
  - {grid_sample, from: [input, grid]}
  - conv: {out: 10, kernel: 5}
  - global_avgpool
"""


class Transformer(nn.Module):
    """A spatial transformer (Jaderberg et al. 2015), as PyTorch's tutorial has it, before a small network."""

    def __init__(self) -> None:
        super().__init__()
        self.localisation = nn.Sequential(
            *(nn.Conv2d(1, 8, 7), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(8, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(90, 32), nn.ReLU(), nn.Linear(32, 6)),
        )
        self.conv = nn.Conv2d(1, 10, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        grid = f.affine_grid(self.localisation(x).reshape(-1, 2, 3), list(x.shape), align_corners=False)
        return torch.as_tensor(self.conv(f.grid_sample(x, grid, align_corners=False)).mean((2, 3), keepdim=True))


INVOLUTION = """
input: [8, 10, 9]
network:
  - conv: 4
  - conv: 18
  - {reshape: [2, 9, -1], name: kernels}
  - {unfold: {kernel: 3, padding: 1}, from: input}
  - {reshape: [2, 4, 9, -1], name: windows}
  - {einsum: "bgckp,bgkp->bgcp", from: [windows, kernels]}
  - reshape: [8, 10, 9]
"""


class Involution(nn.Module):
    """A kernel for every position, computed from it, and shared by the channels of a group (Li et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce, self.span = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 18, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernels = self.span(self.reduce(x)).reshape(-1, 2, 9, 90)
        windows = f.unfold(x, 3, padding=1).reshape(-1, 2, 4, 9, 90)
        return torch.einsum("bgckp,bgkp->bgcp", windows, kernels).reshape(x.shape)


OVERLAP_ADD = """
input: [1, 64]
network:
  - {conv: {out: 32, kernel: 16, stride: 8, bias: false}}
  - relu
  - {conv: {out: 16, bias: false}}
  - {fold: {size: [64], kernel: 16, stride: 8}}
"""


class OverlapAdd(nn.Module):
    """Conv-TasNet's encoder and decoder (Luo & Mesgarani 2019): the latter is a transposed convolution too."""

    def __init__(self) -> None:
        super().__init__()
        self.encode, self.decode = nn.Conv1d(1, 32, 16, 8, bias=False), nn.Conv1d(32, 16, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        basis = self.decode.weight.squeeze(2).T.unsqueeze(1)
        return f.conv_transpose1d(self.encode(x).relu(), basis, stride=8)


NETWORKS: dict[str, tuple[str, Callable[[], nn.Module]]] = {
    "patches": (PATCHES, Patches),
    "segnet": (SEGNET, SegNet),
    "deformable": (DCN, Deformed),
    "spatial transformer": (STN, Transformer),
    "involution": (INVOLUTION, Involution),
    "overlap-add": (OVERLAP_ADD, OverlapAdd),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_the_module(name: str) -> None:
    text, factory = NETWORKS[name]
    graph = loads(text)
    report = analyze_graph(graph)
    torch.manual_seed(0)
    theirs, ours = factory().eval(), build(graph).eval()
    x = torch.randn(1, *graph.nodes[0].y.dims)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        expected = theirs(x)
    assert report.totals["params"] == sum(parameter.numel() for parameter in theirs.parameters())
    assert 2 * report.totals["macs"] == counter.get_total_flops()
    with torch.no_grad():
        for own, given in zip(ours.parameters(), theirs.parameters(), strict=True):
            own.copy_(given.reshape(own.shape))
        assert torch.allclose(ours(x), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("patches", {"linear": (8, 8), "linear_2": (8, 8)}),  # the pixels of one patch
        # 3, 3 + 1, 4 + 2 * 2, 8 + 2 * 2, 12 + 2 * 4; two windows meet at most, 20 + 4; three side by side, 20 + 8
        ("segnet", {"pool1": (4, 4), "pool2": (12, 12), "unit_3.conv": (20, 20), "max_unpool": (24, 24)}),
        ("segnet", {"unit_4.conv": (28, 28), "max_unpool_2": (28, 28), "conv": (28, 28)}),
        ("overlap-add", {"conv": (16,), "fold": (24,)}),  # two windows of 16 meet, 8 apart
    ],
)
def test_what_is_seen_is_what_pytorch_shows(name: str, seen: dict[str, tuple[int, ...]]) -> None:
    graph = loads(NETWORKS[name][0])
    report = analyze_graph(graph)
    checks = {check.layer: check for check in field_checks(graph, report)}
    assert not [check for check in checks.values() if check.verdict == DIFFERENT]
    for layer, size in seen.items():
        (row,) = [row for row in report.rows if row.name == layer]
        assert row.receptive_field is not None
        assert row.receptive_field.size == size
        assert checks[layer].verdict == SAME


def test_what_is_seen_at_computed_places_is_a_bound() -> None:
    for name, layer in (("deformable", "bottleneck.deform_conv"), ("spatial transformer", "grid_sample")):
        graph = loads(NETWORKS[name][0])
        report = analyze_graph(graph)
        field = {row.name: row.receptive_field for row in report.rows}[layer]
        assert field is not None
        assert field.is_bound
        assert all(size >= pixels for size, pixels in zip(field.size, graph.nodes[0].y.spatial, strict=True))
        assert not [check for check in field_checks(graph, report) if check.verdict == DIFFERENT]
