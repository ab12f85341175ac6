"""Design points a second on one core: evaluation on arrays, beside a loop over `analyze`, and over torchinfo.

``python benchmarks/sweep.py --points 100000`` takes random points of batch, resolution and width of ResNet-50 and
MobileNetV2. Seconds are of the processor, so that a busy machine says nearly the same. torchinfo runs where it is
installed (``pip install -e '.[dev,peers]'``), on tensors without numbers, where it is fastest; it knows no peak.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import cnncost
from cnncost.language import library
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.points import Points

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 4096
_COUNTS = ("params", "macs", "activation_bytes")
_FIGURES: dict[str, tuple[tuple[str, ...], str]] = {
    "parameters, MACs, activations": (_COUNTS, "infer"),
    "all of these and the peak of a step": ((*_COUNTS, "peak_bytes"), "train"),
}
_STAGES = "[64, 128, 256, 512]"


def resnet_of_any_width(folder: str) -> str:
    """The path of a ResNet-50 whose stages have multiples of `width`."""
    text = library.names()["resnet50"][0].read_text()
    assert text.count(_STAGES) == 1
    text = text.replace(_STAGES, "[width, 2 * width, 4 * width, 8 * width]").replace("vars:\n", "vars:\n  width: 64\n")
    path = Path(folder) / "resnet.yaml"
    path.write_text(text)
    return str(path)


def points_of(spec: str, count: int) -> Points:
    """Random batches, resolutions and widths, always the same."""
    draw = np.random.default_rng(0)
    sizes = draw.integers(4, 17, count) * 32
    width = draw.integers(2, 17, count) * 8 if spec.endswith(".yaml") else draw.integers(5, 41, count) / 20
    shapes = np.stack([np.full(count, 3), sizes, sizes], axis=1)
    name = "width" if spec.endswith(".yaml") else "alpha"
    return Points({"batch": draw.integers(1, 257, count), "input": shapes, name: width})


def seconds(work: Callable[[], Any]) -> float:
    """The processor's seconds that something takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def by_chunks(evaluator: Evaluator, points: Points) -> None:
    """Evaluate as a sweep does."""
    for start in range(0, len(points), _CHUNK):
        evaluator.evaluate(points.part(start, start + _CHUNK))


def one_by_one(spec: str, points: Points, mode: str) -> None:
    """Analyze every network by itself."""
    for place in range(len(points)):
        row = points.row(place)
        cnncost.analyze(spec, batch=row.pop("batch"), input=row.pop("input"), set=row, mode=mode)


def by_torchinfo(spec: str, points: Points) -> None:
    """Make every network as PyTorch's module, and have torchinfo look at it."""
    import torchinfo

    for place in range(len(points)):
        row = points.row(place)
        shape = (row.pop("batch"), *row["input"])
        model = cnncost.build(spec, input=row.pop("input"), set=row, device="meta")
        torchinfo.summary(model, input_size=shape, device="meta", verbose=0)


def report(spec: str, count: int, few: int) -> None:
    """Print points a second of one network."""
    print(f"{'ResNet-50' if spec.endswith('.yaml') else 'MobileNetV2'}, {count:,} points in chunks of {_CHUNK:,}")
    points, some = points_of(spec, count), points_of(spec, few)
    for what, (figures, mode) in _FIGURES.items():
        print(f"  {what}")
        speed = count / seconds(lambda: by_chunks(Evaluator(spec, figures, {"mode": mode}), points))  # noqa: B023
        loop = few / seconds(lambda: one_by_one(spec, some, mode))  # noqa: B023
        print(f"    on arrays             {speed:12,.0f} points/s/core")
        print(f"    analyze, one by one   {loop:12,.0f} points/s/core {speed / loop:10,.0f} x as long")
        if "peak_bytes" not in figures and importlib.util.find_spec("torchinfo"):
            by_torchinfo(spec, some.part(0, 1))  # what is imported is not what takes time
            other = few / seconds(lambda: by_torchinfo(spec, some))
            print(f"    torchinfo             {other:12,.0f} points/s/core {speed / other:10,.0f} x as long")
    print(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MiB at the most")


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=100_000, help="evaluated on arrays")
    parser.add_argument("--few", type=int, default=20, help="evaluated one by one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for spec in (resnet_of_any_width(folder), "mobilenet_v2"):
            report(spec, asked.points, asked.few)


if __name__ == "__main__":
    main()
