"""The path of a GPU without one: fake CUDA tensors, events of a stand-in clock, and what the device is asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from cnncost.measurement.calibration.case import Case, Conditions
from cnncost.measurement.calibration.chains import FAMILIES
from cnncost.measurement.calibration.draw import Draw
from cnncost.measurement.calibration.facts import facts_of
from cnncost.measurement.calibration.options import CalibrationOptions
from cnncost.measurement.calibration.reading import read_case
from cnncost.measurement.calibration.reference import Reference, before_steps, reference_on
from cnncost.measurement.devices import Choice, dtypes_of
from tests.autograd.guards import guard_fake_cuda
from tests.measurement.calibrated import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator


class Event:
    """An event of a GPU on which every mark comes a millisecond after the one before."""

    clock = Clock()

    def __init__(self, *, enable_timing: bool) -> None:
        assert enable_timing

    def record(self) -> None:
        self.clock.pass_(0.001)
        self.when = self.clock()

    def elapsed_time(self, end: Event) -> float:
        return 1000 * (end.when - self.when)


@pytest.fixture
def dtype() -> str:
    return "float32"


@pytest.fixture
def fake_gpu(dtype: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A GPU of fake tensors, whose modules are made in the number format, since fake ones cannot be cast in place."""
    guard_fake_cuda()
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, _: self)
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda _=None: None)
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with FakeTensorMode():
            yield
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("fake_gpu")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_layers_are_timed_by_events(dtype: str) -> None:
    conditions = Conditions(dtype=dtype, channels_last=dtype == "bfloat16")
    case = Case(chain=FAMILIES["convolution"](Draw("convolution", 1)), batch=32, conditions=conditions)
    found = read_case(case, "cuda:0", 0.0, Reference(lambda: 1.0), before_steps("cuda:0"))
    assert [layer.forward for layer in found.layers] == pytest.approx([0.001] * 4)
    assert found.spread == pytest.approx(0.0, abs=1e-9)


def test_a_gpu_is_given_work_before_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    products: list[tuple[int, ...]] = []
    monkeypatch.setattr(torch, "randn", lambda *sizes, **_: torch.zeros(sizes[0], 1, 1))
    monkeypatch.setattr(torch, "mm", lambda *_, out: products.append(tuple(out.shape)))
    before_steps("cuda:0")()
    assert products == [(1, 1)] * 2


@pytest.mark.usefixtures("fake_gpu")
def test_the_reference_is_timed_by_events() -> None:
    assert reference_on("cuda:0").quiet_seconds == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("capability", "formats"),
    [((9, 0), ("float32", "bfloat16", "tf32", "float16")), ((7, 5), ("float32", "float16"))],
)
def test_number_formats_are_those_of_the_gpu(
    capability: tuple[int, int], formats: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert dtypes_of(Choice("cuda:0")) == formats
    wanted = CalibrationOptions(layouts=["channels-last"], modes=["train"]).conditions(Choice("cuda:0"))
    assert [each.dtype for each in wanted] == [*formats]


def test_what_a_gpu_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    said = SimpleNamespace(multi_processor_count=132, L2_cache_size=50 * 2**20)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: said)
    assert facts_of("cuda:0") == ("cuda", 132, 52428800, None)
