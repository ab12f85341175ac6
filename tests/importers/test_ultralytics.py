"""Ultralytics' model files: the parameters that it publishes for every size, a module of our own, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncost import SpecError, analyze
from cnncost.importers.ultralytics.load import load_ultralytics
from cnncost.importers.ultralytics.model_file import is_model_file
from cnncost.language.limits import Limits
from cnncost.pytorch.build import build
from tests.importers.ultralytics_files import yolo11, yolov5, yolov5_of_one_size, yolov8

DETECT = "Detect, [nc]"
SIZES = "nsmlx"

# Ultralytics 8.3.0, `cfg/models/v8/*.yaml`, comments: "parameters" and "gradients" of each size.
YOLOV8 = (3_157_200, 11_166_560, 25_902_640, 43_691_520, 68_229_648)
GHOST = (1_865_316, 5_960_072, 10_336_312, 14_277_872, 22_229_308)
# `cfg/models/11/yolo11*.yaml`: each head at the sizes n, s, m, l and x.
YOLO11 = {
    "Detect, [nc]": (2_624_080, 9_458_752, 20_114_688, 25_372_160, 56_966_176),
    "Segment, [nc, 32, 256]": (2_876_848, 10_113_248, 22_420_896, 27_678_368, 62_142_656),
    "Pose, [nc, kpt_shape]": (2_908_507, 9_948_811, 20_973_273, 26_230_745, 58_889_881),
    "OBB, [nc, 1]": (2_695_747, 9_744_931, 20_963_523, 26_220_995, 58_875_331),
    "Classify, [nc]": (1_633_584, 5_545_488, 10_455_696, 12_937_104, 28_458_544),
}
# docs.ultralytics.com/models/yolov8, summaries of yolov8n-pose and yolov8n-cls, printed as each is loaded.
POSE_N, CLASSIFY_N = 3_295_470, 2_719_288
# github.com/ultralytics/yolov5, release 7.0, summaries of yolov5n to yolov5x with 80 classes.
YOLOV5 = (1_872_157, 7_235_389, 21_190_557, 46_563_709, 86_749_405)
ANCHORS = "[[10,13, 16,30, 33,23], [30,61, 62,45, 59,119], [116,90, 156,198, 373,326]]"


def load(text: str, name: str = "yolov8n.yaml", shape: object = (3, 64, 64)) -> Any:
    return load_ultralytics(text.encode(), name, list(shape) if isinstance(shape, tuple) else shape, Limits())


def totals(text: str, name: str = "yolov8n.yaml") -> dict[str, Any]:
    result: dict[str, Any] = analyze(load(text, name)).to_dict()["totals"]
    return result


@pytest.mark.parametrize(("size", "params"), list(zip(SIZES, YOLOV8, strict=True)))
def test_yolov8(size: str, params: int) -> None:
    found = totals(yolov8(DETECT), f"yolov8{size}.yaml")
    assert found["params"] == params
    assert params - found["trainable_params"] == 16  # the weights of the distances' means are not trained


@pytest.mark.parametrize(("size", "params"), list(zip(SIZES, GHOST, strict=True)))
def test_ghosts(size: str, params: int) -> None:
    text = yolov8(DETECT, block="C3Ghost", conv="GhostConv")
    assert totals(text, f"yolov8{size}-ghost.yaml")["params"] == params


@pytest.mark.parametrize("head", YOLO11)
def test_yolo11(head: str) -> None:
    text = yolo11(head, extra="kpt_shape: [17, 3]\n")  # of 80 classes, all of them
    found = [totals(text, f"yolo11{size}.yaml")["params"] for size in SIZES]
    assert tuple(found) == YOLO11[head]


def test_other_heads() -> None:
    pose = yolov8("Pose, [nc, kpt_shape]", classes=1, extra="kpt_shape: [17, 3]\n")
    assert totals(pose, "yolov8n-pose.yaml")["params"] == POSE_N
    assert totals(yolov8("Classify, [nc]", classes=1000), "yolov8n-cls.yaml")["params"] == CLASSIFY_N


@pytest.mark.parametrize(
    ("depth", "width", "params"),
    [
        (depth, width, params)
        for (depth, width), params in zip(
            ((0.33, 0.25), (0.33, 0.50), (0.67, 0.75), (1.0, 1.0), (1.33, 1.25)), YOLOV5, strict=True
        )
    ],
)
def test_yolov5(depth: float, width: float, params: int) -> None:
    assert totals(yolov5_of_one_size(depth, width, ANCHORS), "yolov5.yaml")["params"] == params
    assert totals(yolov5_of_one_size(depth, width, "3"), "yolov5.yaml")["params"] == params


def test_the_size_is_in_the_name() -> None:
    assert totals(yolov5(DETECT), "models/yolov5s.yaml") == totals(yolov5(DETECT), "yolov5s-mine.yaml")
    custom = load(yolov8(DETECT), "custom.yaml")
    assert analyze(custom).to_dict()["totals"]["params"] == YOLOV8[0]  # the first of the scales
    assert custom.warnings[-1] == "`custom.yaml` does not say its size: it is taken as `n`, of n, s, m, l, x"
    assert totals("scale: m\n" + yolov8(DETECT), "custom.yaml")["params"] == YOLOV8[2]


class Partial(nn.Module):
    """A `C2f` of one bottleneck, and `SPPF`, with a linear head: written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(3, 16, 3, 2)
        self.split = _conv(16, 16, 1)
        self.first, self.second = _conv(8, 8, 3), _conv(8, 8, 3)
        self.joined = _conv(24, 16, 1)
        self.narrow, self.pooled = _conv(16, 8, 1), _conv(32, 16, 1)
        self.wide, self.fc = _conv(16, 1280, 1), nn.Linear(1280, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = self.split(self.stem(x)).chunk(2, 1)
        x = self.joined(torch.cat([a, b, b + self.second(self.first(b))], 1))
        pools = [self.narrow(x)]
        for _ in range(3):
            pools.append(nn.functional.max_pool2d(pools[-1], 5, 1, 2))
        x = self.wide(self.pooled(torch.cat(pools, 1))).mean((2, 3))
        return torch.softmax(self.fc(x), 1)


def _conv(channels: int, out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.SiLU())


PARTIAL = """
nc: 4
backbone: [[-1, 1, Conv, [16, 3, 2]], [-1, 1, C2f, [16, True]], [-1, 1, SPPF, [16, 5]]]
head: [[-1, 1, Classify, [nc]]]
"""


def test_a_module_of_our_own() -> None:
    graph = load(PARTIAL, "partial.yaml", (3, 16, 16))
    ours, theirs = build(graph).eval(), Partial().eval()
    with torch.no_grad():
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine.copy_(other)
    x = torch.randn(2, 3, 16, 16)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)
    with FlopCounterMode(display=False) as counter:
        Partial().to("meta")(torch.empty(1, 3, 16, 16, device="meta"))
    assert 2 * analyze(graph).to_dict()["totals"]["macs"] == counter.get_total_flops()


