"""Devices are found, described and refused; the switches of a measurement are put back."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from typing import Any

import pytest
import torch

from cnncost.errors import SpecError
from cnncost.measurement import devices as device
from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import Choice, describe, refuse_unsupported, resolve
from cnncost.measurement.options import MeasureOptions

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


def pretend_gpus(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


@pytest.mark.parametrize("name", ["cpu", "meta"])
def test_devices_that_are_always_there(name: str) -> None:
    assert resolve(name) == Choice(name)


def test_auto_is_the_first_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_gpus(monkeypatch, 2)
    assert resolve("auto") == Choice("cuda:0")


def test_auto_without_a_gpu_is_the_cpu_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_gpus(monkeypatch, 0)
    choice = resolve("auto")
    assert choice.device == "cpu"
    assert "no GPU" in choice.note


@pytest.mark.parametrize(("name", "found"), [("cuda", "cuda:0"), ("cuda:1", "cuda:1")])
def test_gpus_by_number(monkeypatch: pytest.MonkeyPatch, name: str, found: str) -> None:
    pretend_gpus(monkeypatch, 2)
    assert resolve(name) == Choice(found)


def test_a_gpu_that_is_not_among_those_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_gpus(monkeypatch, 2)
    with pytest.raises(SpecError, match="no `cuda:2`: PyTorch finds 2 GPUs") as caught:
        resolve("cuda:2")
    assert caught.value.hint == "there are `cuda:0`, `cuda:1`"


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7"])
def test_no_gpu_at_all(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    pretend_gpus(monkeypatch, 0)
    with pytest.raises(SpecError, match=rf"`{name}` is not there: PyTorch {re.escape(torch.__version__)} .* 0 GPUs"):
        resolve(name)


@pytest.mark.parametrize(
    ("name", "meant"), [("cdua", "cuda"), ("gpu", "cuda"), ("cpu0", "cpu"), ("mete", "meta"), ("atuo", "auto")]
)
def test_misspelt_devices(name: str, meant: str) -> None:
    with pytest.raises(SpecError, match=f"unknown device `{name}`; did you mean `{meant}`"):
        resolve(name)


@pytest.mark.parametrize("name", ["", "cuda:", "cuda:-1", "cuda:x", "cuda:99999999", "cpu\nmeta", "x" * 1000])
def test_words_that_are_no_devices(name: str) -> None:
    with pytest.raises(SpecError, match="unknown device"):
        resolve(name)


def test_the_machine_is_described() -> None:
    machine = describe("cpu")
    assert machine.device == "cpu"
    assert f", {torch.get_num_threads()} thread" in machine.name
    assert machine.driver == ""
    assert machine.torch == torch.__version__
    assert abs((date.fromisoformat(machine.date) - date.today()).days) <= 1


def test_a_processor_without_a_name_has_that_of_its_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(device, "open", missing, raising=False)
    assert describe("cpu").name.split(",")[0]


@pytest.mark.parametrize(
    ("answer", "driver"),
    [
        ("550.54.15\n550.54.15\n", "driver 550.54.15, CUDA 12.4"),
        ("", "CUDA 12.4"),
        (FileNotFoundError(), "CUDA 12.4"),
        (subprocess.TimeoutExpired("nvidia-smi", 10), "CUDA 12.4"),
        (subprocess.CalledProcessError(9, "nvidia-smi"), "CUDA 12.4"),
    ],
)
def test_the_driver_is_what_nvidia_smi_says(
    monkeypatch: pytest.MonkeyPatch, answer: str | Exception, driver: str
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if isinstance(answer, Exception):
            raise answer
        return subprocess.CompletedProcess(command, 0, stdout=answer)

    pretend_gpus(monkeypatch, 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA H100")
    monkeypatch.setattr(torch.version, "cuda", "12.4")
    monkeypatch.setattr(subprocess, "run", run)
    machine = describe("cuda")
    assert (machine.device, machine.name, machine.driver) == ("cuda:0", "NVIDIA H100", driver)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_nothing_is_timed_on_meta(dtype: str) -> None:
    with pytest.raises(SpecError, match="nothing can be timed on `meta`"):
        refuse_unsupported(resolve("meta"), dtype)


def test_a_cpu_has_no_tf32() -> None:
    with pytest.raises(SpecError, match="`cpu` has no tf32"):
        refuse_unsupported(resolve("cpu"), "tf32")


@pytest.mark.parametrize(("capability", "refused"), [((7, 5), True), ((8, 0), False), ((9, 0), False)])
def test_tf32_takes_a_gpu_of_some_age(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], refused: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    if refused:
        with pytest.raises(SpecError, match="no tf32"):
            refuse_unsupported(Choice("cuda:0"), "tf32")
    else:
        refuse_unsupported(Choice("cuda:0"), "tf32")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "flaot16"}, "unknown dtype `flaot16` of a measurement; did you mean `float16`"),
        ({"dtype": "int8"}, "unknown dtype `int8`"),
        ({"mode": "trian"}, "did you mean `train`"),
        ({"optimizer": "adamx"}, "did you mean `adam"),
        ({"batch": 0}, "the batch must be"),
        ({"seconds": 0.0}, "the time budget must be"),
        ({"seconds": float("nan")}, "the time budget must be"),
        ({"seconds": 1e9}, "the time budget must be"),
    ],
)
def test_options_that_cannot_be_measured(options: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        MeasureOptions(**options).checked()  # type: ignore[arg-type]


def switches() -> tuple[object, ...]:
    backends: Any = torch.backends
    return (
        backends.cuda.matmul.fp32_precision,
        backends.cudnn.conv.fp32_precision,
        backends.cudnn.rnn.fp32_precision,
        backends.cudnn.benchmark,
        torch.is_grad_enabled(),
        torch.get_rng_state().tolist(),
    )


@pytest.mark.parametrize("dtype", ["float32", "tf32"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_the_switches_are_put_back_whatever_happens(dtype: str, error: type[BaseException]) -> None:
    def measure() -> None:
        with conditions("cpu", dtype):
            during.append(switches()[:5])
            torch.rand(3)
            raise error

    during: list[tuple[object, ...]] = []
    with torch.no_grad():  # not as PyTorch starts: what was there before is put back, and not a default
        before = switches()
        with pytest.raises(error):
            measure()
        assert switches() == before
    precision = "tf32" if dtype == "tf32" else "ieee"
    assert during == [(precision, precision, precision, True, True)]


def test_random_numbers_are_the_same_every_time() -> None:
    with conditions("cpu", "float32"):
        first = torch.rand(3)
    torch.rand(1)
    with conditions("cpu", "float32"):
        assert torch.equal(first, torch.rand(3))


@pytest.mark.gpu
@needs_gpu
def test_a_gpu_is_described() -> None:
    machine = describe("cuda")
    assert machine.device == "cuda:0"
    assert machine.name == torch.cuda.get_device_name(0)
    assert f"CUDA {torch.version.cuda}" in machine.driver


@pytest.mark.gpu
@needs_gpu
def test_auto_takes_the_gpu() -> None:
    assert resolve("auto").device == "cuda:0"


@needs_no_gpu
def test_a_gpu_is_asked_for_in_vain() -> None:
    with pytest.raises(SpecError, match="is not there"):
        resolve("cuda")
