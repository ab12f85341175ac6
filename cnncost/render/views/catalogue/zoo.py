"""The architectures that ship, as a table, and their efficiency frontier as a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.published.tasks import place
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table
from cnncost.render.plot import Plot, Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.published.catalogue import Entry, Zoo

_COLUMNS: tuple[Column, ...] = (
    Column("name", "name"),
    Column("year", "year", priority=ESSENTIAL),
    Column("task", "task", priority=2),
    Column("params", "params", "count", priority=ESSENTIAL + 1),
    Column("macs", "MACs", "count", priority=ESSENTIAL + 1),
    Column("peak_bytes", "memory", "bytes", "(peak)", priority=5),
    Column("accuracy", "accuracy", "points", "%", priority=ESSENTIAL),
    Column("metric", "of", priority=7, overflow="label"),
    Column("accuracy_source", "printed in", priority=6, overflow="phrase"),
    Column("source", "source", priority=1),
)
_MOST_NAMED = 40
"""Of more architectures than these, a picture names only those on the frontier."""
_STEPS = {"infer": "inference", "train": "training with Adam"}
_OF_ONE_METRIC = tuple([column._replace(priority=3) if column.name == "metric" else column for column in _COLUMNS])
"""What all accuracies are of is said below the table too, and leaves its room to what is not."""


def zoo_document(zoo: Zoo) -> Document:
    """Architectures, one a line, below a heading for each task where there are several."""
    return Document(tables=lambda: [_by_task(zoo)], records=lambda: _table(zoo), data=zoo.to_dict)


def frontier_document(frontier: Zoo) -> Document:
    """The frontier of architectures: drawn among the others, and one a line."""
    return Document(tables=lambda: [_table(frontier)], figures=lambda: [frontier_plot(frontier)], data=frontier.to_dict)


def chosen_document(zoo: Zoo) -> Document:
    """A frontier where it is one among other architectures, or else a list."""
    return frontier_document(zoo) if zoo.others else zoo_document(zoo)


def _by_task(zoo: Zoo) -> Table:
    """The architectures of each task together, in the order that they have, below the task."""
    groups = _groups(zoo.entries)
    if len(groups) == 1:
        return _table(zoo)
    lines: list[Line] = []
    for task, entries in groups.items():
        lines.append(Line((task or "for no task",), title=True))
        lines.extend(_line(entry, level=1) for entry in entries)
    return _table(zoo)._replace(lines=tuple(lines)).without("task")


def _groups(entries: Iterable[Entry]) -> dict[str | None, list[Entry]]:
    groups: dict[str | None, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: place(entry.task)):
        groups.setdefault(entry.task, []).append(entry)
    return groups


def _table(zoo: Zoo) -> Table:
    number = len(zoo.entries)
    note = "1 architecture" if number == 1 else f"{number} architectures"
    columns = _COLUMNS
    if zoo.metric is not None:
        columns = _OF_ONE_METRIC
        note += f"; accuracies are of {zoo.metric}"
    step = _STEPS[zoo.mode] + (f", autocast to {zoo.amp}" if zoo.amp else "")
    legends = (("peak_bytes", f"memory: the peak of one sample in {step}"),)
    return Table(columns, tuple(map(_line, zoo.entries)), notes=(note,), legends=legends)


def _line(entry: Entry, level: int = 0) -> Line:
    cells: list[Any] = [getattr(entry, column.name) for column in _COLUMNS]
    return Line(tuple(cells), level)


def frontier_plot(zoo: Zoo) -> Plot:
    """Architectures by their cost and accuracy of one metric, with the frontier marked.

    Raises:
        SpecError: none has an accuracy.
    """
    frontier = zoo if zoo.others else zoo.frontier()
    on_it = {entry.name for entry in frontier.entries}
    entries = (*frontier.others, *frontier.entries)
    points = [
        Point(entry.macs, entry.accuracy, entry.name, entry.name in on_it)
        for entry in entries
        if entry.macs and entry.accuracy is not None
    ]
    drawn = {point.name for point in points}
    missing = tuple([entry.name for entry in (*zoo.others, *zoo.entries) if entry.name not in drawn])
    if len(points) > _MOST_NAMED:
        points = [point if point.is_best else point._replace(name="") for point in points]
    metric = frontier.metric or "accuracy"
    title = f"what no cheaper network matches in {metric}"
    return Plot(title, "MACs", f"{metric}, %", tuple(points), missing=missing)
