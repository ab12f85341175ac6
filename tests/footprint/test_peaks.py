"""What autograd keeps, and the peak of a steady step, as measured on torchvision's networks with PyTorch 2.13.

`saved_bytes.csv`: saved-tensor hooks. `peak_fake_cuda.csv`: every storage followed on fake CUDA tensors, in multiples
of 512 bytes. `peak_real_cpu.csv`: the profiler's allocations on real tensors, between operators. Activations are in
place as in torchvision; SGD decays weights, optimizers step over lists of parameters unless a row says otherwise.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnncost import load
from cnncost.footprint.running.step import run_step
from cnncost.footprint.settings import StepSettings

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

REFERENCE = Path(__file__).parents[1] / "data" / "reference"

SPECS = {"alexnet": "alexnet_torchvision"}
"""Networks that ship under another name than torchvision's."""


@cache
def graph_of(model: str) -> Graph:
    return load(SPECS.get(model, model))


def rows(name: str) -> list[pytest.ParameterSet]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return [pytest.param(row, id="-".join([*list(row.values())[:4], row.get("memory_format", "")])) for row in found]


@pytest.mark.parametrize("row", rows("saved_bytes.csv"))
def test_what_is_kept_for_backward(row: dict[str, str]) -> None:
    device = "cpu" if row["device"] == "cpu" else "cuda"
    settings = StepSettings(batch=int(row["batch"]), device=device, amp=row["autocast"] or None, inplace=True)
    assert run_step(graph_of(row["model"]), settings).kept_bytes == int(row["saved_bytes"])


def settings_of(row: dict[str, str], device: str) -> StepSettings:
    optimizer, _, implementation = row["optimizer"].partition("_")
    return StepSettings(
        batch=int(row["batch"]),
        device=device,
        amp=None if row["dtype"] == "fp32" else row["dtype"],
        optimizer=optimizer,
        implementation={"": "foreach", "loop": "forloop"}.get(implementation, implementation),
        weight_decay=optimizer in ("sgd", "momentum"),
        channels_last=row.get("memory_format") == "channels_last",
        inplace=True,
    )


@pytest.mark.parametrize("row", rows("peak_fake_cuda.csv"))
def test_peaks_on_fake_cuda_tensors(row: dict[str, str]) -> None:
    step = run_step(graph_of(row["model"]), settings_of(row, "cuda"))
    assert step.peak_bytes == int(row["peak_bytes"])
    at_the_peak = [mark.phase for mark in step.heap.marks if mark.event < step.heap.peak_event][-1]
    assert at_the_peak == {"bwd": "backward", "opt": "optimizer"}[row["peak_phase"]]


@pytest.mark.parametrize("row", rows("peak_real_cpu.csv"))
def test_peaks_on_real_tensors(row: dict[str, str]) -> None:
    step = run_step(graph_of(row["model"]), settings_of(row, "cpu"))
    assert step.peak_bytes == int(row["peak_bytes_at_op_boundaries"])


def peak(graph: Graph, **settings: object) -> int:
    return run_step(graph, StepSettings(**settings)).peak_bytes  # type: ignore[arg-type]


def test_in_place_overwrites_what_nothing_else_reads() -> None:
    graph = graph_of("vgg16")
    # In inference both the result of the first convolution and that of its ReLU live at once, unless they are one.
    assert peak(graph, mode="infer") - peak(graph, mode="infer", inplace=True) == 4 * 64 * 224 * 224
