"""Figures of design points, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from cnncost.frozen import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNKNOWN = -1
"""What stands in a column where a point has no figure: no figure is below zero."""


class Figures:
    """What design points cost: a column of exact whole numbers for each figure, and why a point has none.

    A column is an array of NumPy's, of int64 or, where that would overflow, of Python's integers. A point that does
    not hold (a kernel that is larger than what it slides over, say) has :data:`UNKNOWN` in every column, and a text
    that says why; one whose figure cannot be known has it in that column.

    Args:
        columns: by the figure's name: ``params``, ``macs``, ``peak_bytes``.
        errors: for each point what is wrong with it, or ``None``.

    Raises:
        ValueError: columns of other lengths than there are points.

    >>> figures = Figures({"params": [320, -1]}, [None, "the kernel is too large"])
    >>> figures.row(0), figures.row(1), figures.failed
    ({'params': 320}, {'params': None}, 1)
    """

    __slots__ = ("columns", "errors")

    columns: Mapping[str, Any]
    """By the figure's name."""
    errors: Sequence[str | None]
    """For each point what is wrong with it; ``None`` where it holds."""

    def __init__(self, columns: Mapping[str, Any], errors: Sequence[str | None]) -> None:
        for name, column in columns.items():
            if len(column) != len(errors):
                raise ValueError(f"{len(column)} values of `{name}` for {len(errors)} points")
        object.__setattr__(self, "columns", FrozenDict(columns))
        object.__setattr__(self, "errors", errors)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("figures cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self.columns), self.errors)

    def __len__(self) -> int:
        return len(self.errors)

    def __repr__(self) -> str:
        """In one line: which figures, and of how many points."""
        bad = f", {self.failed} of which do not hold" if self.failed else ""
        return f"<Figures of {len(self)} points{bad}: {', '.join(self.columns)}>"

    @property
    def failed(self) -> int:
        """How many points do not hold."""
        return len(self.errors) - sum(error is None for error in self.errors)

    def row(self, place: int) -> dict[str, int | None]:
        """The figures of one point as Python's integers; ``None`` where there is none.

        Raises:
            IndexError: there are fewer points.
        """
        numbers = {name: int(column[place]) for name, column in self.columns.items()}
        return {name: None if number == UNKNOWN else number for name, number in numbers.items()}
