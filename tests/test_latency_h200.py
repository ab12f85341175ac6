"""The profile of the H200: what it is stated to be off by is what it is off by."""

from __future__ import annotations

import csv
import statistics
from pathlib import Path

import pytest

from benchmarks.latency_rows import family, settings_of, spec_of
from cnncost import load
from cnncost.roofline import predict
from docs.writers import latency_h200

MEASURED = Path(__file__).parent / "data" / "h200" / "latency.csv"

QUICK = ("alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v3_small", "mnasnet1_0")
"""Networks that PyTorch makes quickly."""

with MEASURED.open(newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def test_the_table_has_every_row_as_it_was_measured() -> None:
    stated = [(row["network"], row["dtype"], float(row["kernel_ms"])) for row in latency_h200.rows()]
    assert [each[:2] for each in stated] == [(row["network"], row["dtype"]) for row in ROWS]
    assert [each[2] for each in stated] == pytest.approx([float(row["kernel_ms"]) for row in ROWS], rel=1e-4)


@pytest.mark.parametrize("name", QUICK)
def test_the_table_holds_what_cnncost_says_today(name: str) -> None:
    graph = load(spec_of(name))
    for row, stated in zip(ROWS, latency_h200.rows(), strict=True):
        if row["network"] == name:
            made = predict(graph, settings_of(row), "h200")
            assert float(stated["fitted_ms"]) == pytest.approx(1e3 * made.kernel_seconds, rel=1e-4)
            assert float(stated["predicted_wall_ms"]) == pytest.approx(1e3 * made.seconds, rel=1e-4)


@pytest.mark.parametrize(
    ("group", "way", "median", "mean"),
    [
        ("fp32", "fitted_ms", 0.025, 0.035),
        ("bf16", "fitted_ms", 0.025, 0.035),
        ("amp_bf16", "fitted_ms", 0.03, 0.035),
        ("fp32", "without_it_ms", 0.06, 0.08),
        ("bf16", "without_it_ms", 0.07, 0.09),
        ("amp_bf16", "without_it_ms", 0.1, 0.12),
    ],
)
def test_errors_stay_within_bounds(group: str, way: str, median: float, mean: float) -> None:
    errors = latency_h200.errors(way, group)
    assert statistics.median(errors) <= median
    assert statistics.mean(errors) <= mean


def test_relatives_are_left_out_together() -> None:
    groups = {row["network"]: family(row["network"]) for row in ROWS}
    assert groups["resnet18"] == groups["resnet152"]
    assert groups["vgg16"] == groups["vgg16_bn"] == groups["vgg19"]
    assert groups["timm:convnextv2_tiny"] == groups["convnext_tiny"]


def test_intervals_hold_four_steps_in_five() -> None:
    """As the relatives of each network are left out: what the intervals are of."""
    from cnncost.devices import latency_profile

    modes = {"fp32": ("float32", "infer"), "bf16": ("bfloat16", "infer"), "amp_bf16": ("bfloat16", "train")}
    for group, key in modes.items():
        low, high = latency_profile("h200").interval(*key)
        rows = [row for row in latency_h200.rows() if row["dtype"] == group]
        ratios = [float(row["without_family_ms"]) / float(row["kernel_ms"]) for row in rows]
        assert sum(1 / high <= ratio <= low for ratio in ratios) >= 0.75 * len(ratios)
