"""Points of a design space: what varies, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from cnncost.frozen import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

Values: TypeAlias = "Sequence[Any] | Any"
"""A column: a list of Python's values or an array of NumPy's, whose length is the number of points."""


class Points:
    """Design points, one after the other as they follow in their space; a column for everything that varies.

    A column is called as what varies is: a variable of the spec (``width``), an element of a list that is one
    (``depths[2]``), ``batch``, ``input``, or ``input.NAME`` where a network has several. Values of an input are tuples
    of whole numbers, the shape of one sample.

    Args:
        columns: by name, all of one length.
        start: the index in the space of the first point; those of the others follow.

    Raises:
        ValueError: columns of unlike lengths, or none at all.

    >>> points = Points({"width": [0.5, 1.0], "input": [(3, 32, 32), (3, 64, 64)]}, start=8)
    >>> len(points), points.row(1), points.indices
    (2, {'width': 1.0, 'input': (3, 64, 64)}, range(8, 10))
    """

    __slots__ = ("columns", "start")

    columns: Mapping[str, Values]
    """By the name of what varies."""
    start: int
    """The index of the first point in its space."""

    def __init__(self, columns: Mapping[str, Values], start: int = 0) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"columns of points have one length, not {sorted(lengths) or 'none'}")
        object.__setattr__(self, "columns", FrozenDict(columns))
        object.__setattr__(self, "start", start)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("points cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self.columns), self.start)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __repr__(self) -> str:
        """In one line: what varies, and which points these are."""
        return f"<Points {self.start} to {self.start + len(self) - 1}: {', '.join(self.columns)}>"

    @property
    def indices(self) -> range:
        """The indices of the points in their space."""
        return range(self.start, self.start + len(self))

    def row(self, place: int) -> dict[str, Any]:
        """One point, counted from the first of these, in Python's own values.

        Raises:
            IndexError: there are fewer points.
        """
        return {name: plain_value(column[place]) for name, column in self.columns.items()}

    def part(self, start: int, stop: int) -> Points:
        """The points from `start` to before `stop`, counted from the first of these.

        >>> Points({"width": [1, 2, 3]}, start=10).part(1, 3)
        <Points 11 to 12: width>
        """
        return Points({name: column[start:stop] for name, column in self.columns.items()}, self.start + start)


def plain_value(value: Any) -> Any:
    """A value of Python's own for one of NumPy's.

    >>> plain_value([3, 4]), plain_value("relu")
    ([3, 4], 'relu')
    """
    if isinstance(value, str | list | tuple) or value is None:
        return value
    to_list = getattr(value, "tolist", None)
    return value if to_list is None else to_list()
