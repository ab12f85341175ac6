"""What a step takes at the least by a datasheet: by hand for single layers, and never more than what was measured."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnncost import latency, load
from cnncost.devices import device
from cnncost.errors import SpecError
from cnncost.roofline.estimate import step_latency
from cnncost.roofline.place import Place
from cnncost.roofline.run import Run

if TYPE_CHECKING:
    from cnncost.roofline.report import LatencyReport

ROOT = Path(__file__).parent.parent.parent
BANDWIDTH, BFLOAT16, FLOAT32 = 1.008e12, 165.2e12, 82.6e12
"""Of an RTX 4090, as cards.yaml has them."""


def bound(
    folder: Path, layers: str, *, shape: str = "[64, 56, 56]", batch: int = 64, **settings: object
) -> LatencyReport:
    path = folder / "net.yaml"
    path.write_text(f"name: net\ninput: {shape}\nnetwork:\n{layers}")
    return latency(path, "rtx4090", batch=batch, **settings)  # type: ignore[arg-type]


POINTWISE = "  - conv: {out: 256, kernel: 1, bias: false}\n"


@pytest.mark.parametrize(
    ("dtype", "size", "peak"), [("bf16", 2, BFLOAT16), ("fp16", 2, BFLOAT16), ("tf32", 4, 82.6e12)]
)
def test_a_convolution_takes_its_operations_or_its_bytes(tmp_path: Path, dtype: str, size: int, peak: float) -> None:
    (layer,) = bound(tmp_path, POINTWISE, dtype=dtype).layers
    positions = 64 * 56 * 56
    flops = 2 * positions * 64 * 256
    moved = size * (positions * (64 + 256) + 64 * 256)
    assert (layer.flops, layer.bytes, layer.kernels) == (flops, moved, 1)
    assert layer.seconds == pytest.approx(max(flops / peak, moved / BANDWIDTH))
    assert layer.bound_by == ("compute" if flops / peak > moved / BANDWIDTH else "bandwidth") == "bandwidth"


def test_operations_bind_where_channels_are_many(tmp_path: Path) -> None:
    wide = "  - conv: {out: 2048, kernel: 1, bias: false}\n"
    (layer,) = bound(tmp_path, wide, shape="[2048, 14, 14]", dtype="bf16").layers
    assert layer.bound_by == "compute"
    assert layer.seconds == pytest.approx(2 * 64 * 14 * 14 * 2048 * 2048 / BFLOAT16)


def test_float32_convolutions_may_be_computed_by_fewer_operations(tmp_path: Path) -> None:
    """By Winograd's F(4×4, 3×3) 36 multiplications do for 144; the printed rate bounds nothing but those."""
    wide = "  - conv: {out: 2048, kernel: 3, padding: 1, bias: false}\n"
    direct = 2 * 64 * 16 * 16 * 2048 * 2048 * 9
    single = bound(tmp_path, wide, shape="[2048, 16, 16]").layers[0].seconds
    assert single <= direct / 4 / FLOAT32 + 1e-9
    assert bound(tmp_path, wide, shape="[2048, 16, 16]", dtype="tf32").layers[0].seconds == pytest.approx(
        direct / 82.6e12
    )


def test_elementwise_layers_read_and_write(tmp_path: Path) -> None:
    report = bound(tmp_path, "  - sigmoid\n", dtype="bf16")
    (layer,) = report.layers
    assert layer.seconds == pytest.approx(2 * 2 * 64 * 64 * 56 * 56 / BANDWIDTH)
    assert report.bound_by == layer.bound_by == "bandwidth"


def test_views_take_no_time(tmp_path: Path) -> None:
    flatten = bound(tmp_path, "  - sigmoid\n  - flatten\n").layers[1]
    assert (flatten.seconds, flatten.kernels, flatten.bound_by) == (0, 0, None)


def test_a_bound_is_no_prediction() -> None:
    report = latency("resnet18", "rtx4090", batch=8, dtype="bf16")
    assert report.is_bound
    assert report.seconds is None
    assert report.interval is None
    assert report.at_least_seconds == sum([layer.seconds for layer in report.layers])
    data = report.to_dict()
    assert data["is_bound"] is True
    assert [data[name] for name in ("seconds", "low_seconds", "high_seconds", "latency_ns", "samples_per_second")] == [
        None
    ] * 5
    assert data["at_most_samples_per_second"] == pytest.approx(8 / data["at_least_seconds"])
    assert "at least" in repr(report)
    assert "\n" not in repr(report)


def measured_steps() -> list[Any]:
    """The steps in bfloat16 that were measured on an H200, whose rate in it was read; of networks that ship."""
    with (ROOT / "tests" / "data" / "h200" / "latency.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dtype"] != "fp32" and ":" not in row["network"]]
    return [pytest.param(row, id=f"{row['network']} {row['mode']}") for row in rows]


