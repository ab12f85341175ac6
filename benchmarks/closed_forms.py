"""Points a second of closed forms, and how much quicker two processes compute a sweep than one.

``python benchmarks/closed_forms.py`` evaluates the compiled formulas of two networks at random batches and resolutions,
on one core; seconds are of the processor. With ``--workers 2`` it computes 100,000 points of 100 depths by one process
and by so many, in seconds of the clock from before the workers start: for an idle machine. One process computes as
many points in seconds that differ in their sizes alone.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from cnncost import closed_forms
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.execution.engines import engine_of
from cnncost.spaces.execution.run import run
from cnncost.spaces.points import Points
from cnncost.spaces.results.sinks import Memory

_POINTS, _SWEPT, _CHUNK = 4_000_000, 100_000, 1_000
_FIGURES = (("macs",), ("params", "macs", "flops", "activation_bytes"))


def main() -> None:
    """Print a line for each network, and one for the processes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int)
    workers = parser.parse_args().workers
    if workers is not None:
        one, several = swept(1), swept(workers)
        print(f"{_SWEPT:,} points: {one:.1f} s by one process, {several:.1f} s by {workers}, {one / several:.2f} times")
        return
    for spec in ("resnet50", "mobilenet_v2"):
        for figures in _FIGURES:
            start = time.process_time()
            grid = closed_forms(spec, ["batch", "resolution"], figures=figures).compile()
            found = time.process_time() - start
            draw = np.random.default_rng(0)
            numbers = {"B": draw.integers(1, 257, _POINTS), "R": draw.integers(32, 513, _POINTS)}
            start = time.process_time()
            grid(numbers)
            speed = _POINTS / (time.process_time() - start) / 1e6
            print(f"{spec}, {', '.join(figures)}: {speed:.1f} million points a second; found in {found:.2f} s")


def swept(workers: int) -> float:
    """The seconds that so many processes take."""
    evaluator = Evaluator("resnet50", ["params", "macs", "peak_bytes"], {"mode": "train"})
    draw = np.random.default_rng(0)
    sizes = draw.integers(4, 17, _SWEPT) * 32
    shapes = np.stack([np.full(_SWEPT, 3), sizes, sizes], axis=1)
    depths = np.arange(_SWEPT) // _CHUNK  # a structure for each chunk
    numbers = {"depths[1]": depths % 10 + 1, "depths[2]": depths // 10 + 1}
    points = Points({**numbers, "batch": draw.integers(1, 257, _SWEPT), "input": shapes})
    chunks = [points.part(start, start + _CHUNK) for start in range(0, _SWEPT, _CHUNK)]
    start = time.perf_counter()
    run(evaluator, chunks, Memory("resnet50"), total=_SWEPT, engine=engine_of(workers))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
