"""Where the file of a project is."""

from __future__ import annotations

from os.path import isfile, relpath
from pathlib import Path

FILE = "cnncost.toml"


def find_project(within: str = ".") -> str | None:
    """The file of the project that a folder belongs to: there, or in a folder above it."""
    for folder in (Path(within).resolve(), *Path(within).resolve().parents):
        if isfile(folder / FILE):
            return relpath(folder / FILE)
    return None
