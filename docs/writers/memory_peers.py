"""The tables of what tools predict for measured steps, from `measurements/memory-peers.csv`."""

from __future__ import annotations

import csv
import statistics
from typing import TYPE_CHECKING, NamedTuple

from docs.writers.measured import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE = FOLDER / "memory-peers.csv"

GROUPS = ("float32 training", "bf16 autocast training", "inference")

CUBLAS = 68_157_440
"""Bytes of workspaces that cuBLAS had taken for the process before any network of the inference rows was loaded."""

WITHOUT_CUBLAS = "inference, cuBLAS's workspaces left out"

COUNTS: Mapping[str, str] = {
    "cnncost": "live tensors of the whole step in PyTorch's order, `peak_bytes`; no workspaces",
    "cnncost h200": "those and what convolutions and cuBLAS take on the card, `allocated_bytes`",
    "cnncost h200 reserved": "what the allocator takes from the card, `reserved_bytes` against `peak_reserved`",
    "MemTracker": "live tensors as PyTorch runs the step on fake CUDA tensors, the optimizer's states made before; "
    "no workspaces",
    "torchinfo": "input, weights, and twice the outputs of layers with weights; no gradients of weights, no optimizer, "
    "no autocast",
    "torchinfo under autocast": "the same called under autocast, whose outputs in 16 bits it then sees; not documented",
    "torch-kitsune": "weights, gradients, optimizer, and every output once, those in place too (inference: twice the "
    "largest), and 15 % more",
    "vram-check": "weights, gradients, optimizer, and for activations twice the parameters for each sample (inference: "
    "0.6 times); it does not look at the layers",
    "accelerate": "what training with Adam takes besides activations, 4 × the model (mixed precision: 2 ×); inference: "
    "the model",
    "4 x parameters": "weights, gradients, two moments; 4 bytes each",
    "textbook's sum": "weights, gradients, optimizer states, every output, all at once; no autocast",
}
"""What each tool means to count, as read in its source."""


class Prediction(NamedTuple):
    """What a tool predicts for one step."""

    tool: str
    version: str
    group: str
    measured: int
    predicted: int | None
    seconds: float


def predictions() -> list[Prediction]:
    """All that the file holds."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return [
            Prediction(
                tool=row["tool"],
                version=row["version"],
                group=row["group"],
                measured=int(row["measured"]),
                predicted=int(row["predicted"]) if row["predicted"] else None,
                seconds=float(row["seconds"]),
            )
            for row in csv.DictReader(file)
        ]


def table() -> str:
    """Median and worst relative error of each tool, by the kind of step."""
    heading = ["tool", *GROUPS, WITHOUT_CUBLAS, "seconds of a processor"]
    lines = [f"| {' | '.join(heading)} |", f"|---|{'---:|' * (len(heading) - 1)}"]
    for tool, rows in _by_tool(predictions()).items():
        of_groups = [[row for row in rows if row.group == group] for group in GROUPS]
        cells = [*map(errors, [*of_groups, _without_cublas(tool, of_groups[-1])]), _seconds(rows)]
        lines.append(f"| {_named(tool, rows)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def short_table() -> str:
    """Medians alone, a line for each tool."""
    heading = ["median error", *GROUPS, WITHOUT_CUBLAS]
    lines = [f"| {' | '.join(heading)} |", f"|---|{'---:|' * (len(heading) - 1)}"]
    for tool, rows in _by_tool(predictions()).items():
        of_groups = [[row for row in rows if row.group == group] for group in GROUPS]
        found = map(_errors, [*of_groups, _without_cublas(tool, of_groups[-1])])
        cells = [percent(statistics.median(shares)) if shares else "–" for shares in found]
        lines.append(f"| {_named(tool, rows)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def counts_table() -> str:
    """What each tool counts."""
    rows = _by_tool(predictions())
    lines = [f"| {_named(tool, rows[tool])} | {COUNTS[tool]} |" for tool in rows]
    return "\n".join(["| tool | what it counts |", "|---|---|", *lines])


def errors(rows: Sequence[Prediction]) -> str:
    """Median and worst relative error, and of how many rows."""
    found = _errors(rows)
    if not found:
        return "–"
    of = len(rows) if len(found) == len(rows) else f"{len(found)} of {len(rows)}"
    return f"{percent(statistics.median(found))}, {percent(max(found))} ({of})"


def _errors(rows: Sequence[Prediction]) -> list[float]:
    return [abs(row.predicted / row.measured - 1) for row in rows if row.predicted is not None]


def _without_cublas(tool: str, rows: Sequence[Prediction]) -> list[Prediction]:
    """The rows without what cuBLAS had taken; none for a device's profile, which counts that."""
    if "h200" in tool:
        return []
    return [row._replace(measured=row.measured - CUBLAS) for row in rows]


def _seconds(rows: Sequence[Prediction]) -> str:
    found = [row.seconds for row in rows if row.predicted is not None]
    return f"{statistics.median(found):.2g}" if found else "–"


def percent(share: float) -> str:
    """A share in percent, to two digits."""
    hundredths = 100 * share
    digits = 2 if hundredths < 0.995 else 1 if hundredths < 9.95 else 0
    return f"{hundredths:.{digits}f} %"


def _named(tool: str, rows: Sequence[Prediction]) -> str:
    """The tool as the tables name it, with its version where it is not our own."""
    name = _NAMES.get(tool, tool)
    return name if "cnncost" in name or tool in _RULES else f"{name} {rows[0].version}"


_NAMES = {
    "cnncost h200": "cnncost, profile of the H200",
    "cnncost h200 reserved": "cnncost, the same, reserved",
    "MemTracker": "MemTracker of PyTorch",
}

_RULES = ("4 x parameters", "textbook's sum")


def _by_tool(rows: Sequence[Prediction]) -> dict[str, list[Prediction]]:
    return {tool: [row for row in rows if row.tool == tool] for tool in dict.fromkeys(row.tool for row in rows)}
