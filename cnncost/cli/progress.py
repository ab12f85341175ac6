"""How far a long command has got, on standard error where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cnncost.cli.process import interruptible
from cnncost.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.progress import Progress


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A function to call with `(what is being done, parts done, parts in all)`; the bar is gone at the end.

    Meanwhile an interruption is a KeyboardInterrupt: there is a bar to take away, and maybe something to keep.
    """
    with interruptible(), _bar() as progress:
        yield progress


@contextmanager
def _bar() -> Iterator[Progress]:
    if sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda text, done, total: progress.update(task, description=text, completed=done, total=total)
