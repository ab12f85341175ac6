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


class Command(NamedTuple):
    """What to run."""

    arguments: list[str]
    """The program first."""
    variables: dict[str, str]
    """Of the environment, beside those that there are."""


class Median(NamedTuple):
    """Medians over several runs, and of the ratios to the first command's, pair by pair."""

    run: Run
    wall_ratio: float
    """Of wall time, which depends on what else the machine does."""
    cpu_ratio: float
    """Of processor time."""


def environment(**changes: str) -> dict[str, str]:
    """The environment with `changes`, without the switch that makes Python compile every module every time."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | changes


def output(command: Command) -> str:
    """What `command` prints.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    env = environment(**command.variables)
    return subprocess.run(command.arguments, capture_output=True, text=True, check=True, env=env).stdout


def once(command: Command) -> Run:
    """Run `command`, its output thrown away.

    Raises:
        RuntimeError: it failed.
    """
    env = environment(**command.variables)
    start = time.perf_counter()
    process = subprocess.Popen(command.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command.arguments[0]} failed:\n{errors.decode()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def compare(commands: list[Command], repeats: int) -> list[Median]:
    """Run the commands in turn, A B C A B C ..., after one round that does not count.

    A ratio compares neighbours in time, so that it holds while the machine's speed drifts.
    """
    rounds = [[once(command) for command in commands] for _ in range(repeats + 1)][1:]
    medians = []
    for column in range(len(commands)):
        pairs = [(row[column], row[0]) for row in rounds]
        run = Run(*(statistics.median(figure) for figure in zip(*(ours for ours, _ in pairs), strict=True)))
        wall = statistics.median(ours.wall_seconds / first.wall_seconds for ours, first in pairs)
        cpu = statistics.median(ours.cpu_seconds / first.cpu_seconds for ours, first in pairs)
        medians.append(Median(run, wall, cpu))
    return medians
