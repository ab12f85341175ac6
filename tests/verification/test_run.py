"""A verification goes on when a part of it breaks, and says what broke; an interruption ends it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch

from cnncost import SpecError, build
from cnncost.api import verify
from cnncost.language.load import load, loads
from cnncost.measurement import latency
from cnncost.measurement.memory import measure
from cnncost.measurement.options import MeasureOptions
from cnncost.measurement.results import (
    LatencyFailure,
    LatencyOutOfMemory,
    LatencySetting,
    MemoryFailure,
    MemorySetting,
    PredictedMemory,
)
from cnncost.progress import no_progress
from cnncost.verification import counts
from cnncost.verification import run as verification_run
from cnncost.verification.comparison.reference import Reference
from cnncost.verification.networks import verify_networks
from cnncost.verification.receptive_field import checks
from cnncost.verification.run import Interruption, Plan, verify_graph

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.measurement.results import LatencyResult

SPEC = "name: tiny\ninput: [3, 8, 8]\nnetwork: [{conv: 4}, relu, flatten, linear: 2]\n"
GRAPH = loads(SPEC, "tiny.yaml")
LATENCY_SETTING = LatencySetting(
    device="cpu", batch=1, dtype="float32", mode="infer", channels_last=False, optimizer=None
)
MEMORY_SETTING = MemorySetting(
    device="cpu",
    batch=1,
    dtype="float32",
    mode="infer",
    optimizer=None,
    predicted=PredictedMemory(peak_bytes=12, peak_phase="forward", peak_layer="relu", parts={"parameters": 8}),
)


def raising(error: BaseException) -> Any:
    def function(*_: Any, **__: Any) -> Any:
        raise error

    return function


def run(against: Any = None, **plan: Any) -> Any:
    if against is not None:
        plan["against"] = Reference.found(against)
    return verify_graph(GRAPH, Plan.checked(MeasureOptions(device="cpu", seconds=0.01), **plan))


def test_what_is_not_asked_for_is_not_measured() -> None:
    found = run(latency=False)
    assert (found.latency, found.memory, found.failure) == (None, None, "")
    assert found.passed


def test_latency_by_default_and_memory_when_asked() -> None:
    found = run(memory=True)
    assert found.latency.eager.runs > 0
    assert found.memory.peak_bytes > 0


def test_every_part_is_told_of() -> None:
    told: list[str] = []
    plan = Plan.checked(MeasureOptions(device="meta"))
    verify_graph(GRAPH, plan, lambda text, done, total: told.append(text))
    assert told == ["tiny: analysis", "tiny: counts", "tiny: receptive fields"]


def test_a_part_that_breaks_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "count_checks", raising(RuntimeError("CUDA error: lost\nmore of it")))
    found = run()
    assert found.failure == "counts: RuntimeError: CUDA error: lost"
    assert found.latency.eager.runs > 0
    assert not found.passed


def test_several_parts_that_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "measure_latency", raising(MemoryError()))
    monkeypatch.setattr(measure, "measure_memory", raising(SpecError("there is no tf32")))
    assert run(memory=True).failure == "latency: MemoryError; memory: there is no tf32"


def test_out_of_memory_is_a_result_and_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    result = LatencyOutOfMemory(**dict(LATENCY_SETTING), predicted_bytes=4096, message="CUDA out of memory")
    monkeypatch.setattr(latency, "measure_latency", lambda *_: result)
    found = run()
    assert found.latency == result
    assert found.failure == "latency: out of memory; 4,096 bytes were predicted"


def test_a_measurement_that_failed_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    result = MemoryFailure(**dict(MEMORY_SETTING), failure="mat1 and mat2 do not fit", device_lost=False)
    monkeypatch.setattr(measure, "measure_memory", lambda *_: result)
    found = run(latency=False, memory=True)
    assert found.failure == "memory: mat1 and mat2 do not fit"
    assert not found.device_lost


# A device that is lost


def lost_in_latency(*_: Any) -> LatencyFailure:
    return LatencyFailure(**dict(LATENCY_SETTING), failure="device-side assert", device_lost=True)


def untouched(*_: Any) -> Any:
    pytest.fail("a device that is lost is not asked for anything")


def test_a_device_lost_by_one_measurement_is_not_asked_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "measure_latency", lost_in_latency)
    monkeypatch.setattr(measure, "measure_memory", untouched)
    found = run(memory=True)
    assert found.failure == "latency: device-side assert; memory: not measured: `cpu` was lost"
    assert found.device_lost
    assert found.memory is None
    assert "device_lost" not in found.model_dump()


def test_a_device_lost_in_the_receptive_fields_is_not_asked_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "field_checks", raising(RuntimeError("CUDA error: device-side assert triggered")))
    monkeypatch.setattr(verification_run, "is_lost", lambda device: device == "cpu")
    monkeypatch.setattr(latency, "measure_latency", untouched)
    found = run()
    error = "RuntimeError: CUDA error: device-side assert triggered"
    assert found.failure == f"receptive fields: {error}; latency: not measured: `cpu` was lost"
    assert any(check.verdict == "same" for check in found.checks)  # the counts, which need no device


def test_a_part_that_breaks_loses_no_device_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "field_checks", raising(RuntimeError("a bug")))
    found = run()
    assert not found.device_lost
    assert found.latency.eager.runs > 0


def test_networks_after_a_lost_device_are_reported_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def lost_in_second(graph: Graph, *_: Any) -> LatencyResult | None:
        measured.append(graph.name)
        return lost_in_latency() if len(measured) == 2 else None

    monkeypatch.setattr(latency, "measure_latency", lost_in_second)
    plan = Plan.checked(MeasureOptions(device="cpu", batch=3, seconds=0.01))
    first, second, third = verify_networks(["a", "b", "c"], [GRAPH] * 3, plan, no_progress)
    assert measured == ["tiny", "tiny"]
    assert (first.failure, second.failure) == ("", "latency: device-side assert")
    assert len(second.checks) > 0
    assert (third.network, third.checks, third.passed) == ("c", (), False)
    assert third.failure == "not measured: `cpu` was lost at b"
    assert third.settings.batch == 3


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no weights"), r"`.*raising.*` fails: ValueError: no weights \(.*test_run\.py:\d+:\d+\)"),
        (SystemExit(3), r"`.*raising.*` fails: SystemExit: 3 \(.*test_run\.py:\d+:\d+\)"),
        (SystemExit(), r"`.*raising.*` fails: SystemExit \(.*test_run\.py:\d+:\d+\)"),
        (GeneratorExit(), "GeneratorExit"),
        (BaseException("no more"), r"`.*raising.*` fails: BaseException: no more \(.*test_run\.py:\d+:\d+\)"),
        (type("Stop", (KeyboardInterrupt,), {})("enough"), "Stop: enough"),
    ],
)
def test_a_factory_that_raises(error: BaseException, reason: str) -> None:
    found = run(latency=False, against=raising(error))
    assert re.fullmatch(f"the other model: {reason}", found.failure)
    assert len(found.checks) > 0


def test_an_interruption_ends_it_and_has_what_was_found() -> None:
    with pytest.raises(KeyboardInterrupt) as interruption:
        run(latency=False, against=raising(KeyboardInterrupt()))
    assert isinstance(interruption.value, Interruption)
    found = interruption.value.found
    assert {"macs", "receptive_field"} <= {check.figure for check in found.checks}
    assert (found.against, found.failure, found.passed) == (None, "the other model: interrupted", False)


def test_an_interruption_in_a_measurement_leaves_what_was_found_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "measure_memory", raising(KeyboardInterrupt()))
    with pytest.raises(Interruption) as interruption:
        run(memory=True)
    assert interruption.value.found.latency.eager.runs > 0
    assert interruption.value.found.failure == "memory: interrupted"


def test_without_pytorch_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SpecError, match="verify needs PyTorch, which is not installed"):
        verify("lenet5", device="meta")
    with pytest.raises(SpecError, match="building a module needs PyTorch, which is not installed") as refused:
        build("lenet5")
    assert refused.value.hint == "install it: pip install torch"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "meta", "latency": True}, "nothing can be timed on `meta`"),
        ({"device": "meta", "memory": True}, "nothing can be timed on `meta`"),
        ({"device": "cpu", "dtype": "tf32"}, "has no tf32"),
        ({"device": "gpu"}, "unknown device `gpu`"),
        ({"dtype": "float61"}, "did you mean `float16`"),
        ({"batch": 0}, "batch must be"),
        ({"against": "no_such_module:model"}, "no_such_module"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        verify("lenet5", **options)


def test_a_model_of_a_spec_is_built_with_its_variables() -> None:
    model = build("lenet5", set={"classes": 3}, input=[1, 28, 28])
    # 4 x 4 features of 16 channels before the classifier, as on a digit of 28 pixels.
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 3)
    assert model.linear.in_features == 256


def test_a_model_is_built_from_a_graph() -> None:
    model = build(load("lenet5"), device="meta")
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}
    with pytest.raises(TypeError, match="a graph is loaded already"):
        build(load("lenet5"), set={"classes": 3})
