"""Predicted times: what was measured on an H200, and what has to hold of every formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncost import load
from cnncost.devices import Coefficients, Key, LatencyProfile, latency_profile
from cnncost.devices.profile import profiles
from cnncost.devices.record import checked
from cnncost.errors import SpecError
from cnncost.footprint.settings import StepSettings
from cnncost.language.yaml.plain import read_plain
from cnncost.roofline import batch_without_launches, predict, predict_on
from cnncost.roofline.model import Work, seconds
from tests.graphs import chain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("network", "bound"), [("vgg16", "compute"), ("mobilenet_v3_small", "launches")])
def test_what_a_step_waits_for(network: str, bound: str) -> None:
    """VGG-16's kernels ran 51.4 of 51.6 ms, MobileNetV3's 2.2 of 10.7."""
    made = predict(load(f"torchvision:{network}"), StepSettings(mode="infer", batch=64), "h200")
    assert made.bound == bound
    assert made.low < made.seconds < made.high
    assert made.throughput == pytest.approx(64 / made.seconds)


def test_layers_add_up() -> None:
    made = predict(load("resnet18"), StepSettings(batch=8), "h200")
    assert sum(each.seconds for each in made.layers) == pytest.approx(made.kernel_seconds)
    assert [each.layer for each in made.layers][-1] == -1
    assert sum(each.kernels for each in made.layers) == len(made.kernels)


def test_from_some_batch_on_the_device_is_waited_for() -> None:
    graph, settings = load("resnet18"), StepSettings(mode="infer")
    batch = batch_without_launches(graph, settings, "h200")
    assert batch is not None
    assert predict(graph, settings._replace(batch=batch), "h200").bound != "launches"
    assert predict(graph, settings._replace(batch=batch - 1), "h200").bound == "launches"


def test_kernels_that_nothing_measured_are_named_and_widen_the_interval() -> None:
    plain = predict(
        chain([("conv", {"out": 64, "kernel": 3})], (64, 56, 56)), StepSettings(mode="infer", batch=64), "h200"
    )
    volume = chain([("conv", {"out": 64, "kernel": 3})], (64, 16, 56, 56))
    made = predict(volume, StepSettings(mode="infer", batch=8, dtype="bfloat16", channels_last=True), "h200")
    assert plain.notes == []
    (note,) = made.notes
    assert note.endswith("of the time is that of kernels that were not measured: volume in bfloat16")
    assert note.startswith(f"the interval is wider, since {made.unmeasured_share:.0%}".replace("%", " %"))
    assert plain.unmeasured_share == 0
    assert made.factor[1] > latency_profile("h200").interval("bfloat16", "infer")[1]


def test_many_kinds_that_nothing_measured_are_one_note() -> None:
    (note,) = predict(load("resnet50"), StepSettings(mode="train", batch=64), "h200").notes
    share = r"the interval is wider, since \d+ % of the time is that of kernels that were not measured: "
    kind = r"[a-z ]+(\([a-z ]+\) )?in float32"
    assert re.fullmatch(f"{share}{kind}, {kind}, {kind} and \\d+ more", note), note


def test_an_interval_of_launches_is_not_said_to_be_wider() -> None:
    made = predict(load("resnet50"), StepSettings(mode="train", batch=1), "h200")
    assert made.bound == "launches"
    assert made.notes[0].startswith(f"{made.unmeasured_share:.0%}".replace("%", " %"))


def test_a_dtype_without_coefficients_is_refused() -> None:
    with pytest.raises(SpecError, match="says nothing of the times of kernels in int8"):
        predict(load("lenet5"), StepSettings(mode="infer", dtype="int8"), "h200")


def test_a_profile_without_times_is_refused(tmp_path: Path) -> None:
    data = read_plain(profiles()["h200"])
    file = tmp_path / "own.yaml"
    text = profiles()["h200"].read_text(encoding="utf-8")
    file.write_text(text.partition("\nlatency:\n")[0], encoding="utf-8")
    assert "latency" in data
    with pytest.raises(SpecError, match=r"own.yaml` says nothing of times"):
        predict(load("lenet5"), StepSettings(), str(file))


def test_the_shipped_profile_is_a_record() -> None:
    shipped = profiles()["h200"]
    made = checked(read_plain(shipped), shipped)
    assert LatencyProfile.of(made["latency"]) == latency_profile("h200")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "convolutoin"}, "must be one of `pointwise`"),
        ({"launch": 0}, "should be greater than 0"),
        ({"launch": "2"}, "should be a valid number"),
        ({"dtype": "float64"}, "should be 'float32'"),
        ({"speed": 3}, "is not a known field"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(change: dict[str, Any], said: str) -> None:
    data = read_plain(profiles()["h200"])
    data["latency"]["kernels"][0] |= change
    with pytest.raises(SpecError, match=said):
        checked(data, "own.yaml")


# What has to hold of the formula, whatever its coefficients.

SIZES = st.integers(1, 3000)
RATES = st.floats(1e9, 1e15)
DEVICE = LatencyProfile(
    device="cuda",
    units=7,
    cache_bytes=10**6,
    peaks={},
    bandwidth=1e12,
    host=latency_profile("h200").host,
    coefficients={},
    algorithms=(),
    intervals={},
)


@st.composite
def coefficients(draw: st.DrawFn) -> Coefficients:
    return Coefficients(
        launch=draw(st.floats(1e-7, 1e-4)),
        rate=draw(RATES),
        bandwidth=draw(RATES),
        cached=draw(st.none() | RATES),
        unaligned=draw(st.none() | RATES),
        tiles=tuple(draw(st.lists(st.tuples(st.integers(1, 256), st.integers(1, 256)), max_size=3))),
        step=draw(st.floats(0, 1e-8)),
        load=draw(st.floats(0, 1e-9)),
    )


@given(c=coefficients(), rows=SIZES, columns=SIZES, depth=SIZES, more=st.tuples(SIZES, SIZES, SIZES))
def test_more_work_never_takes_less_time(
    c: Coefficients, rows: int, columns: int, depth: int, more: tuple[int, int, int]
) -> None:
    def taken(rows: int, columns: int, depth: int) -> float:
        flops, moved = 2 * rows * columns * depth, 4 * (rows * depth + depth * columns + rows * columns)
        return seconds(Work(flops, moved, 1, 1, rows, columns, depth), c, DEVICE)

    before = taken(rows, columns, depth)
    assert before >= c.launch
    assert taken(rows + more[0], columns + more[1], depth + more[2]) >= before * (1 - 1e-12)


def test_the_last_wave_of_tiles_takes_as_long_as_a_full_one() -> None:
    c = Coefficients(launch=0.0, rate=7 * 2e9, tiles=((8, 8),))
    one = seconds(Work(0, 0, 1, 1, rows=8, columns=8, depth=10), c, DEVICE)
    assert one == pytest.approx(10 * 8 * 8 * 2 / 2e9)  # one of seven units, at a seventh of the rate
    assert seconds(Work(0, 0, 1, 1, rows=56, columns=8, depth=10), c, DEVICE) == one
    assert seconds(Work(0, 0, 1, 1, rows=57, columns=8, depth=10), c, DEVICE) == 2 * one


def test_idle_units_take_part_of_the_depth_of_a_weight_gradient() -> None:
    c = Coefficients(launch=0.0, rate=7 * 2e9, tiles=((8, 8),))
    whole = Work(0, 0, 1, 1, rows=16, columns=8, depth=99)
    assert seconds(whole._replace(splits=True), c, DEVICE) == pytest.approx(seconds(whole, c, DEVICE) / 3)


def test_what_fits_in_the_cache_is_moved_faster() -> None:
    c = Coefficients(launch=0.0, bandwidth=1e12, cached=4e12)
    assert seconds(Work(0, 10**6), c, DEVICE) == pytest.approx(0.25e-6)
    assert seconds(Work(0, 3 * 10**6), c, DEVICE) == pytest.approx(0.25e-6 + 2e-6)


def test_coefficients_of_the_likest_kernels_stand_in() -> None:
    one, other = Coefficients(1e-6), Coefficients(2e-6)
    key = Key("convolution", "bfloat16", channels_last=True)
    profile = DEVICE._replace(coefficients={key: one, Key("elementwise", "bfloat16", channels_last=False): other})
    assert profile.find(key._replace(channels_last=False)) == key
    assert profile.find(key._replace(direction="input_gradient", dtype="float16")) == key
    assert profile.find(key._replace(kind="winograd")) == key
    assert profile.find(key._replace(kind="bias")) == Key("elementwise", "bfloat16", channels_last=False)
    assert profile.find(key._replace(dtype="float32")) is None


def test_tf32_is_for_products_of_float32_only() -> None:
    graph = chain([("conv", {"out": 8, "kernel": 3, "bias": False}), "relu"], (8, 9, 9))
    slow, fast = Coefficients(1.0), Coefficients(0.5)
    found = {Key(kind, "float32", channels_last=False): slow for kind in ("convolution", "elementwise")}
    found[Key("convolution", "tf32", channels_last=False)] = fast
    profile = DEVICE._replace(coefficients=found)
    settings = StepSettings(mode="infer")
    assert predict_on(graph, settings, profile).kernel_seconds == 2.0
    assert predict_on(graph, settings, profile, tf32=True).kernel_seconds == 1.5
