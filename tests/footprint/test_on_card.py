"""Steps on a card: what the profile of the H200 makes of them, held to what CUDA's allocator reported there."""

from __future__ import annotations

from functools import cache
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import pytest

from benchmarks.measured_steps import Step, measured
from cnncost import load, memory

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

# Those that ship as specs, at the input that was measured.
SHIPPED = [
    "alexnet",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "googlenet",
    "resnet18",
    "resnet50",
    "resnet152",
    "densenet121",
    "densenet201",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x1_0",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "convnext_tiny",
    "vit_b_16",
]
GROUPS = {"float32 training": 23, "bf16 autocast training": 22, "inference": 17}
"""How many of their steps were measured, by kind."""


class Ratios(NamedTuple):
    """How far a prediction is off, as parts of what was measured."""

    allocated: float
    reserved: float


def ratios(graph: Graph, step: Step, *, inplace: bool) -> Ratios:
    found = memory(
        graph,
        device="h200",
        mode="train" if step.trains else "infer",
        batch=step.batch,
        optimizer=(step.optimizer or "sgd").split("_")[0],
        weight_decay=step.trains,
        amp="bf16" if step.amp else None,
        channels_last=step.channels_last,
        inplace=inplace,
    )
    assert found.allocated_bytes is not None
    assert found.reserved_bytes is not None
    return Ratios(
        abs(found.allocated_bytes / step.peak_allocated - 1), abs(found.reserved_bytes / step.peak_reserved - 1)
    )


@cache
def shipped(group: str) -> list[Ratios]:
    steps = [step for step in measured() if step.group == group and step.network in SHIPPED]
    return [ratios(load(step.network), step, inplace=True) for step in steps]


@pytest.mark.parametrize("group", GROUPS)
def test_shipped_networks(group: str) -> None:
    found = shipped(group)
    assert len(found) == GROUPS[group]
    allocated, reserved = zip(*found, strict=True)
    assert median(allocated) < 0.01
    assert max(allocated) < 0.05
    assert median(reserved) < 0.05
    assert max(reserved) < 0.1


@pytest.mark.parametrize("network", ["mnasnet1_0", "resnet50", "tv_vid:r3d_18", "vit_b_16"])
def test_imported_models(network: str) -> None:
    """With the in-place layers that they have themselves."""
    steps = [step for step in measured() if step.network == network]
    graph = load(steps[0].spec, input=list(steps[0].input))
    found = [ratios(graph, step, inplace=False) for step in steps]
    assert max(each.allocated for each in found) < 0.01
    assert max(each.reserved for each in found) < 0.07


def test_what_was_measured_includes_both_layouts() -> None:
    """Channels last, and not, so that no kind of step is left out by accident."""
    layouts = {(step.group, step.channels_last) for step in measured()}
    assert {("bf16 autocast training", True), ("bf16 autocast training", False)} <= layouts
