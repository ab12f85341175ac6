"""All benchmarks, one command: ``python benchmarks/run.py``.

(a) whole processes: `cnncost analyze resnet50` against importing typer, rich, pydantic and yaml, of which it is to take
    0.95 at most, and against the peers that are installed (``pip install -e '.[dev,peers]'``), with peak memory;
(b) YAML text to complete report, in process;
(c) growth of (b) from 100 to 10,000 layers.

With ``--against FOLDER``, another checkout of cnncost, only what both have is run, on both in turn, with ratios; whole
processes of both against that import too.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from pathlib import Path

import commands
import processes
import trees

from cnncost import analyze
from cnncost.language import library
from cnncost.language.load import loads
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings

_CHAIN = """
input: [8, 32, 32]
network:
  - conv: {{out: 16, kernel: 3, padding: 1}}
  - for: n
    in: range({turns})
    do:
      - residual: [{{conv: {{out: 16, kernel: 3, padding: 1}}}}, batchnorm]
      - relu
"""
_LAYERS_PER_TURN = 4


def whole_processes(repeats: int) -> None:
    """Print benchmark (a)."""
    print(f"(a) whole processes, median of {repeats}, and ratios to the first")
    analysis = ("analyze", "resnet50")
    table = {
        "import typer, rich, pydantic, yaml": commands.baseline(),
        "cnncost analyze resnet50": commands.cnncost(trees.HERE, *analysis),
        "cnncost analyze resnet50, coloured": commands.cnncost(trees.HERE, *analysis, coloured=True),
        "cnncost analyze resnet50 --depth all": commands.cnncost(trees.HERE, *analysis, "--depth", "all"),
        "cnncost analyze resnet50 --format json": commands.cnncost(trees.HERE, *analysis, "--format", "json"),
        "cnncost zoo": commands.cnncost(trees.HERE, "zoo"),
        "cnncost --help": commands.cnncost(trees.HERE, "--help"),
        **commands.peers(),
    }
    for name, median in zip(table, processes.compare(list(table.values()), repeats), strict=True):
        run, memory = median.run, median.run.peak_bytes / 2**20
        wall = f"{run.wall_seconds:7.3f} s {median.wall_ratio:6.2f} x"
        cpu = f"{run.cpu_seconds:7.3f} s cpu {median.cpu_ratio:6.2f} x"
        print(f"  {name:<40} {wall} {cpu} {memory:7.0f} MiB")


def milliseconds(text: bytes | str, name: str, repeats: int, variant: str | None = None) -> float:
    """The median time from a spec's text to its complete report."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        analyze_graph(loads(text, name, variant=variant), Settings())
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def in_process(repeats: int) -> None:
    """Print benchmark (b)."""
    print(f"(b) YAML text to complete report, in process, median of {repeats}")
    for name in ("resnet50", "resnet152", "densenet201", "efficientnet_b7"):
        path, variant = library.names()[name]
        took = milliseconds(path.read_bytes(), path.name, repeats, variant)
        print(f"  {name:<40} {took:7.2f} ms for {len(analyze(name).rows)} layers")


def growth(repeats: int) -> None:
    """Print benchmark (c)."""
    print(f"(c) growth with the number of layers, median of {repeats}")
    for layers in (100, 1_000, 10_000):
        took = milliseconds(_CHAIN.format(turns=layers // _LAYERS_PER_TURN), "chain.yaml", repeats)
        print(f"  {layers:>6,} layers {took:31.2f} ms {took / layers * 1000:7.1f} µs a layer")


def against(other: Path, repeats: int) -> None:
    """Print this tree beside another."""
    print(f"whole processes of {other} and of this tree in turn: processor time, importing what they need = 1")
    for name, (theirs, ours) in trees.compare_processes(other, repeats).items():
        ratio = ours.cpu_ratio / theirs.cpu_ratio
        print(f"  {name:<50} {theirs.cpu_ratio:8.3f} x  {ours.cpu_ratio:8.3f} x  {ratio:6.2f} x")
    print("in process, medians")
    for name, (before, after) in trees.compare_analyses(other, repeats).items():
        print(f"  {name:<50} {before * 1000:8.1f} ms {after * 1000:8.1f} ms {after / before:6.2f} x")


def main() -> None:
    """Run the benchmarks and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=11, help="counted runs of each, after one that warms up")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout, to compare this one with")
    options = parser.parse_args()
    repeats = options.repeats
    if options.against is not None:
        against(options.against, repeats)
        return
    whole_processes(repeats)
    in_process(repeats)
    growth(max(3, repeats // 3))


if __name__ == "__main__":
    main()
