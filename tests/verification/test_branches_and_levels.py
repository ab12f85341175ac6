"""Networks of branches that come and go, and of levels that meet in loops, against modules typed from their papers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from cnncost.frozen import NOTHING
from cnncost.language.load import loads
from cnncost.pytorch.build import build
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.counts import count_checks
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT
from tests.verification.test_foreign_models import with_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.graph.graph import Graph


class Summed(nn.Module):
    """The sum of what branches make of one input."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return sum((branch(x) for branch in self.branches), torch.zeros(()))


def normed(read: int, out: int, kernel: int, stride: int = 1, *, groups: int = 1, eps: float = 1e-5) -> nn.Sequential:
    """A convolution without a bias, and its norm."""
    convolution = nn.Conv2d(read, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out, eps=eps))


def reparameterized(
    read: int, out: int, kernel: int, *, stride: int, deploy: bool, groups: int = 1, copies: int = 1
) -> nn.Module:
    """RepVGG's block (Ding et al. 2021, section 3.2) and, with copies, MobileOne's (Vasu et al. 2023, figure 3)."""
    if deploy:
        return nn.Sequential(nn.Conv2d(read, out, kernel, stride, kernel // 2, groups=groups), nn.ReLU())
    branches: list[nn.Module] = [normed(read, out, kernel, stride, groups=groups) for _ in range(copies)]
    if kernel > 1:
        branches.append(normed(read, out, 1, stride, groups=groups))
    if read == out and stride == 1:
        branches.append(nn.BatchNorm2d(out))
    return nn.Sequential(Summed(*branches), nn.ReLU())


class RepVGG(nn.Module):
    """Three stages; as it is trained, or as it runs."""

    def __init__(self, deploy: bool) -> None:
        super().__init__()
        blocks, read = [], 3
        for width, depth in [(8, 1), (8, 2), (16, 3)]:
            for turn in range(depth):
                stride = 1 if turn else 2
                blocks.append(reparameterized(read, width, 3, stride=stride, deploy=deploy))
                read = width
        self.body = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.body(x)]


class MobileOne(nn.Module):
    """A stem and two pairs of a depthwise and a pointwise block, each of four copies."""

    def __init__(self, deploy: bool) -> None:
        super().__init__()
        block = partial(reparameterized, deploy=deploy)
        blocks: list[nn.Module] = [block(3, 8, 3, stride=2)]
        for read, width, stride in [(8, 16, 2), (16, 16, 1)]:
            blocks.append(block(read, read, 3, stride=stride, groups=read, copies=4))
            blocks.append(block(read, width, 1, stride=1, copies=4))
        self.body = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.body(x)]


class HRNet(nn.Module):
    """Levels of falling resolution, and each of them the sum of all, brought to its size (Wang et al. 2020, 3.2)."""

    widths = (8, 16, 32)

    def __init__(self) -> None:
        super().__init__()
        read = (3, *self.widths)
        self.levels = nn.ModuleList([
            nn.Sequential(normed(read[level], width, 3, 2 if level else 1), nn.ReLU(), Residual(width))
            for level, width in enumerate(self.widths)
        ])  # fmt: skip
        self.brought = nn.ModuleList(
            [nn.ModuleList([self.bring(level, target) for level in range(3)]) for target in range(3)]
        )

    def bring(self, level: int, target: int) -> nn.Module:
        read, out = self.widths[level], self.widths[target]
        if level > target:
            return nn.Sequential(normed(read, out, 1), nn.Upsample(scale_factor=2 ** (level - target)))
        steps: list[nn.Module] = []
        for step in range(level + 1, target + 1):
            steps += [normed(read, out, 3, 2)] if step == target else [normed(read, read, 3, 2), nn.ReLU()]
        return nn.Sequential(*steps)

    def forward(self, x: Tensor) -> list[Tensor]:
        seen = []
        for level in self.levels:
            x = level(x)
            seen.append(x)
        brought = [[bring(y) for bring, y in zip(all_of, seen, strict=True)] for all_of in self.brought]
        return [functional.relu(sum(each, torch.zeros(()))) for each in brought]


