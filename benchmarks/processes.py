"""Whole processes, timed from outside: seconds of wall and processor time, and peak memory, run after run."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from typing import NamedTuple


class Run(NamedTuple):
    """What the operating system says of one finished process."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


class Median(NamedTuple):
    """Medians over several runs, and the ratio of wall time to the first command's, pair by pair."""

    run: Run
    ratio: float


def environment(**changes: str) -> dict[str, str]:
    """The environment with `changes`, without the switch that makes Python compile every module every time."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | changes


def output(command: list[str], env: dict[str, str]) -> str:
    """What `command` prints.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout


def once(command: list[str], env: dict[str, str] | None = None) -> Run:
    """Run `command`, its output thrown away.

    Raises:
        RuntimeError: it failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment() if env is None else env
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{errors.decode()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def compare(commands: list[list[str]], repeats: int) -> list[Median]:
    """Run the commands in turn, A B C A B C ..., after one round that does not count.

    A ratio compares neighbours in time, so that it holds while the machine's speed drifts.
    """
    rounds = [[once(command) for command in commands] for _ in range(repeats + 1)][1:]
    medians = []
    for column in range(len(commands)):
        runs = [row[column] for row in rounds]
        median = Run(*(statistics.median(figure) for figure in zip(*runs, strict=True)))
        ratios = [row[column].wall_seconds / row[0].wall_seconds for row in rounds]
        medians.append(Median(median, statistics.median(ratios)))
    return medians
