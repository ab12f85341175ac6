"""How long work reports how far it has got: by calling a function that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Called with what is being done, and how many of how many parts are done: ``(text, done, total)``."""


def no_progress(text: str, done: int, total: int) -> None:
    """Report nothing."""