class Residual(nn.Module):
    """ResNet's basic block of one width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(normed(width, width, 3), nn.ReLU(), normed(width, width, 3))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.body(x) + x)


class Yolo(nn.Module):
    """The detection head of YOLOv8n on a backbone of five convolutions: distances to the edges, and classes."""

    def __init__(self, classes: int = 80, bins: int = 16) -> None:
        super().__init__()
        self.classes, self.bins = classes, bins
        self.hidden = max(64, min(classes, 100))
        widths = (3, 16, 32, 64, 128, 256)
        self.backbone = nn.ModuleList([self.unit(*widths[i : i + 2], stride=2) for i in range(5)])
        self.heads = nn.ModuleList([self.head(width) for width in widths[3:]])
        self.dfl = nn.Conv2d(bins, 1, 1, bias=False).requires_grad_(False)

    def unit(self, read: int, out: int, stride: int = 1) -> nn.Module:
        return nn.Sequential(normed(read, out, 3, stride, eps=1e-3), nn.SiLU())

    def head(self, read: int) -> nn.ModuleList:
        return nn.ModuleList([
            nn.Sequential(self.unit(read, width), self.unit(width, width), nn.Conv2d(width, out, 1))
            for width, out in [(4 * self.bins, 4 * self.bins), (self.hidden, self.classes)]
        ])  # fmt: skip

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = []
        for unit in self.backbone:
            x = unit(x)
            levels.append(x)
        found = [torch.cat([branch(y) for branch in head], 1) for head, y in zip(self.heads, levels[2:], strict=True)]
        boxes, classes = torch.cat([y.flatten(2) for y in found], 2).split([4 * self.bins, self.classes], 1)
        shares = boxes.unflatten(1, (4, self.bins)).transpose(1, 2).softmax(1)
        return [torch.cat([self.dfl(shares).squeeze(1), classes.sigmoid()], 1)]


REPVGG = """
input: [3, 32, 48]
vars: {deploy: false}
blocks:
  normed(out, kernel, stride): [{conv: {out, kernel, stride, padding: kernel // 2, bias: false}}, batchnorm]
  repvgg(out, stride=1):
    - add:
        - {normed: [out, 3, stride], when: not deploy}
        - {normed: [out, 1, stride], when: not deploy}
        - {batchnorm, when: not deploy and stride == 1 and out == channels}
        - {conv: {out, kernel: 3, stride, padding: 1}, when: deploy}
    - relu
network:
  - for: [width, depth]
    in: [[8, 1], [8, 2], [16, 3]]
    name: stage
    do: [{repvgg: {out: width, stride: 2 if first else 1}, repeat: depth}]
  - global_avgpool
  - flatten
  - linear: 10
"""

MOBILEONE = """
input: [3, 32, 48]
vars: {deploy: false}
blocks:
  normed(out, kernel, stride, groups):
    - conv: {out, kernel, stride, padding: kernel // 2, groups, bias: false}
    - batchnorm
  several(out, kernel, stride, groups, copies):
    - for: copy
      in: range(copies)
      name: copies_made
      do: [{normed: {out, kernel, stride, groups}, from: input, name: one}]
    - {add, from: "copies_made[*].one"}
  unit(out, kernel, stride=1, groups=1, copies=1):
    - add:
        - {several: {out, kernel, stride, groups, copies}, when: not deploy}
        - {normed: {out, kernel: 1, stride, groups}, when: not deploy and kernel > 1}
        - {batchnorm, when: not deploy and stride == 1 and out == channels}
        - {conv: {out, kernel, stride, padding: kernel // 2, groups}, when: deploy}
    - relu
network:
  - unit: [8, 3, 2]
  - for: [width, stride]
    in: [[16, 2], [16, 1]]
    do:
      - unit: {out: channels, kernel: 3, stride, groups: channels, copies: 4}
      - unit: {out: width, kernel: 1, copies: 4}
"""

HRNET = """
input: [3, 32, 48]
vars: {widths: [8, 16, 32]}
blocks:
  normed(out, kernel=3, stride=1): [{conv: {out, kernel, stride, padding: kernel // 2, bias: false}}, batchnorm]
  bring(level, target):
    - for: to
      in: range(level + 1, target + 1)
      do:
        - normed: ["widths[to] if last else channels", 3, 2]
        - {relu, when: not last}
    - {normed: ["widths[target]", 1], when: level > target}
    - {upsample: 2 ** (level - target), when: level > target}
network:
  - for: width
    in: widths
    name: level
    do:
      - normed: [width, 3, 1 if first else 2]
      - relu
      - residual: [{normed: width}, relu, {normed: width}]
      - {relu, name: out}
  - for: target
    in: range(3)
    name: fused
    do:
      - for: source
        in: range(3)
        name: seen
        do: [{bring: [source, target], from: "level[source].out", name: brought}]
      - {add, from: "seen[*].brought"}
      - {relu, name: out}
outputs: ["fused[*].out"]
"""

YOLO = """
input: [3, 64, 96]
vars: {classes: 80, bins: 16, hidden: "max(64, min(classes, 100))"}
blocks:
  unit(out, stride=1):
    - conv: {out, kernel: 3, stride, padding: 1, bias: false}
    - batchnorm: {eps: 1e-3}
    - silu
  detect():
    - concat:
        - [{unit: 4 * bins}, {unit: 4 * bins}, {conv: 4 * bins}]
        - [{unit: hidden}, {unit: hidden}, {conv: classes}]
    - reshape: [channels, -1]
network:
  - unit: [16, 2]
  - unit: [32, 2]
  - {unit: [64, 2], name: fine}
  - {unit: [128, 2], name: middle}
  - {unit: [256, 2], name: coarse}
  - for: map
    in: [fine, middle, coarse]
    name: heads
    do: [{detect, from: map, name: found}]
  - {concat, from: "heads[*].found", axis: positions, name: found}
  - slice: [0, 4 * bins]
  - reshape: [4, bins, positions]
  - permute: [1, 0, 2]
  - softmax
  - {conv: {out: 1, bias: false}, trainable: false, name: dfl}
  - {reshape: [4, -1], name: distances}
  - {slice: [4 * bins, 4 * bins + classes], from: found}
  - {sigmoid, name: scores}
  - {concat, from: [distances, scores]}
"""


class Example(NamedTuple):
    """A spec with its settings, and the model that it says."""

    spec: str
    model: Callable[[], nn.Module]
    settings: Mapping[str, object] = NOTHING
    shape: tuple[int, ...] = (3, 32, 48)

    def graph(self) -> Graph:
        return loads(self.spec, set=self.settings, input=self.shape)


EXAMPLES = {
    "RepVGG, trained": Example(REPVGG, partial(RepVGG, deploy=False)),
    "RepVGG, run": Example(REPVGG, partial(RepVGG, deploy=True), {"deploy": True}),
    "MobileOne, trained": Example(MOBILEONE, partial(MobileOne, deploy=False)),
    "MobileOne, run": Example(MOBILEONE, partial(MobileOne, deploy=True), {"deploy": True}),
    "HRNet": Example(HRNET, HRNet),
    "YOLO": Example(YOLO, Yolo, shape=(3, 64, 96)),
    "YOLO at another resolution": Example(YOLO, Yolo, shape=(3, 128, 64)),
    "YOLO of another task": Example(YOLO, partial(Yolo, classes=3), {"classes": 3}, (3, 64, 64)),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_counts_are_those_of_the_model(name: str, mode: str) -> None:
    example = EXAMPLES[name]
    with torch.device("meta"):
        model = example.model().train(mode == "train")
        with FlopCounterMode(display=False) as counter:
            outputs = model(torch.empty(2, *example.shape))
    graph = example.graph()
    totals: Any = analyze_graph(graph, Settings.checked(batch=2, mode=mode)).totals
    assert totals.params == sum(weight.numel() for weight in model.parameters())
    assert totals.trainable_params == sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())
    assert totals.macs == counter.get_total_flops() // 2
    assert [(2, *graph.nodes[output].y.dims) for output in graph.outputs] == [tuple(y.shape) for y in outputs]


@pytest.mark.parametrize("name", EXAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    torch.manual_seed(0)
    example = EXAMPLES[name]
    with torch.device("meta"):
        theirs = example.model().eval()
    theirs = with_numbers(theirs)
    ours = build(example.graph()).eval()
    for tensor, given in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        tensor.copy_(given)
    x = torch.randn(1, *example.shape)
    with torch.no_grad():
        outputs, expectations = several(ours(x)), theirs(x)
    for output, expected in zip(outputs, expectations, strict=True):
        assert expected.std() > 0
        assert (output - expected).abs().max() <= 1e-4 * expected.std()


@pytest.mark.parametrize("name", EXAMPLES)
def test_verify_finds_every_figure_the_same(name: str) -> None:
    graph = EXAMPLES[name].graph()
    report = analyze_graph(graph)
    checks = [*count_checks(graph, report), *field_checks(graph, report)]
    assert {node.name for node in graph.layers} <= {check.layer for check in checks}
    assert [check for check in checks if check.verdict == DIFFERENT] == []


def test_the_head_of_yolov8n_has_the_parameters_that_ultralytics_prints() -> None:
    """`Detect [80, [64, 128, 256]]` has 897,664 of them in the summary of yolov8n.yaml."""
    graph = EXAMPLES["YOLO"].graph()
    head = [node for node in graph.layers if node.name.startswith(("heads", "dfl"))]
    assert sum(node.parameters() for node in head) == 897_664


def several(outputs: Any) -> Sequence[Tensor]:
    return outputs if isinstance(outputs, tuple) else (outputs,)
