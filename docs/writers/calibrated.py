"""The table of calibrated devices: how far off predictions were of networks that were measured in the same run."""

from __future__ import annotations

import csv
import statistics
from typing import TYPE_CHECKING

from docs.writers.measured import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FILES = "calibrated-*.csv"

_HEADING = (
    "device",
    "PyTorch",
    "date",
    "what ran",
    "networks",
    "median",
    "mean",
    "worst",
    "FLOPs over peak",
    "in interval",
)


def table() -> str:
    """A line for each device and way of running: errors of what is predicted, and of FLOPs over the peak."""
    lines = [f"| {' | '.join(_HEADING)} |", f"|{'---|' * 4}{'---:|' * 6}"]
    for path in sorted(FOLDER.glob(FILES)):
        lines += _lines(path)
    return "\n".join(lines)


def _lines(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        groups.setdefault(f"{row['mode']}, batch {row['batch']}, {row['dtype']}, {row['layout']}", []).append(row)
    return [_line(path, ran, group) for ran, group in groups.items()]


def _line(path: Path, ran: str, rows: Sequence[Mapping[str, str]]) -> str:
    first, errors = rows[0], _errors(rows, "predicted_ms")
    inside = sum(float(row["low_ms"]) <= float(row["measured_ms"]) <= float(row["high_ms"]) for row in rows)
    cells = (
        f"[{first['device']}]({FOLDER.name}/{path.name})",
        first["torch"].partition("+")[0],
        first["date"],
        ran,
        str(len(rows)),
        f"{statistics.median(errors):.1%}",
        f"{statistics.mean(errors):.1%}",
        f"{max(errors):.0%}",
        f"{statistics.median(_errors(rows, 'flops_over_peak_ms')):.0%}",
        f"{inside}",
    )
    return f"| {' | '.join(cells)} |"


def _errors(rows: Sequence[Mapping[str, str]], name: str) -> list[float]:
    """How far a column is from what was measured, as parts of that."""
    return [abs(float(row[name]) / float(row["measured_ms"]) - 1) for row in rows]
