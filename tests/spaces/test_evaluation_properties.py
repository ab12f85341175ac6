"""Random points of many networks: evaluated at once, from a trace and from what it leaves, and one by one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.metrics import METRICS
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.points import Points
from cnncost.symbolic.tracing import Traced
from tests.spaces.one_by_one import one_by_one

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

FEW = settings(deadline=None, derandomize=True, max_examples=2)

FIGURES = (*METRICS, "kept_bytes", "peak_bytes")

BATCHES = st.integers(1, 70)


def images(low: int, high: int, step: int = 32, channels: int = 3) -> SearchStrategy[tuple[int, int, int]]:
    sizes = st.integers(low, high).map(lambda size: size * step)
    return st.tuples(st.just(channels), sizes, sizes)


def widths(*choices: float) -> SearchStrategy[float]:
    return st.sampled_from(choices) | st.floats(min(choices), max(choices))


SPACES: dict[str, dict[str, SearchStrategy[Any]]] = {
    "lenet5": {"batch": BATCHES, "classes": st.integers(1, 20), "input": images(14, 40, 2, 1)},
    "mobilenet_v2": {"batch": BATCHES, "alpha": widths(0.1, 0.35, 1.0, 1.4), "input": images(1, 8)},
    "mobilenet_v3_small": {"alpha": widths(0.5, 1.0, 2.0), "input": images(1, 8), "batch": BATCHES},
    "shufflenet_v2_x1_0": {"batch": BATCHES, "input": images(2, 8), "classes": st.integers(1, 9)},
    "efficientnet_b0": {"phi": st.integers(0, 3), "batch": BATCHES},
    "unet": {"batch": BATCHES, "input": images(18, 25, 16, 1)},
    "vit_b_16": {"input": images(1, 6, 16), "classes": st.integers(1, 9), "batch": BATCHES},
    "deeplab_v3": {"input": images(1, 5, 23), "batch": BATCHES},
    "r3d_18": {"input": st.tuples(st.just(3), st.integers(4, 9), st.integers(30, 60), st.integers(30, 60))},
    "ssd300_vgg16": {"classes": st.integers(1, 30), "batch": BATCHES},
}


def points(space: dict[str, SearchStrategy[Any]]) -> SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(space), min_size=3, max_size=6)


def check(spec: str, rows: list[dict[str, Any]], figures: tuple[str, ...] = FIGURES, **run: Any) -> None:
    """Points have the figures, or the errors, that they have one by one: at first, and in another order afterwards."""
    evaluator = Evaluator(spec, figures, run)
    for given_rows in (rows, [*reversed(rows)]):
        at_once = Points({name: [row[name] for row in given_rows] for name in given_rows[0]})
        found = evaluator.evaluate(at_once)
        assert [found.errors[place] or found.row(place) for place in range(len(at_once))] == one_by_one(
            spec, figures, at_once, run
        )


@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("spec", SPACES)
@FEW
@given(data=st.data())
def test_shipped_networks(spec: str, mode: str, data: st.DataObject) -> None:
    check(spec, data.draw(points(SPACES[spec])), mode=mode)


@FEW
@given(rows=points(SPACES["mobilenet_v2"]))
def test_conventions_algorithms_and_number_formats(rows: list[dict[str, Any]]) -> None:
    check("mobilenet_v2", rows, ("flops", "backward_flops"), convention="fvcore")
    check(
        "mobilenet_v2", rows, ("peak_bytes", "kept_bytes", "textbook_bytes"), mode="train", amp="bf16", optimizer="sgd"
    )
    check("mobilenet_v2", rows, ("param_bytes", "optimizer_bytes", "peak_bytes"), dtype="int8")


HOSTILE = """
input: [channels_in, size, size]
vars:
  channels_in: 3
  size: 24
  width: 1.0
  base: 8
  depth: 2
  groups: 1
  kernel: 3
  stride: 1
  names: [base, 2 * base, 3 * base]
  scaled(c): make_divisible(c * width, 4)
  half(c): c // 2 if c % 2 == 0 else c
blocks:
  unit(out, stride=1):
    - residual: [{conv: {out, kernel, stride, padding: kernel // 2}}, batchnorm, relu]
      shortcut: [{conv: {out, stride}, when: stride != 1 or channels != out}]
      skip: out < 60
layers:
  swish(beta=1):
    output: input
    parameters: beta * channels
    operations: {exp: positions * channels, mul: 2 * positions * channels}
    window: {kernel: 1}
network:
  - conv: {out: scaled(base), kernel, stride, padding: kernel // 2}
  - for: [c, n]
    in: "zip(names, [1, depth, max(1, depth - 1)])"
    name: stage
    do:
      - unit: {out: scaled(c), stride: 2 if first and c > base else 1}
        repeat: n
        when: not (last and c > 20)
  - swish: 2 if width > 1 else base
  - {conv: {out: groups * round(width * 4), kernel: 1, groups}, when: channels % 3 != 1}
  - add: [[], [{conv: channels}, relu]]
  - conv: half(channels) * (2 if channels % 2 == 0 else 1)
  - concat: [[], [{maxpool: {kernel: 3, stride: 1, padding: 1}}]]
  - {dropout: "min(0.9, width / 4)"}
  - {upsample: {scale: 1 + width / 2}, when: size < 30}
  - {chunk: "max(2, depth)", name: parts}
  - {concat, from: "parts[*]"}
  - {conv: "[base, 16, 24][depth % 3]"}
  - global_avgpool
  - flatten
  - linear: abs(ceil(sqrt(size)) - 3) + sum(names) // len(names)
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A spec whose structure depends on all of its variables."""
    path: Path = tmp_path_factory.mktemp("specs") / "hostile.yaml"
    path.write_text(HOSTILE)
    return str(path)


@settings(FEW, max_examples=25)
@given(
    rows=points(
        {
            "size": st.integers(1, 40),
            "width": st.sampled_from([0, 0.5, 1, 1.0, 1.7, True]) | st.floats(0.1, 3),
            "base": st.integers(1, 30),
            "depth": st.integers(0, 4),
            "groups": st.integers(1, 4),
            "kernel": st.sampled_from([1, 3, 5, 4, 99]),
            "stride": st.integers(1, 3),
            "batch": BATCHES,
        }
    )
)
def test_a_spec_whose_structure_depends_on_everything(hostile: str, rows: list[dict[str, Any]]) -> None:
    check(hostile, rows, ("params", "macs", "flops", "activation_bytes", "kept_bytes", "peak_bytes"), mode="train")


def test_values_are_keys_only_where_equal_ones_may_be_found_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two values that are computed differently are two keys, equal or not: a cache may miss one, nothing else may."""
    seen: set[tuple[str, str]] = set()
    own = Traced.__hash__

    def watched(self: Traced) -> int:
        frame: Any = sys._getframe(1)
        if frame.f_code.co_name == "__hash__":  # of the layer that has it
            frame = frame.f_back
        seen.add((frame.f_globals["__name__"], frame.f_code.co_name))
        return own(self)

    monkeypatch.setattr(Traced, "__hash__", watched)
    rows = {"batch": [2, 3], "classes": [4, 5]}
    for spec, mode in (("ssd300_vgg16", "train"), ("mobilenet_v2", "train"), ("retinanet_resnet50_fpn", "infer")):
        Evaluator(spec, FIGURES, {"mode": mode}).evaluate(Points(rows))
    assert seen == {
        ("cnncost.graph.builder", "make"),
        ("cnncost.graph.builder", "_infer"),
        ("cnncost.metrics.analysis", "_models"),
        ("cnncost.symbolic.varying", "total"),
    }
