"""Which of the architectures are asked for: filters, each of which says so when it leaves none."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.published import tasks
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncost.published.catalogue import Entry, Zoo


class Filter(NamedTuple):
    """One thing that is asked of architectures."""

    asked: str
    """In words, to follow "no architecture"."""
    holds: Callable[[Entry], bool]
    """Whether an architecture has it."""
    hint: Callable[[Sequence[Entry]], str | None]
    """What comes nearest, among those that do not have it."""


class Filters(NamedTuple):
    """What is asked of architectures; ``None`` where anything will do."""

    pattern: str | None = None
    """The name contains it, or matches it where it has a `*`, `?` or `[`."""
    task: str | None = None
    """What it was published for."""
    since: int | None = None
    """The first year in which it may have been published."""
    until: int | None = None
    """The last year in which it may have been published."""
    max_params: int | None = None
    """Parameters that it may have."""
    max_macs: int | None = None
    """Multiply-accumulates of one sample that it may take."""
    max_memory: int | None = None
    """Bytes that a step may take at most."""
    min_accuracy: float | None = None
    """Percent of `metric`."""
    metric: str | None = None
    """What the accuracy is of."""
    frontier: bool = False
    """Whether only those are left that no cheaper one matches, by default in the usual metric of their tasks."""

    def choose(self, zoo: Zoo) -> Zoo:
        """The architectures that pass every filter, in their order.

        Raises:
            SpecError: none does; the text says which filter removed the last of them.
        """
        left = zoo
        for each in self._filters_of_entries(zoo.entries):
            left = _passing(each, left, zoo)
        metric = self._usual_metric(left, zoo) if self.frontier and self.metric is None else self.metric
        if metric is not None:
            left = left.measured_by(metric)
        if self.min_accuracy is not None:
            asked = f"with an accuracy of at least {self.min_accuracy:g} %"
            left = _passing(_at_least("accuracy", self.min_accuracy, asked), left, zoo)
        return left.frontier() if self.frontier else left

    @staticmethod
    def _usual_metric(left: Zoo, zoo: Zoo) -> str | None:
        """That of all architectures for the tasks of those that are left: other filters do not change it."""
        found = {entry.task for entry in left.entries}
        return tasks.usual_metric(entry for entry in zoo.entries if entry.task in found)

    def _filters_of_entries(self, entries: Sequence[Entry]) -> Iterator[Filter]:
        if self.pattern is not None:
            yield _named(self.pattern)
        if self.task is not None:
            yield _for_task(self.task, entries)
        if self.since is not None:
            yield _at_least("year", self.since, f"published in {self.since} or later")
        if self.until is not None:
            yield _at_most("year", self.until, f"published in {self.until} or earlier")
        if self.max_params is not None:
            yield _at_most("params", self.max_params, f"with at most {self.max_params:,} parameters")
        if self.max_macs is not None:
            yield _at_most("macs", self.max_macs, f"with at most {self.max_macs:,} multiply-accumulates")
        if self.max_memory is not None:
            yield _at_most("peak_bytes", self.max_memory, f"whose step takes at most {self.max_memory:,} bytes")


def _passing(each: Filter, left: Zoo, zoo: Zoo) -> Zoo:
    """Those of the architectures `left` that pass a filter."""
    passing = tuple([entry for entry in left.entries if each.holds(entry)])
    if passing:
        return left._replace(entries=passing)
    others = "" if left is zoo else f" among the {len(left.entries)} that the other filters leave"
    raise SpecError(f"no architecture {each.asked}{others}", hint=each.hint(left.entries))


def _named(pattern: str) -> Filter:
    is_glob = any(mark in pattern for mark in "*?[")

    def holds(entry: Entry) -> bool:
        name, wanted = entry.name.lower(), pattern.lower()
        return fnmatchcase(name, wanted) if is_glob else wanted in name

    def hint(entries: Sequence[Entry]) -> str:
        close = did_you_mean(pattern, [entry.name for entry in entries]).removeprefix("; ")
        return close or "without a pattern, all of them are listed"

    return Filter(f"is called `{pattern[:80]}`", holds, hint)


def _for_task(asked: str, every: Sequence[Entry]) -> Filter:
    task = tasks.completed(asked, {*tasks.TASKS, *(entry.task for entry in every if entry.task)})

    def hint(entries: Sequence[Entry]) -> str:
        known = dict.fromkeys(entry.task for entry in entries if entry.task)
        return f"they are for {', '.join(f'`{name}`' for name in known)}{did_you_mean(task, known)}"

    return Filter(f"is for the task `{task[:80]}`", lambda entry: entry.task == task, hint)


def _at_most(field: str, limit: float, asked: str) -> Filter:
    def holds(entry: Entry) -> bool:
        value = getattr(entry, field)
        return value is not None and value <= limit

    return Filter(asked, holds, lambda entries: _nearest(entries, field, 1))


def _at_least(field: str, limit: float, asked: str) -> Filter:
    def holds(entry: Entry) -> bool:
        value = getattr(entry, field)
        return value is not None and value >= limit

    return Filter(asked, holds, lambda entries: _nearest(entries, field, -1))


_UNITS = {"params": "{:,} parameters", "macs": "{:,} multiply-accumulates", "year": "{}", "accuracy": "{:g} %"}


def _nearest(entries: Sequence[Entry], field: str, sign: int) -> str | None:
    """The architecture with the least of something, or with the most where `sign` is negative."""
    known = [entry for entry in entries if getattr(entry, field) is not None]
    if not known:
        return None
    nearest = min(known, key=lambda entry: sign * float(getattr(entry, field)))
    return f"`{nearest.name}` is nearest: {_UNITS[field].format(getattr(nearest, field))}"
