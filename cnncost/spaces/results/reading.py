"""Results that were written before, part by part."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.spaces.results.files.table_file import table_file
from cnncost.spaces.results.record import read_record
from cnncost.spaces.results.sweep import ERROR, INDEX, Sweep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def read_results(path: str) -> Iterator[Sweep]:
    """The sweep that a file holds, part by part: one of ours, or any table with a column for each figure.

    Raises:
        SpecError: there is no such file, or it is not one of results; with its line.
    """
    record = read_record(path)
    figures: Collection[str] = [*METRICS, *ESTIMATES, *ON_DEVICE] if record is None else record.figures
    name = PurePath(path).stem if record is None else record.spec
    is_empty = True
    for columns in table_file(path).read(figures):
        own = [each for each in columns if each in figures]
        variables = [each for each in columns if each not in (*own, INDEX, ERROR)]
        yield Sweep(name, variables, own, columns)
        is_empty = False
    if is_empty:
        raise SpecError(f"`{shown_path(path)}` holds no results")
