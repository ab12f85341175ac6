"""The tables of what the profile of the H200 says of measured steps, from `measurements/h200-latency.csv`."""

from __future__ import annotations

import csv
import statistics
from typing import TYPE_CHECKING

from docs.writers.measured import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE = FOLDER / "h200-latency.csv"

GROUPS = {
    "fp32": "inference, float32, batch 64",
    "bf16": "inference, bfloat16 with channels last, batch 64",
    "amp_bf16": "training under bfloat16 autocast with channels last, batch 32",
}

WAYS = {
    "flops_over_peak_ms": "FLOPs over peak",
    "roofline_ms": "roofline",
    "fitted_ms": "cnncost",
    "without_it_ms": "cnncost, fitted without the network",
    "without_family_ms": "cnncost, fitted without its relatives",
}
"""What is compared with the time that kernels ran, by its column."""


def rows() -> list[dict[str, str]]:
    """All that the file holds."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def error(row: Mapping[str, str], way: str) -> float:
    """How far off it is: 0.1 where it is a tenth too long."""
    return float(row[way]) / float(row["kernel_ms"]) - 1


def errors(way: str, group: str) -> list[float]:
    """How far off it is for each network, whatever the direction."""
    return [abs(error(row, way)) for row in rows() if row["dtype"] == group]


def short_table() -> str:
    """A line for each way, with median, mean and largest error in each group."""
    heads = [f"{title} ({len(errors('fitted_ms', group))})" for group, title in GROUPS.items()]
    lines = [[title, *[_summary(errors(way, group)) for group in GROUPS]] for way, title in WAYS.items()]
    return _table(["", *heads], lines)


def table() -> str:
    """A line for each network and group."""
    shown = ("fitted_ms", "without_it_ms", "without_family_ms")
    lines = [
        [
            row["network"],
            row["dtype"],
            f"{float(row['kernel_ms']):.2f}",
            *[f"{error(row, way):+.1%}" for way in shown],
            f"{float(row['wall_ms']):.2f}",
            f"{float(row['predicted_wall_ms']):.2f}" + (", launches" if row["bound"] == "launches" else ""),
        ]
        for row in rows()
    ]
    heads = ["network", "", "kernels, ms", "cnncost", "without it", "without relatives", "step, ms", "cnncost, ms"]
    return _table(heads, lines)


def _summary(found: Sequence[float]) -> str:
    return f"{statistics.median(found):.1%}, {statistics.mean(found):.1%}, {max(found):.0%}"


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    aligned = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, aligned, *lines))
