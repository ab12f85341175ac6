"""Measurements are written, read back, and refused where they are not what they should be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnncost.errors import SpecError
from cnncost.measurement.devices import Machine
from cnncost.settings import Settings
from cnncost.verification.records import SCHEMA_VERSION, read, save
from cnncost.verification.result import Check, Verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MACHINE = Machine("cuda:0", "A GPU", "driver 550.54.15, CUDA 12.4", "2.13.0", "2026-11-21")

FOUND = Verification(
    "lenet5",
    Settings(batch=2, mode="train").to_dict(),
    MACHINE,
    (
        Check.of("conv", "params", 156, 156),
        Check.of("conv", "macs", 100, 101),
        Check.gap("conv", "receptive_field", 5, "on meta tensors"),
        Check.of("", "params", 61706, 61706),
        Check.of("", "output_shape", [(2, 10)], [(2, 10)]),
    ),
    {"device": "cuda:0", "eager": {"median_seconds": 0.0012345678, "runs": 10, "stable": True}, "layers": []},
    {"peak_bytes": 12345678901, "ratio": 1.0, "reserved_bytes": None},
)
BROKEN = Verification("other", Settings().to_dict(), MACHINE, failure="analysis: it broke")


def kept(folder: Path) -> dict[str, Any]:
    """The data of a file that is as it should be."""
    path = folder / "kept.json"
    save(path, [FOUND, BROKEN])
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a" / "folder" / "kept.json"
    save(path, [FOUND, BROKEN])
    machine, (first, second) = read(path)
    assert machine == MACHINE
    assert (first.network, first.settings, first.failure) == ("lenet5", Settings(batch=2, mode="train"), "")
    assert first.counts == {
        "params": {"predicted": 61706, "measured": 61706},
        "output_shape": {"predicted": [[2, 10]], "measured": [[2, 10]]},
    }
    assert first.checks["mismatches"] == [
        {"layer": "conv", "figure": "macs", "predicted": 100, "measured": 101, "verdict": "different", "note": ""}
    ]
    assert [first.checks[verdict] for verdict in ("same", "different", "not_measured")] == [3, 1, 1]
    assert first.memory == FOUND.memory
    assert (second.failure, second.counts, second.latency, second.memory) == (BROKEN.failure, {}, None, None)


def test_times_are_rounded_and_counts_are_not(tmp_path: Path) -> None:
    network = kept(tmp_path)["networks"][0]
    assert network["latency"]["eager"] == {"median_seconds": 0.00123457, "runs": 10, "stable": True}
    assert network["memory"]["peak_bytes"] == 12345678901


def test_another_machine_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    save(path, [FOUND], MACHINE._replace(name="another"))
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
    for path in (tmp_path, tmp_path / "file" / "kept.json"):
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
        (lambda data: data.pop("machine"), "the file has no `machine`"),
        (lambda data: data["machine"].pop("torch"), "`machine` has no `torch`"),
        (lambda data: data["machine"].update(date=2026), "`date` of `machine` is of the wrong type: int"),
        (lambda data: data.update(networks={}), "`networks` of the file is of the wrong type: dict"),
        (lambda data: data["networks"].append(7), r"`networks\[2\]` is no object"),
        (lambda data: data["networks"][1].pop("failure"), r"`networks\[1\]` has no `failure`"),
        (
            lambda data: data["networks"][0].update(latency=[]),
            r"`latency` of `networks\[0\]` is of the wrong type: list",
        ),
        (lambda data: data["networks"][0]["counts"].update(params=5), r"`params` of `networks\[0\]` is no object"),
        (lambda data: data["networks"][0]["counts"]["params"].pop("measured"), "has no `measured`"),
        (lambda data: data["networks"][0]["settings"].update(dtype="float8"), "unknown dtype `float8`"),
        (lambda data: data["networks"][0]["settings"].update(colour="red"), "unknown setting `colour`"),
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
