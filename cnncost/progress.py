"""How long work tells how far it has got: it is handed a function that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Told what is being done, and how many of how many parts are: ``(text, done, total)``."""


def no_progress(text: str, done: int, total: int) -> None:
    """Tell nobody."""
