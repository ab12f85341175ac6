"""This checkout beside another one of cnncost, in turn: what a change costs or saves, as ratios.

Both are reached through what does not change between versions, the command line and the public functions.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import commands
import processes

if TYPE_CHECKING:
    from processes import Median

HERE = Path(__file__).parents[1]

NETWORKS = ("resnet50", "resnet152", "densenet201", "efficientnet_b7")

_IN_PROCESS = """
import gc, statistics, sys, time
from cnncost import analyze
name, repeats = sys.argv[1], int(sys.argv[2])
analyze(name)
times = []
for _ in range(repeats):
    gc.collect()
    start = time.perf_counter()
    analyze(name)
    times.append(time.perf_counter() - start)
print(statistics.median(times))
"""


COMMANDS = (
    ("analyze", "resnet50"),
    ("analyze", "resnet50", "--format", "json"),
    ("compare", "resnet18", "resnet50"),
    ("explain", "resnet50"),
    ("zoo",),
    ("--help",),
)


def compare_processes(other: Path, repeats: int) -> dict[str, tuple[Median, Median]]:
    """Whole processes of the tree `other` and of this one, in turn with the import of what they need."""
    both = [commands.cnncost(tree, *arguments) for arguments in COMMANDS for tree in (other.resolve(), HERE)]
    medians = processes.compare([commands.baseline(), *both], repeats)[1:]
    names = [" ".join(("cnncost", *arguments)) for arguments in COMMANDS]
    return dict(zip(names, zip(medians[::2], medians[1::2], strict=True), strict=True))


def compare_analyses(other: Path, repeats: int) -> dict[str, tuple[float, float]]:
    """Seconds that an analysis takes inside the process, of the tree `other` and of this one, run in turn."""
    times: dict[str, tuple[float, float]] = {}
    for network in NETWORKS:
        both = [commands.python(tree, _IN_PROCESS, network, "20") for tree in (other.resolve(), HERE)]
        rounds = [[float(processes.output(command)) for command in both] for _ in range(max(3, repeats // 3))]
        theirs, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
        times[f"analyze({network!r})"] = theirs, ours
    return times