@pytest.mark.parametrize("row", measured_steps())
def test_no_step_took_less_than_its_bound(row: dict[str, str]) -> None:
    shape = tuple(map(int, row["input"].split("x")))
    amp = {"amp": "bf16"} if row["dtype"] == "amp_bf16" else {"dtype": "bf16"}
    run = Run.checked(
        Place("h200", card=device("h200")), mode=row["mode"], batch=int(row["batch"]), channels_last=True, **amp
    )
    bound = step_latency(load(row["network"], input=shape), run)
    assert bound.is_bound
    assert 0 < bound.time < float(row["kernel_ms"]) / 1e3


def test_training_runs_backward_and_the_optimizer_too() -> None:
    infer, train = (latency("resnet18", "rtx4090", batch=8, mode=mode) for mode in ("infer", "train"))
    assert list(train.phases) == ["forward", "loss", "backward", "optimizer"]
    assert list(infer.phases) == ["forward"]
    assert train.phases["backward"] > train.phases["forward"]
    assert [layer.name for layer in train.layers[-2:]] == ["loss", "optimizer"]
    assert sum([layer.seconds for layer in train.layers]) == pytest.approx(train.time)
    # Nothing in fewer operations than two passes over all 11,689,512 parameters and their gradients.
    assert train.layers[-1].seconds > 3 * 4 * 11_689_512 / BANDWIDTH


@pytest.mark.parametrize(
    ("device", "settings", "message"),
    [
        ("rtx4091", {}, "no card is known as `rtx4091`; did you mean `rtx4090`?"),
        ("cpu", {}, "how fast `cpu` is here was not measured"),
        ("cuda", {}, "how fast `cuda` is here was not measured"),
        ("missing.yaml", {}, "there is no file `missing.yaml`"),
        ("rtx4090", {"dtype": "int8"}, "how fast int8 runs is not known"),
        ("rtx4090", {"dtype": "fp8"}, "unknown dtype `fp8`"),
        ("rtx4090", {"mode": "training"}, "unknown mode `training`"),
        ("rtx4090", {"dtype": "bf16", "amp": "bf16"}, "autocast is for parameters in float32, not in bfloat16"),
        ("rtx4090", {"speed": 3}, "unknown setting `speed`"),
        (4090, {}, "`device` must be"),
    ],
)
def test_what_is_refused(device: object, settings: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        latency("lenet5", device, **settings)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_rate_that_was_not_read_is_said() -> None:
    report = latency("resnet18", "v100", dtype="fp16")
    assert report.device.flops_per_second is None
    assert any("is not known" in note for note in report.notes)
    assert all(layer.bound_by in ("bandwidth", None) for layer in report.layers)


def test_layers_of_which_it_is_not_known_what_they_run_make_a_bound(tmp_path: Path) -> None:
    spec = tmp_path / "own.yaml"
    spec.write_text(
        "input: [4, 8, 8]\nlayers:\n  swish():\n    output: input\n    parameters: 0\n"
        "network:\n  - swish\n  - sigmoid\n"
    )
    report = latency(spec, "h200")
    assert report.unknown_layers == ("swish",)
    assert report.is_bound
    assert report.seconds is None
    assert report.at_least_seconds == report.time > 0
    assert any("of `swish` it is not known what is run" in note for note in report.notes)
    swish, sigmoid = report.layers
    assert (swish.seconds, swish.kernels, swish.bytes) == (0, 0, 0)
    assert (sigmoid.kernels, sigmoid.bytes) == (1, 2 * 4 * 4 * 8 * 8)  # float32, read and written


@pytest.mark.parametrize("device", ["h200", "rtx4090"])
def test_every_pass_whose_gradients_are_added_up_takes_its_time(device: str) -> None:
    few, more, many = (latency("lenet5", device, mode="train", batch=64, accumulate=n) for n in (3, 4, 12))
    for figure in ("kernel_seconds", "device_seconds"):
        one = getattr(more, figure) - getattr(few, figure)
        assert getattr(many, figure) == pytest.approx(getattr(more, figure) + 8 * one)
    assert many.samples_per_second == pytest.approx(12 * 64 / many.time)
    with pytest.raises(SpecError, match="a step that adds up 1,000 passes has too many kernels: at most 256 are timed"):
        latency("lenet5", device, mode="train", accumulate=1000)


def test_layers_are_grouped_sorted_and_cut() -> None:
    report = latency("resnet18", "rtx4090", batch=8)
    blocks = report.grouped(1)
    assert sum([block.seconds for block in blocks.layers]) == pytest.approx(report.time)
    assert sum([block.count for block in blocks.layers]) == len(report.layers)
    largest = report.sorted_by("seconds").top(3).layers
    assert len(largest) == 3
    assert largest[0].seconds == max([layer.seconds for layer in report.layers])
    assert {row.name for row in report.by_type().layers} == {layer.type for layer in report.layers}
    with pytest.raises(SpecError, match="unknown figure `second`; did you mean `seconds`"):
        report.sorted_by("second")
