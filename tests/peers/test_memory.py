"""The table of what tools predict for measured steps, against the tools themselves on one network.

Skipped where the tools are not installed, as those that count operations are.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from docs.writers.memory_peers import FILE
from tests.peers.tools import REQUIRED

if TYPE_CHECKING:
    from pathlib import Path

MODULES = ("accelerate", "kitsune", "torchinfo", "vram_check")

if any(find_spec(module) is None for module in MODULES) and not REQUIRED:
    pytest.skip(f"not all installed: {', '.join(MODULES)}", allow_module_level=True)

pytestmark = pytest.mark.peers

NETWORK = "resnet18"

TOOLS = ["accelerate", "torch-kitsune", "torchinfo", "vram-check"]
COMPILED = ["MemTracker", "torchinfo under autocast"]
"""Those that run on fake CUDA tensors, which PyTorch's CPU build lets them with a compiler's help."""


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def test_the_table_holds_what_the_tools_say(tmp_path: Path) -> None:
    known = {row["tool"] for row in rows(FILE)}
    tools = [tool for tool in TOOLS + (COMPILED if shutil.which("c++") else []) if tool in known]
    out = tmp_path / "table.csv"
    command = [sys.executable, "benchmarks/memory.py", "--only", NETWORK, "--out", str(out)]
    command += [argument for tool in tools for argument in ("--tool", tool)]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert rows(out) == [row for row in rows(FILE) if row["network"] == NETWORK and row["tool"] in tools]
    assert len(first.splitlines()) == len(rows(out))
    again = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert again == "", "what is there already is done again"
