"""Measurements are written, read back, and refused where they are not what they should be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from cnncost.errors import SpecError
from cnncost.measurement.devices import Machine
from cnncost.measurement.outcome import CompilerFailure
from cnncost.measurement.results import (
    CompiledTiming,
    Latency,
    LatencyFailure,
    LatencyOutOfMemory,
    Memory,
    MemoryOutOfMemory,
    PredictedMemory,
)
from cnncost.settings import Settings
from cnncost.verification.records import SCHEMA_VERSION, CountRecord, read, save
from cnncost.verification.result import Check, FieldFigures, RunSettings, Verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnncost.validation import Record

MACHINE = Machine(
    device="cuda:0", name="A GPU", driver="driver 550.54.15, CUDA 12.4", torch="2.13.0", date="2026-11-21"
)
SETTING = {"device": "cuda:0", "batch": 2, "dtype": "float32", "mode": "train", "optimizer": "adam"}
TIMING = {"median_seconds": 0.0012345678, "p10_seconds": 0.001, "p90_seconds": 0.002, "spread": 0.5}
RATES = {"flops_per_second": 123456789.0, "bytes_per_second": None, "flops_share": 0.1, "bytes_share": None}
CEILINGS = {"flops_per_second": 1e12, "matrix_size": 1024, "bytes_per_second": 1e11, "copy_bytes": 2**25}
LATENCY = {
    **SETTING,
    "channels_last": False,
    "ceilings": CEILINGS,
    "eager": {**TIMING, **RATES, "runs": 10, "stable": True},
    "notes": (),
}
PREDICTED = {
    "peak_bytes": 36,
    "peak_phase": "backward",
    "peak_layer": "conv",
    "parts": {"parameters": 8, "weight gradients": 8, "optimizer": 16, "kept": 4},
}
MEMORY = {
    **SETTING,
    "predicted": PREDICTED,
    "method": "allocator statistics",
    "peak_bytes": 12345678901,
    "reserved_bytes": None,
    "input_bytes": 4,
    "ratio": 1.0,
    "notes": ("a note",),
}

FIELD = FieldFigures(size=(3, 3), jump=(1, 0.5), start_padding=None, is_global=False)

FOUND = Verification(
    network="lenet5",
    settings=RunSettings.of(Settings(batch=2, mode="train")),
    machine=MACHINE,
    checks=(
        Check.of("conv", "params", 156, 156),
        Check.of("conv", "macs", 100, 101),
        Check.gap("conv", "receptive_field", FIELD, "on meta tensors"),
        Check.of("", "params", 61706, 61706),
        Check.of("", "output_shape", ((2, 10),), ((2, 10),)),
    ),
    latency=Latency.model_validate(LATENCY),
    memory=Memory.model_validate(MEMORY),
)
BROKEN = Verification(
    network="other", settings=RunSettings.of(Settings()), machine=MACHINE, failure="analysis: it broke"
)


def kept(folder: Path) -> dict[str, Any]:
    """The data of a file that is as it should be."""
    path = folder / "kept.json"
    save(path, [FOUND, BROKEN])
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND, BROKEN])
    found = read(path)
    first, second = found.networks
    assert found.machine == MACHINE
    assert (first.network, first.settings.checked(), first.failure) == ("lenet5", Settings(batch=2, mode="train"), "")
    assert first.counts == {
        "params": CountRecord(predicted=61706, measured=61706),
        "output_shape": CountRecord(predicted=((2, 10),), measured=((2, 10),)),
    }
    assert first.checks.mismatches == (Check.of("conv", "macs", 100, 101),)
    assert (first.checks.same, first.checks.different, first.checks.not_measured) == (3, 1, 1)
    assert first.memory == FOUND.memory
    assert (second.failure, second.counts, second.latency, second.memory) == (BROKEN.failure, {}, None, None)


def test_times_are_rounded_and_counts_are_not(tmp_path: Path) -> None:
    network = kept(tmp_path)["networks"][0]
    eager = network["latency"]["eager"]
    assert (eager["median_seconds"], eager["flops_per_second"], eager["runs"]) == (0.00123457, 123457000.0, 10)
    assert network["memory"]["peak_bytes"] == 12345678901


def test_keys_stand_in_the_order_of_the_format(tmp_path: Path) -> None:
    """As files have them that were written before there were classes for them."""
    data = kept(tmp_path)
    assert list(data) == ["schema", "machine", "networks"]
    network = data["networks"][0]
    assert list(network) == ["network", "settings", "counts", "checks", "latency", "memory", "failure"]
    head = ["device", "batch", "dtype", "mode", "channels_last", "optimizer"]
    assert list(network["latency"]) == [*head, "ceilings", "eager", "notes"]
    times = ["median_seconds", "p10_seconds", "p90_seconds", "runs", "stable", "spread"]
    rates = ["flops_per_second", "bytes_per_second", "flops_share", "bytes_share"]
    assert list(network["latency"]["eager"]) == [*times, *rates]
    head.remove("channels_last")
    measured = ["method", "peak_bytes", "tensor_bytes", "reserved_bytes", "input_bytes", "trace", "ratio", "notes"]
    assert list(network["memory"]) == [*head, "predicted", *measured]
    assert list(network["memory"]["predicted"]) == list(PREDICTED)


FAILED = [
    LatencyOutOfMemory(**SETTING, channels_last=False, predicted_bytes=36, message="CUDA out of memory"),
    LatencyFailure(**SETTING, channels_last=False, failure="device-side assert", device_lost=True),
]


@pytest.mark.parametrize("failed", FAILED)
def test_a_measurement_that_failed_is_read_back_as_what_it_is(tmp_path: Path, failed: Record) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND.replace(latency=failed)])
    (network,) = read(path).networks
    assert network.latency == failed
    assert type(network.latency) is type(failed)


def test_memory_that_was_not_enough_is_read_back_with_its_prediction(tmp_path: Path) -> None:
    failed = MemoryOutOfMemory(
        **SETTING, predicted=PredictedMemory(**PREDICTED), predicted_bytes=36, message="CUDA out of memory"
    )
    path = tmp_path / "kept.json"
    save(path, [FOUND.replace(memory=failed)])
    assert read(path).networks[0].memory == failed


@pytest.mark.parametrize(
    "compiled",
    [
        CompiledTiming(**TIMING, **RATES, runs=10, stable=True, compile_seconds=3.5),
        CompilerFailure(failure="no C++ compiler"),
    ],
)
def test_what_became_of_the_compiled_model_is_read_back(tmp_path: Path, compiled: Record) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND.replace(latency=Latency.model_validate({**LATENCY, "compiled": compiled}))])
    latency = read(path).networks[0].latency
    assert isinstance(latency, Latency)
    assert type(latency.compiled) is type(compiled)


def test_a_verification_is_read_back_from_its_document() -> None:
    data = json.loads(json.dumps(FOUND.model_dump()))
    assert data["passed"] is False
    assert data["checks"][2]["predicted"]["global"] is False
    assert Verification.model_validate(data) == FOUND


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FOUND.network = "another"  # type: ignore[misc]


def test_another_machine_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND], MACHINE.model_copy(update={"name": "another"}))
    assert read(path).machine.name == "another"


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND, BROKEN])
    save(path, [BROKEN])
    assert [network.network for network in read(path).networks] == ["other"]


def test_nothing_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="nothing to keep"):
        save(tmp_path / "kept.json", [])


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "kept.json", tmp_path / "missing" / "kept.json"):
        with pytest.raises(SpecError, match="cannot write"):
            save(path, [FOUND])


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"cannot read .*: No such file"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 10])
def test_a_file_that_is_no_json(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(content)
    with pytest.raises(SpecError, match="holds no measurements"):
        read(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(schema=SCHEMA_VERSION + 1), "its schema is 2, and 1 is what this version reads"),
        (lambda data: data.pop("schema"), "its schema is None"),
        (lambda data: data.pop("machine"), "`machine` is missing"),
        (lambda data: data["machine"].pop("torch"), "`machine.torch` is missing"),
        (lambda data: data["machine"].update(date=2026), "`machine.date` should be a valid string"),
        (lambda data: data.update(networks={}), "`networks` should be a valid tuple"),
        (lambda data: data["networks"].append(7), r"`networks\[2\]` should be a valid dictionary"),
        (lambda data: data["networks"][1].pop("failure"), r"`networks\[1\].failure` is missing"),
        (lambda data: data["networks"][0].update(latency=[]), r"`networks\[0\].latency` should be an object"),
        (
            lambda data: data["networks"][0]["latency"]["eager"].update(runs="10"),
            r"`networks\[0\].latency.eager.runs` should be a valid integer",
        ),
        (
            lambda data: data["networks"][0]["memory"].update(peak_byte=1),
            r"`networks\[0\].memory.peak_byte` is not a known field",
        ),
        (
            lambda data: data["networks"][0]["counts"].update(params=5),
            r"`networks\[0\].counts.params` should be a valid dictionary",
        ),
        (
            lambda data: data["networks"][0]["counts"]["params"].pop("measured"),
            r"`networks\[0\].counts.params.measured` is missing",
        ),
        (lambda data: data["networks"][0]["settings"].update(dtype="float8"), "unknown dtype `float8`"),
        (
            lambda data: data["networks"][0]["settings"].update(colour="red"),
            r"`networks\[0\].settings.colour` is not a known field",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], Any], message: str) -> None:
    data, path = kept(tmp_path), tmp_path / "kept.json"
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        read(path)


def test_a_list_is_no_file_of_measurements(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(SpecError, match="its schema is None"):
        read(path)
