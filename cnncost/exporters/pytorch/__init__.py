"""A graph as PyTorch code: a Python file that runs alone."""

from __future__ import annotations

from cnncost.exporters.exporter import Exporter
from cnncost.exporters.pytorch.source import source_of

EXPORTER = Exporter("pytorch", "a Python file with the module, which needs PyTorch alone", (".py",), source_of)
