"""Write expected_counts.csv beside this file: what PyTorch counts for every shipped architecture.

    python tests/data/make_expected_counts.py [NAME...]

With names, only their rows are counted anew. The tests hold cnncost to that table, so that most of them run without
PyTorch.
"""

from __future__ import annotations

import csv
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from tests.torch_models import REFERENCES, count  # noqa: E402 (the folder above is on the path now)

TABLE = HERE / "expected_counts.csv"
COLUMNS = ("name", "input_shape", "params", "buffers", "macs", "source")


def row_of(name: str) -> dict[str, str]:
    """What PyTorch counts for a reference model."""
    reference = REFERENCES[name]
    shape = " + ".join("x".join(map(str, (1, *shape))) for shape in reference.shapes)
    tools = " ".join(f"{tool} {version(tool).partition('+')[0]}" for tool in ("torch", "torchvision"))
    source = f"{reference.source} ({tools} meta tensors, eval, FlopCounterMode / 2)"
    return dict(zip(COLUMNS, (name, shape, *map(str, count(name)), source), strict=True))


def main() -> None:
    """Count the reference models, those that are named or all, and write one row for each."""
    counted = {name: row_of(name) for name in sys.argv[1:] or REFERENCES}
    with TABLE.open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)} | counted
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in REFERENCES if name in rows)


if __name__ == "__main__":
    main()
