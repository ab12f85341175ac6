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
def progress_bar(*, speed: bool = False) -> Iterator[Progress]:
    """A function to call with `(what is being done, parts done, parts in all)`; the bar is gone at the end.

    With `speed` it shows how many parts a second are done, and how much time is left. Meanwhile an interruption is a
    KeyboardInterrupt: there is a bar to take away, and maybe something to keep.
    """
    with interruptible(), _bar(speed) as progress:
        yield progress


@contextmanager
def _bar(speed: bool) -> Iterator[Progress]:
    if sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = [TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()]
    if speed:
        shown = "{task.completed:,} of {task.total:,} · {task.fields[speed]:,}/s · left"
        columns = [*columns[:-1], TextColumn(shown, markup=False), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=0 if speed else None, speed=0)

        def show(text: str, done: int, total: int) -> None:
            found = progress.tasks[0].speed
            rate = 0 if found is None else round(found)
            progress.update(task, description=text, completed=done, total=total, speed=rate)

        yield show
