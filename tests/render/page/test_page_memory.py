"""The course of a step as the page holds it, beside what `memory` says of it."""

from __future__ import annotations

from typing import Any

import pytest

import cnncost
from cnncost.footprint.settings import StepSettings
from cnncost.render.page.memory import PageStep, peak_by_layer, step_data
from tests.render.page.packed_columns import unpacked

STEPS = [
    ("resnet18", {"mode": "infer", "device": "cpu"}),
    ("resnet18", {"mode": "train", "batch": 8, "optimizer": "sgd"}),
    ("unet", {"mode": "train", "amp": "bfloat16"}),
    ("mobilenet_v2", {"mode": "train", "accumulate": 2, "set_to_none": False, "checkpoint": ("inverted_residual",)}),
]


def columns(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns as records."""
    return [dict(zip(data, values, strict=True)) for values in zip(*map(unpacked, data.values()), strict=True)]


@pytest.mark.parametrize(("spec", "settings"), STEPS)
def test_tensors_add_up_to_the_course_of_memory(spec: str, settings: dict[str, Any]) -> None:
    report = cnncost.memory(spec, **settings)
    data = step_data(PageStep.run(cnncost.load(spec), StepSettings(**settings)))
    tensors, marks = columns(data["tensors"]), columns(data["marks"])
    names = [node.name for node in cnncost.load(spec).layers]
    changes = [0] * data["events"]
    for tensor in tensors:
        if tensor["start"] >= 0:
            changes[tensor["start"]] = tensor["size"]
        if tensor["end"] < data["events"]:
            changes[tensor["end"]] = -tensor["size"]
    live = sum(tensor["size"] for tensor in tensors if tensor["start"] < 0)
    ends = [*[mark["event"] for mark in marks[1:]], len(changes)]
    for mark, end, moment in zip(marks, ends, report.timeline, strict=True):
        peak = live
        for change in changes[mark["event"] : end]:
            live += change
            peak = max(peak, live)
        layer = names[mark["layer"]] if mark["layer"] >= 0 else None
        assert (data["phases"][mark["phase"]], layer, peak, live) == moment[:4]


@pytest.mark.parametrize(("spec", "settings"), STEPS)
def test_the_peak_is_that_of_the_layers_and_what_is_of_none(spec: str, settings: dict[str, Any]) -> None:
    step = PageStep.run(cnncost.load(spec), StepSettings(**settings))
    data = step_data(step)
    tensors = columns(data["tensors"])
    moments = [
        [each for each in tensors if each["start"] < event <= each["end"]] for event in range(data["events"] + 1)
    ]
    peak = max(moments, key=lambda living: sum(tensor["size"] for tensor in living))
    of_none = sum(tensor["size"] for tensor in peak if tensor["layer"] < 0)
    assert sum(peak_by_layer(step)) + of_none == data["peak_bytes"]


def test_states_and_gradients_are_of_the_layer_that_they_are_for() -> None:
    # Adam keeps two numbers for each parameter, and its step takes the root of one: with the parameter and its gradient
    # five times 400 · 120 + 120 numbers, in blocks of 512 bytes for the weights and for the biases.
    step = PageStep.run(cnncost.load("lenet5"), StepSettings(mode="train"))
    linear = next(node for node in cnncost.load("lenet5").layers if node.name == "linear")
    assert peak_by_layer(step)[step.layers[linear.id]] == 5 * (375 + 1) * 512
