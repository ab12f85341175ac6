"""The measurements that are kept: what is predicted today is what was measured then."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cnncost import analyze, load
from cnncost.measurement.memory.measure import predicted_memory
from cnncost.measurement.options import MeasureOptions
from cnncost.measurement.results import Latency, Memory
from cnncost.verification.records import read

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.measurement.devices import Machine
    from cnncost.report.report import Report
    from cnncost.verification.records import NetworkRecord
    from cnncost.verification.result import RunSettings

FOLDER = Path(__file__).parents[2] / "docs" / "measurements"

FILES = sorted(FOLDER.glob("*.json"))

WORKSPACE_BYTES = {"cpu": 2**22, "cuda": 2**31}
"""What libraries may take for themselves inside a layer, by kind of device: cuDNN takes the most."""


class Case(NamedTuple):
    """One network of one file."""

    file: str
    machine: Machine
    kept: NetworkRecord

    @property
    def graph(self) -> Graph:
        """The network."""
        return graph_of(self.kept.network)

    @property
    def report(self) -> Report:
        """What is predicted today."""
        return report_of(self.kept.network, self.kept.settings)


graph_of = cache(load)


@cache
def report_of(network: str, settings: RunSettings) -> Report:
    return analyze(graph_of(network), **dict(settings))


def cases() -> list[Case]:
    found = [(path.name, read(path)) for path in FILES]
    return [Case(file, records.machine, kept) for file, records in found for kept in records.networks]


each_network = pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.file}-{case.kept.network}") for case in cases()]
)


def test_something_is_kept_of_inference_and_of_training_on_each_kind_of_device() -> None:
    kinds = {(case.machine.device.partition(":")[0], case.kept.settings.mode) for case in cases()}
    assert kinds == {(device, mode) for device in ("cpu", "cuda") for mode in ("infer", "train")}


@each_network
def test_nothing_broke_and_nothing_differed(case: Case) -> None:
    assert case.kept.failure == ""
    assert case.kept.checks.mismatches == ()
    assert case.kept.checks.same > 0


@each_network
def test_what_was_measured_is_what_is_predicted_today(case: Case) -> None:
    report = case.report
    counts = {figure: count for figure, count in case.kept.counts.items() if figure in report.totals}
    assert {"params", "buffers", "macs", "backward_flops", "activation_bytes"} <= set(counts)
    assert set(case.kept.counts) - set(counts) == {"output_shape"}  # which has a test of its own
    today = {figure: report.totals[figure] for figure in counts}
    assert {figure: count.measured for figure, count in counts.items()} == today
    assert {figure: count.predicted for figure, count in counts.items()} == today


@each_network
def test_the_shapes_are_those_of_today(case: Case) -> None:
    graph, settings = case.graph, case.kept.settings
    ends = (*graph.outputs, *(graph.auxiliary if settings.mode == "train" else ()))
    today = tuple([(settings.batch, *graph.nodes[end].y.dims) for end in ends])
    shapes = case.kept.counts["output_shape"]
    assert shapes.measured == shapes.predicted == today


@each_network
def test_the_rates_follow_from_the_times(case: Case) -> None:
    latency = case.kept.latency
    assert isinstance(latency, Latency)
    totals, eager, roof = case.report.totals, latency.eager, latency.ceilings
    flops = totals.flops + (totals.backward_flops if case.kept.settings.mode == "train" else 0)
    assert eager.flops_per_second * eager.median_seconds == pytest.approx(flops, rel=1e-4)
    assert eager.flops_share * roof.flops_per_second == pytest.approx(eager.flops_per_second, rel=1e-4)
    assert eager.p10_seconds <= eager.median_seconds <= eager.p90_seconds
    assert eager.runs >= 3


@each_network
def test_the_peak_is_that_of_the_tensors_and_workspaces(case: Case) -> None:
    """At least what is predicted of the tensors, but for the local response normalisation of one network."""
    memory = case.kept.memory
    assert isinstance(memory, Memory)
    predicted = memory.predicted
    options = MeasureOptions(
        batch=memory.batch, dtype=memory.dtype, mode=memory.mode, optimizer=memory.optimizer or "adam"
    )
    assert predicted == predicted_memory(case.graph, options.step_settings(memory.device))
    assert sum(predicted.parts.values()) == predicted.peak_bytes
    most = predicted.peak_bytes + WORKSPACE_BYTES[case.machine.device.split(":")[0]]
    assert 0.98 * predicted.peak_bytes <= memory.peak_bytes <= most
    assert memory.ratio == pytest.approx(memory.peak_bytes / predicted.peak_bytes, rel=1e-4)


def test_in_half_of_the_networks_the_peak_on_a_gpu_is_within_two_percent_of_the_tensors() -> None:
    ratios = [case.kept.memory.ratio for case in cases() if isinstance(case.kept.memory, Memory)]
    assert 0.99 < median(ratios) < 1.02
