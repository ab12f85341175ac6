"""A table of what was measured elsewhere, accuracies say, laid beside the points that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.records import NamedTuple
from cnncost.spaces.expressions.arrays import as_array
from cnncost.spaces.points import plain_value
from cnncost.spaces.results.cells import cell_text
from cnncost.spaces.results.reading import read_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.spaces.results.sweep import Sweep


class Measured(NamedTuple):
    """Values by what varies.

    >>> import numpy as np
    >>> from cnncost.spaces.results.sweep import Sweep
    >>> measured = Measured("top1.csv", ("width",), {(0.5,): (65.4,)}, ("accuracy",))
    >>> sweep = Sweep("net", ["width"], [], {"width": [0.5, 1.0]})
    >>> measured.beside(sweep)["accuracy"].tolist()
    [65.4, nan]
    """

    path: str
    """The file that they stand in."""
    keys: tuple[str, ...]
    """The columns that say which point it is."""
    rows: Mapping[tuple[Any, ...], tuple[Any, ...]]
    """What was measured, by the values of the keys."""
    names: tuple[str, ...]
    """The columns of what was measured."""

    def beside(self, sweep: Sweep) -> Sweep:
        """The sweep with these columns; where nothing was measured, they have no value.

        Raises:
            SpecError: the sweep has such a column already.
        """
        for name in self.names:
            if name in sweep.columns:
                raise SpecError(f"`{shown_path(self.path)}` has a column `{name}`, and the sweep has one too")
        keys = zip(*[map(_key, sweep[name].tolist()) for name in self.keys], strict=True)
        nothing = (float("nan"),) * len(self.names)
        found = [self.rows.get(key, nothing) for key in keys]
        for place, name in enumerate(self.names):
            sweep = sweep.with_column(name, as_array([row[place] for row in found]))
        return sweep

    def of_nothing(self, points: int) -> SpecError:
        """The error for a table that has none of the points."""
        first = next(iter(self.rows), ())
        shown = ", ".join(f"{name} {cell_text(value)}" for name, value in zip(self.keys, first, strict=True))
        message = f"none of the {points:,} points is in `{shown_path(self.path)}`"
        return SpecError(message, hint=f"its first line is of {shown}")


def read_measured(path: str, variables: Iterable[str]) -> Measured:
    """The table in a file, whose columns are what varies and what was measured.

    Raises:
        SpecError: there is no such file, it has no column of what varies or no other one, or a point is in it twice.
    """
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    known = [*variables]
    for part in read_results(path):
        given = (*part.variables, *part.figures)
        keys = tuple([name for name in given if name in known])
        names = tuple([name for name in given if name not in known])
        if not keys or not names:
            what = "no column of what varies" if not keys else "no column but those of what varies"
            raise SpecError(f"`{shown_path(path)}` has {what}", hint=f"what varies is {', '.join(known)}")
        for place in range(len(part)):
            key = tuple([_key(plain_value(part[name][place])) for name in keys])
            if key in rows:
                shown = ", ".join(f"{name} {value}" for name, value in zip(keys, key, strict=True))
                raise SpecError(f"`{shown_path(path)}` has {shown} twice")
            rows[key] = tuple([plain_value(part[name][place]) for name in names])
    return Measured(path, keys, rows, names)


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
