"""What is known of points that are given numbers in the same places: the programs that others of them left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.errors import SpecError
from cnncost.records import NamedTuple
from cnncost.spaces.evaluation.plans import DifferError
from cnncost.spaces.evaluation.programs import Program
from cnncost.symbolic.columns.column import column
from cnncost.symbolic.tracing import Split, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.spaces.evaluation.found import Found
    from cnncost.spaces.evaluation.given import Given
    from cnncost.spaces.evaluation.programs import Answer

    Totals = Callable[[Sequence[Any]], Sequence[Any]]

_MOST_PROGRAMS = 256
"""Programs that are kept from one call to the next: the last ones that were made."""


class _Entry(NamedTuple):
    """A program, and for which points it may hold."""

    same: tuple[int, ...]
    """For each column of numbers the first that is equal to it at all points."""
    one: Mapping[int, Any]
    """The columns that are one number, and which."""
    program: Program
    """The program, of the columns that no earlier one is equal to."""

    def may_hold(self, columns: Sequence[Any], same: tuple[int, ...]) -> bool:
        """Whether nothing speaks against it that is easily seen."""
        return self.same == same and all(columns[place][0] == number for place, number in self.one.items())


class Known:
    """The programs that earlier points left."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._keys: set[int] = set()

    def evaluate(self, given: Given, found: Found, totals: Totals) -> None:
        """Find the figures of points, by programs where there are ones for them.

        Args:
            given: the points.
            found: where the figures go.
            totals: computes the figures of values of a trace, one for each column of numbers.
        """
        del self._entries[:-_MOST_PROGRAMS]
        waiting = [(part, 0) for part in self._parts(given)]
        while waiting:
            part, tried = waiting.pop()
            columns = [array[part] for array in given.numbers.values()]
            same = _same(columns)
            tried = self._next(columns, same, tried)
            try:
                if tried == len(self._entries):
                    answer = self._traced(len(part), columns, same, totals)
                else:
                    answer = self._entries[tried].program.run(_unlike(columns, same), len(part))
            except Split as split:
                waiting += [(part[places], tried) for places in parted(split.numbers)]
            except DifferError as differ:
                waiting += [(part[~differ.holds], tried + 1), *[(part[differ.holds], tried)] * bool(differ.holds.any())]
            else:
                found.put(answer, given.places[part])

    def _parts(self, given: Given) -> list[Any]:
        """The points in parts that have one number where programs ask for one."""
        parts = [np.arange(len(given.places))]
        for key in sorted(self._keys):
            numbers = [*given.numbers.values()][key]
            parts = [part[places] for part in parts for places in parted(numbers[part])]
        return parts

    def _next(self, columns: Sequence[Any], same: tuple[int, ...], first: int) -> int:
        """The next program that may hold; how many there are, where none may."""
        places = range(first, len(self._entries))
        return next((place for place in places if self._entries[place].may_hold(columns, same)), len(self._entries))

    def _traced(self, points: int, columns: Sequence[Any], same: tuple[int, ...], totals: Totals) -> Answer:
        """What is found for points that no program holds for, which leave one.

        Raises:
            Split: they differ in what is asked.
        """
        trace = Trace(points)
        values = {place: trace.add(column(columns[place])) for place in dict.fromkeys(same)}
        try:
            program = Program(trace, totals([values[place] for place in same]))
        except SpecError as error:
            program = Program(trace, (), str(error))
        if points > 1 or program.error is None:
            one = {list(values)[number]: decided for number, decided in program.keys.items()}
            self._keys.update(() if program.error else one)
            self._entries.append(_Entry(same, one, program))
        return program.first(trace)


def _same(columns: Sequence[Any]) -> tuple[int, ...]:
    """For each column the first that is equal to it."""
    first: list[int] = []
    for place, numbers in enumerate(columns):
        alike = (other for other in dict.fromkeys(first) if _is_equal(columns[other], numbers))
        first.append(next(alike, place))
    return tuple(first)


def _is_equal(one: Any, other: Any) -> bool:
    return one.dtype == other.dtype and bool(one[0] == other[0]) and bool(np.array_equal(one, other))


def _unlike(columns: Sequence[Any], same: tuple[int, ...]) -> list[Any]:
    """The columns that no earlier one is equal to."""
    return [columns[place] for place in dict.fromkeys(same)]


def parted(numbers: Any) -> list[Any]:
    """The places of equal numbers, together.

    >>> [places.tolist() for places in parted(np.array([3, 8, 3]))]
    [[0, 2], [1]]
    """
    _, group_of = np.unique(numbers, return_inverse=True)
    order = np.argsort(group_of, kind="stable")
    ends = np.cumsum(np.bincount(group_of))
    return np.split(order, ends[:-1])