def test_the_head_follows_the_input() -> None:
    graph = load(yolov8(DETECT), shape=(3, 320, 640))
    positions = 40 * 80 + 20 * 40 + 10 * 20
    assert [graph.nodes[output].y.dims for output in graph.outputs] == [(4, positions), (80, positions)]
    assert graph.warnings == ("boxes are decoded from what the outputs hold: not counted",)
    assert load(yolov8(DETECT), shape=None).nodes[0].y.dims == (3, 640, 640)


def test_names_are_those_of_the_module_tree() -> None:
    names = {node.module_name for node in load(yolov8(DETECT)).layers}
    assert {"model.2.m.0.cv1.conv", "model.9.cv2.bn", "model.22.cv3.2.2", "model.22.dfl.conv"} <= names


def test_what_is_a_model_file() -> None:
    assert is_model_file(yolov8(DETECT))
    assert not is_model_file("input: 3\nnetwork: [relu]")
    assert not is_model_file("backbone: 1\nhead: 2\nnetwork: [relu]")


def with_row(row: str) -> str:
    return f"nc: 4\nbackbone:\n  - [-1, 1, Conv, [16, 3, 2]]\nhead:\n  - {row}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "`yolov8n.yaml` is not a mapping of `nc`, `backbone` and `head`"),
        ("nc: many\nbackbone: []\nhead: []", "`nc` must be a positive whole number"),
        ("nc: 4\nbackbone: []\nhead: []", "there are no rows"),
        ("nc: 4\nbackbone: 3\nhead: []", "`backbone` must be a list of rows"),
        ("nc: 4\nhead: []", "`backbone` must be a list of rows"),
        (with_row("[-1, 1, Conv]"), "a row is `[from, repeats, module, arguments]`"),
        (with_row("[-1, 0, Conv, [8]]"), "repeats are a positive whole number"),
        (with_row("[-1, 999999999, Conv, [8]]"), "more than 20,000 layers"),
        (with_row("[-1, 999999999, C2f, [8]]"), "more than 20,000 layers"),
        (with_row("[-1, 1, Convv, [8]]"), "the module `Convv` is not known; did you mean `Conv`?"),
        (with_row("[-1, 1, Conv, []]"), "`Conv` needs `out`"),
        (with_row("[-1, 1, Conv, [8, 3, wide]]"), "`stride` of `Conv` must be a positive whole number, not `wide`"),
        (with_row("[-1, 1, SPPF, [8, 5, 5]]"), "`SPPF` takes 2 arguments, not 3"),
        (with_row("[-3, 1, Conv, [8]]"), "there is no row -3 before row 1"),
        (with_row("[[-1, 0], 1, Conv, [8]]"), "`Conv` reads one row, not 2"),
        (with_row("[-1, 1, Conv, [8, 99, 1, 0]]"), "kernel of 99 is larger than its input of 32"),
        ("activation: nn.Swoosh()\n" + with_row("[-1, 1, Conv, [8]]"), "the activation `nn.Swoosh()` is not known"),
        ("scales: {n: [1, 1]}\n" + with_row("[-1, 1, Conv, [8]]"), "a scale is `[depth, width, most channels]`"),
        ("scales: {s: [1, 1, 64]}\n" + with_row("[-1, 1, Conv, [8]]"), "`yolov8n.yaml` has no scale `n`"),
        ("depth_multiple: deep\n" + with_row("[-1, 1, Conv, [8]]"), "`depth_multiple` must be a number above 0"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(text)
    assert refused.value.message == message
    assert refused.value.origin is not None or message == "there are no rows" or "activation" in message
