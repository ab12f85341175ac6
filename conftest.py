"""What holds for every test on every machine: one thread, no terminal, the same examples, nothing left behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from cnncost.conventions.registry import CONVENTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before torch is imported, and for the processes that tests start. The networks are small and several workers run: more
# threads would wait for each other, which takes many times as long on a busy machine.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# What makes rich and typer wider, narrower or more colourful, on a terminal or in a CI; tests that are about it set it.
for variable in (
    *("COLUMNS", "LINES", "TERMINAL_WIDTH", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "PY_COLORS"),
    *("TTY_COMPATIBLE", "TTY_INTERACTIVE", "GITHUB_ACTIONS", "DATABRICKS_RUNTIME_VERSION"),
    *("JUPYTER_COLUMNS", "JUPYTER_LINES", "TYPER_USE_RICH", "_TYPER_FORCE_DISABLE_TERMINAL"),
):
    os.environ.pop(variable, None)

# `pytest --hypothesis-profile=default` draws other examples every time, and remembers those that failed.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_conventions_are_left() -> Iterator[None]:
    """A convention that a test brings along is known by its name from then on, in all that lists them."""
    before = set(CONVENTIONS)
    yield
    for name in set(CONVENTIONS) - before:
        del CONVENTIONS[name]
