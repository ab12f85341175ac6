"""This checkout beside another one of cnncost, in turn: what a change costs or saves, as ratios.

Both are reached through what does not change between versions, the command line and the public functions.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import processes

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


class Pair(NamedTuple):
    """One benchmark on both trees: medians in seconds, and the median of the ratios of neighbours in time."""

    name: str
    other: float
    ours: float
    ratio: float


def compare(other: Path, repeats: int) -> list[Pair]:
    """Run every benchmark on the tree `other` and on this one, in turn, `repeats` times after a round to warm up."""
    # A safe path leaves out the working directory, which would come before either tree.
    trees = [processes.environment(PYTHONPATH=str(tree), PYTHONSAFEPATH="1") for tree in (other.resolve(), HERE)]
    analyses = {
        "cnncost analyze resnet50": ["analyze", "resnet50"],
        "cnncost analyze resnet50 --format json": ["analyze", "resnet50", "--format", "json"],
        "cnncost compare resnet18 resnet50": ["compare", "resnet18", "resnet50"],
        "cnncost explain resnet50": ["explain", "resnet50"],
        "cnncost zoo": ["zoo"],
        "cnncost --help": ["--help"],
    }
    pairs = []
    for name, arguments in analyses.items():
        command = [sys.executable, "-m", "cnncost", *arguments]
        rounds = [[processes.once(command, tree).wall_seconds for tree in trees] for _ in range(repeats + 1)][1:]
        pairs.append(_pair(f"process: {name}", rounds))
    for network in NETWORKS:
        command = [sys.executable, "-c", _IN_PROCESS, network, "20"]
        rounds = [[float(processes.output(command, tree)) for tree in trees] for _ in range(max(3, repeats // 3))]
        pairs.append(_pair(f"in process: analyze({network!r})", rounds))
    return pairs


def _pair(name: str, rounds: list[list[float]]) -> Pair:
    other, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    return Pair(name, other, ours, statistics.median(ours / other for other, ours in rounds))
