"""Write expected_counts.csv beside this file: what PyTorch counts for every shipped architecture.

    python tests/data/make_expected_counts.py

The tests hold cnncost to that table, so that most of them run without PyTorch.
"""

from __future__ import annotations

import csv
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from torch_models import REFERENCES, count  # noqa: E402 (the folder above is on the path now)


def main() -> None:
    """Count every reference model and write one row for each."""
    tools = " ".join(f"{tool} {version(tool).partition('+')[0]}" for tool in ("torch", "torchvision"))
    method = f"{tools} meta tensors, eval, FlopCounterMode / 2"
    with (HERE / "expected_counts.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "input_shape", "params", "buffers", "macs", "source"])
        for name, reference in REFERENCES.items():
            shape = "x".join(map(str, (1, *reference.input_shape)))
            writer.writerow([name, shape, *count(name), f"{reference.source} ({method})"])


if __name__ == "__main__":
    main()
