"""What is given of design points: points alike in structure together, their numbers as columns."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.arguments import plain
from cnncost.language.expressions.values import LARGEST_INTEGER
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from cnncost.spaces.points import Points

    Place: TypeAlias = "tuple[str, tuple[int, ...]]"
    """A number of a point: the name of its column, and where it stands in a value that is a tuple."""

_ELEMENT = re.compile(r"(\w+)((?:\[\d+\])+)")


class Given(NamedTuple):
    """Points that are given numbers in the same places, and the same of everything else."""

    places: Any
    """Which of the points they are, counted from the first: an array of whole numbers."""
    numbers: Mapping[Place, Any]
    """What varies, an array for each number."""
    fixed: Mapping[str, Any]
    """What does not, as it was given, by the name of the column: texts, lists, numbers that are not finite."""
    shapes: Mapping[str, int]
    """How many axes each input has, by the name of the column."""

    @property
    def structure(self) -> Any:
        """What two groups have in common that differ in their numbers only."""
        kinds = tuple([(place, array.dtype.kind) for place, array in self.numbers.items()])
        return kinds, tuple([(name, repr(value)) for name, value in self.fixed.items()])


def is_shape(name: str) -> bool:
    """Whether a column holds shapes of an input."""
    return name == "input" or name.startswith("input.")


def element_named(name: str) -> tuple[str, tuple[int, ...]]:
    """The variable and the place of an element of it, as a column is called that has its numbers.

    >>> element_named("depths[2]"), element_named("width")
    (('depths', (2,)), ('width', ()))
    """
    match = _ELEMENT.fullmatch(name)
    if match is None:
        return name, ()
    return match[1], tuple([int(place) for place in match[2][1:-1].split("][")])


def grouped(points: Points, start: int = 0) -> Iterator[Given]:
    """The points in groups: in each, every column has numbers of one kind or one value, and every shape one rank.

    Their places are counted from `start`.
    """
    marks = {name: _marks(name, column) for name, column in points.columns.items()}
    several = [each for each in marks.values() if isinstance(each, list)]
    groups: dict[Any, list[int]] = {}
    for place, each in enumerate(zip(*several, strict=True)):
        groups.setdefault(each, []).append(place)
    for places in groups.values() if several else [list(range(len(points)))]:
        alike = {name: each[places[0]] if isinstance(each, list) else each for name, each in marks.items()}
        yield _group(points, np.array(places), alike, start)


def _marks(name: str, column: Any) -> Any:
    """What each value of a column is: a kind of number, how many axes of a shape, or itself; once for all alike."""
    if isinstance(column, np.ndarray) and column.ndim == 1 and not is_shape(name):
        if column.dtype.kind in "uib":
            return bool if column.dtype.kind == "b" else int
        if column.dtype.kind == "f" and np.isfinite(column).all():
            return float
    if is_shape(name) and (rank := _rank(column)) is not None:
        return rank
    marks = [_mark(name, plain(value)) for value in column]
    return marks[0] if len(set(marks)) == 1 else marks


def _rank(shapes: Any) -> int | None:
    """How many axes shapes have, where all have as many and their sizes are Python's integers or NumPy's."""
    if isinstance(shapes, np.ndarray) and shapes.dtype != object:
        return shapes.shape[1] if shapes.dtype.kind in "ui" and shapes.ndim == 2 else None
    try:
        ranks, kinds = set(map(len, shapes)), set(map(type, chain.from_iterable(shapes)))
    except TypeError:
        return None
    return ranks.pop() if len(ranks) == 1 and kinds == {int} else None


def _mark(name: str, value: Any) -> Any:
    if not is_shape(name):
        return type(value) if _is_number(value) else repr(value)
    is_plain = isinstance(value, list) and all(type(size) is int and _is_number(size) for size in value)
    return len(value) if is_plain else repr(value)


def _is_number(value: Any) -> bool:
    """Whether a value is a number that expressions may hold."""
    if type(value) is float:
        return math.isfinite(value)
    return type(value) is bool or (type(value) is int and abs(value) <= LARGEST_INTEGER)


def _group(points: Points, places: Any, marks: Mapping[str, Any], start: int) -> Given:
    numbers: dict[Place, Any] = {}
    fixed: dict[str, Any] = {}
    shapes: dict[str, int] = {}
    for name, column in points.columns.items():
        mark = marks[name]
        if isinstance(mark, str):
            fixed[name] = plain(column[places[0]])
        elif isinstance(mark, type):
            numbers[name, ()] = _array(column, places, mark)
        else:
            shapes[name] = mark
            rows = [column[place] for place in places.tolist()]
            for axis, sizes in enumerate(zip(*rows, strict=True)):
                numbers[name, (axis,)] = _array_of(sizes, int)
    return Given(places + start, numbers, fixed, shapes)


def _array(column: Any, places: Any, kind: type) -> Any:
    if isinstance(column, np.ndarray) and column.dtype.kind != "O":
        return column[places]
    return _array_of([plain(column[place]) for place in places.tolist()], kind)


def _array_of(values: Sequence[Any], kind: type) -> Any:
    """An array of Python's numbers of one kind, of 64 bits where these hold them."""
    try:
        return np.array(values, dtype={int: np.int64, float: np.float64, bool: np.bool_}[kind])
    except OverflowError:
        return np.array(values, dtype=object)
