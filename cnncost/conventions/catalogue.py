"""What conventions there are: one object for each that is a class, and the files of those that ship as data."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.conventions.base import Convention

FOLDER = Path(__file__).parent / "presets"
"""Where the files of the conventions that ship with cnncost lie."""

EVERY = "all"
"""What stands for every convention there is, where several can be shown side by side."""

CLASSES: dict[str, Convention] = {}
"""The conventions that are classes, by name."""


@cache
def presets() -> dict[str, Path]:
    """The files that ship with cnncost, by the name of their convention."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def register(convention: Convention) -> None:
    """Make a convention that is a class known by its name.

    Raises:
        TypeError: another convention has that name.
    """
    if convention.name in CLASSES or convention.name in presets():
        raise TypeError(f"two conventions are called {convention.name!r}")
    CLASSES[convention.name] = convention


def registered(name: str) -> Convention:
    """The convention of that name that is a class; raises KeyError where there is none."""
    return CLASSES[name]
