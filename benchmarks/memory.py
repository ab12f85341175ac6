"""What tools predict for steps whose memory was measured on an H200, one command:

    python benchmarks/memory.py [--tool torchinfo] [--only 'resnet*'] [--again]

It writes a row for each step and tool, to `docs/measurements/memory-peers.csv`; what is there already is not done
again, and interrupted, it keeps what it has. A tool that fails has a row too. The tools come with
``pip install -e '.[peers]'``.
"""

from __future__ import annotations

import argparse
import csv
import fnmatch
import importlib
import logging
import multiprocessing
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from measured_steps import Step, measured
from memory_tools import TOOLS

OUT = Path(__file__).parents[1] / "docs" / "measurements" / "memory-peers.csv"

INTERRUPTED = 130


class Row(NamedTuple):
    """What one tool predicts for one step, as the table has it."""

    tool: str
    version: str
    network: str
    batch: str
    dtype: str
    optimizer: str
    group: str
    figure: str
    measured: str
    predicted: str
    seconds: str
    note: str

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one row of."""
        return (self.tool, self.network, self.batch, self.dtype, self.optimizer, self.group)


def main() -> int:
    """Fill the table; the exit code."""
    options = _options()
    done = {row.key: row for row in _read(options.out)}
    steps = [step for step in measured() if fnmatch.fnmatch(step.network, options.only)]
    try:
        for name in options.tool or TOOLS:
            _fill(done, name, steps, options)
    except KeyboardInterrupt:
        print(f"interrupted; {options.out} has {len(done)} rows", file=sys.stderr)
        return INTERRUPTED
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", action="append", choices=[*TOOLS], help="only this one; may be given several times")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="networks")
    parser.add_argument("--again", action="store_true", help="also what is done already")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


def _fill(done: dict[tuple[str, ...], Row], name: str, steps: list[Step], options: argparse.Namespace) -> None:
    """Add a tool's rows that are missing."""
    release = _version(TOOLS[name].distribution)
    pool = _pool(name)
    for place, step in enumerate(steps, 1):
        row = _row(name, release, step)
        if row.key in done and not options.again:
            continue
        try:
            predicted, seconds, note = pool.submit(_predict, name, step).result()
        except BrokenProcessPool:
            predicted, seconds, note = None, 0.0, "its process died"
            pool = _pool(name)
        row = row._replace(predicted="" if predicted is None else str(predicted), seconds=f"{seconds:.3f}", note=note)
        done[row.key] = row
        _write(options.out, done)
        error = note if predicted is None else f"{predicted / int(row.measured) - 1:+.1%}"
        print(f"{name} {place}/{len(steps)} {step.network} {step.group}: {error} ({seconds:.1f} s)", flush=True)
    pool.shutdown()


def _pool(name: str) -> ProcessPoolExecutor:
    """A process for a tool alone, since some change what PyTorch is."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(name,))


def _begin(name: str) -> None:
    logging.disable()
    warnings.simplefilter("ignore")
    prepare = TOOLS[name].prepare
    if prepare is not None:
        prepare()
    from cnncost.importers.pytorch.model.compiled import let_torchvision_load

    let_torchvision_load()
    for library in ("torchvision", "timm"):  # that the first step does not pay for
        importlib.import_module(library)


def _predict(name: str, step: Step) -> tuple[int | None, float, str]:
    """What the tool says, the processor time that it took, and what went wrong."""
    start = time.process_time()
    try:
        predicted = TOOLS[name].predict(step)
        note = "" if predicted is not None else "it says nothing of such a step"
    except Exception as error:
        predicted, note = None, f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return predicted, time.process_time() - start, note


def _row(name: str, release: str, step: Step) -> Row:
    figure = TOOLS[name].figure
    return Row(
        tool=name,
        version=release,
        network=step.network,
        batch=str(step.batch),
        dtype="amp_bf16" if step.amp else "fp32",
        optimizer=step.optimizer or "",
        group=step.group,
        figure=figure,
        measured=str(getattr(step, figure)),
        predicted="",
        seconds="",
        note="",
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution).partition("+")[0]
    except PackageNotFoundError:
        return ""


def _read(table: Path) -> list[Row]:
    if not table.exists():
        return []
    with table.open(newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


_ORDER = {key: place for place, key in enumerate(_row(name, "", step).key for name in TOOLS for step in measured())}


def _write(table: Path, done: dict[tuple[str, ...], Row]) -> None:
    """Write the rows tool by tool, in the order of the steps."""
    ordered = sorted(done.values(), key=lambda row: _ORDER[row.key])
    with table.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(ordered)


if __name__ == "__main__":
    sys.exit(main())
