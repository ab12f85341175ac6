"""The benchmark of calibrations from end to end, with one small network, and the table of what it writes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnncost.devices import latency_profile
from docs.writers import calibrated

ROOT = Path(__file__).parents[2]
LENET_FLOPS = 2 * (117_600 + 240_000 + 48_000 + 10_080 + 840)  # LeCun et al. 1998, layer by layer


def test_it_calibrates_predicts_and_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "latency.py"), "--device", "cpu", "--only", "lenet5"]
    command += ["--rounds", "1", "--seconds", "1", "--out", str(tmp_path), "--work", str(tmp_path / "work")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}
    )
    assert "float32, contiguous, infer, batch 1: median" in done.stdout
    with (tmp_path / "calibrated-cpu.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["network"], row["dtype"], row["layout"], row["mode"]) == ("lenet5", "float32", "contiguous", "infer")
    assert 0 < float(row["low_ms"]) <= float(row["predicted_ms"]) <= float(row["high_ms"])
    peak = latency_profile(str(tmp_path / "calibrated-cpu.yaml")).peaks["float32"]
    assert float(row["flops_over_peak_ms"]) == pytest.approx(1e3 * LENET_FLOPS / peak, rel=1e-3)
    monkeypatch.setattr(calibrated, "FOLDER", tmp_path)
    assert "| infer, batch 1, float32, contiguous | 1 |" in calibrated.table()


def test_errors_are_parts_of_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "device torch date network batch dtype layout mode measured_ms predicted_ms low_ms high_ms flops_over_peak_ms"
    )
    rows = ["a card,2.13.0+cu130,2026-11-28,one,64,bfloat16,channels-last,infer,10,11,9,12,5"]
    rows += ["a card,2.13.0+cu130,2026-11-28,other,64,bfloat16,channels-last,infer,10,7,6,8,1"]
    (tmp_path / "calibrated-card.csv").write_text("\n".join([names.replace(" ", ","), *rows, ""]))
    monkeypatch.setattr(calibrated, "FOLDER", tmp_path)
    line = calibrated.table().splitlines()[-1]
    assert line.endswith(
        "| 2.13.0 | 2026-11-28 | infer, batch 64, bfloat16, channels-last | 2 | 20.0% | 20.0% | 30% | 70% | 1 |"
    )
