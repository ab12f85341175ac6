"""The commands that the whole-process benchmark sets side by side."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from processes import Command

if TYPE_CHECKING:
    from pathlib import Path

_IMPORTS = """
import typer
import yaml
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
"""

# torchvision's compiled operators may be missing beside a CPU build of torch; defining them lets it import.
_RESNET50 = """
import torch
for name in ("nms", "qnms"):
    try:
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass
from torchvision.models import resnet50
model = resnet50().eval()
"""

_PEERS = {
    "torchinfo": _RESNET50 + "from torchinfo import summary\nprint(summary(model, (1, 3, 224, 224)))",
    "fvcore": _RESNET50
    + "from fvcore.nn import FlopCountAnalysis, flop_count_table\n"
    + "print(flop_count_table(FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224))))",
}


def baseline() -> Command:
    """Importing what a command line of this kind imports, and nothing else."""
    return Command([sys.executable, "-c", _IMPORTS], {})


def cnncost(tree: Path, *arguments: str, coloured: bool = False) -> Command:
    """The command line of a checkout, into a pipe; `coloured` as on a terminal."""
    colours = {"FORCE_COLOR": "1", "TERM": "xterm-256color"} if coloured else {}
    return Command([sys.executable, "-m", "cnncost", *arguments], _importing(tree) | colours)


def python(tree: Path, program: str, *arguments: str) -> Command:
    """A program that imports the package of a checkout."""
    return Command([sys.executable, "-c", program, *arguments], _importing(tree))


def _importing(tree: Path) -> dict[str, str]:
    # A safe path leaves out the working directory, which would come before the tree.
    return {"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"}


def peers() -> dict[str, Command]:
    """The same table from the peers that are installed here."""
    needed = ("torch", "torchvision")
    if not all(importlib.util.find_spec(name) for name in needed):
        return {}
    return {
        name: Command([sys.executable, "-c", program], {})
        for name, program in _PEERS.items()
        if importlib.util.find_spec(name)
    }
