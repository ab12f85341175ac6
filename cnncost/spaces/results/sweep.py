"""The result of a sweep: columns of what varied and of what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from cnncost.arguments import integer, text, wrong_type
from cnncost.display import displayed
from cnncost.errors import SpecError
from cnncost.frames import require_pandas
from cnncost.frozen import FrozenDict
from cnncost.language.expressions.values import is_number
from cnncost.spaces.expressions.arrays import as_array, is_array
from cnncost.spaces.expressions.expression import ColumnExpression, column_expression
from cnncost.spaces.figures import UNKNOWN
from cnncost.spaces.points import plain_value
from cnncost.spaces.results.frontier import frontier
from cnncost.spaces.results.objectives import Objective, objectives, refuse_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncost.spaces.expressions.arrays import Array
    from cnncost.spaces.figures import Figures
    from cnncost.spaces.points import Points

INDEX, ERROR = "index", "error"
"""The columns that every sweep has: which point of the space it is, and what is wrong with it."""


@displayed
class Sweep:
    """Points of a design space with their figures, as columns: arrays of NumPy's, one number for each point.

    Figures are whole numbers, exact: of int64, or of Python's integers where these are larger. Where a point has no
    figure, -1 stands in its place; :attr:`valid` says which points hold, and ``sweep["error"]`` what is wrong with the
    others.

    Args:
        name: of the network.
        variables: the columns that vary.
        figures: the columns that cost.
        columns: all of them, the index and whatever else there is, by name.

    >>> import numpy as np
    >>> sweep = Sweep("net", ["width"], ["params"], {"width": np.array([1, 2]), "params": np.array([10, 40])})
    >>> sweep, sweep["params"].sum()
    (<Sweep of 'net': 2 points; width; params=10 to 40>, np.int64(50))
    """

    __slots__ = ("columns", "figures", "name", "variables")

    name: str
    """The network's."""
    variables: tuple[str, ...]
    """The columns that vary."""
    figures: tuple[str, ...]
    """The columns that cost."""
    columns: Mapping[str, Array]
    """All columns, by name."""

    def __init__(
        self, name: str, variables: Iterable[str], figures: Iterable[str], columns: Mapping[str, Iterable[Any]]
    ) -> None:
        import numpy as np

        arrays = {key: as_array(column) for key, column in columns.items()}
        count = len(next(iter(arrays.values())))
        if any(len(array) != count for array in arrays.values()):
            raise ValueError("columns of unlike lengths")
        arrays = {
            INDEX: arrays.get(INDEX, np.arange(count)),
            **arrays,
            ERROR: arrays.get(ERROR, np.full(count, None, dtype=object)),
        }
        for array in arrays.values():
            array.flags.writeable = False
        for key, value in (
            ("name", name),
            ("variables", tuple(variables)),
            ("figures", tuple(figures)),
            ("columns", FrozenDict(arrays)),
        ):
            object.__setattr__(self, key, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a sweep cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.variables, self.figures, dict(self.columns))

    @classmethod
    def of(cls, name: str, parts: Sequence[tuple[Points, Figures]]) -> Sweep:
        """The sweep of points and their figures, in the order of the space."""
        made = [cls._part(name, points, figures) for points, figures in parts]
        return joined(made).sorted_by(INDEX)

    @classmethod
    def _part(cls, name: str, points: Points, figures: Figures) -> Sweep:
        import numpy as np

        own = {INDEX: np.arange(points.start, points.start + len(points))}
        columns = {**own, **points.columns, **figures.columns, ERROR: _messages(figures.errors)}
        return cls(name, points.columns, figures.columns, columns)

    def __len__(self) -> int:
        return len(self.columns[INDEX])

    def __getitem__(self, name: str) -> Array:
        refuse_missing(name, self.columns)
        return self.columns[name]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self.row(place) for place in range(len(self)))

    def __repr__(self) -> str:
        """In one line: how many points, what varies, and between what the figures lie."""
        known = {name: self.columns[name][self.known([name])] for name in self.figures}
        spans = [f"{name}={column.min():_} to {column.max():_}" for name, column in known.items() if len(column)]
        bad = len(self) - int(self.valid.sum())
        failed = f", {bad} of which do not hold" if bad else ""
        return f"<Sweep of {self.name!r}: {len(self)} points{failed}; {', '.join(self.variables)}; {', '.join(spans)}>"

    @property
    def valid(self) -> Array:
        """Which points hold, so that they have figures."""
        return self.columns[ERROR] == None  # noqa: E711 - of each element

    def row(self, place: int) -> dict[str, Any]:
        """One point in Python's own values, without what it does not have."""
        cells = {name: plain_value(column[place]) for name, column in self.columns.items()}
        is_missing = {name for name, cell in cells.items() if self._is_missing(name, cell)}
        return {name: None if name in is_missing else cell for name, cell in cells.items() if name != ERROR or cell}

    def where(self, condition: str | ColumnExpression) -> Sweep:
        """The points that fulfil a condition: an expression over the columns, with amounts such as `5M` and `64MiB`.

        Points that lack a figure that the condition reads do not fulfil it, nor do those where it divides by zero.

        Raises:
            SpecError: it is no condition, or reads what is no column.

        >>> sweep = Sweep("net", ["width"], ["params"], {"width": [1, 2], "params": [10, 40]})
        >>> sweep.where("params < 20")["width"].tolist()
        [1]
        """
        expression = _expression(condition, "where")
        expression.refuse_unknown(self.columns, "columns are")
        rows = self.at(self.known(expression.names))
        return rows.at(expression.holds(rows.columns, len(rows)))

    def scored(self, score: str | ColumnExpression, name: str = "score") -> Sweep:
        """The same with a column more: an expression over the columns, for each point at which it has a value.

        Raises:
            SpecError: it is no expression, or reads what is no column; there is a column of that name.

        >>> sweep = Sweep("net", ["width"], ["params"], {"width": [1, 2], "params": [10, 40]})
        >>> sweep.scored("params / width")["score"].tolist()
        [10.0, 20.0]
        """
        import numpy as np

        expression = _expression(score, "score")
        if name in self.columns:
            raise SpecError(f"the score `{name}` has the name of a column", expression.span)
        expression.refuse_unknown(self.columns, "columns are")
        places = self.known(expression.names)
        rows = self.at(places)
        places[places] = expression.defined(rows.columns, len(rows))
        rows = self.at(places)
        values: Any = expression.values(rows.columns, len(rows)) if len(rows) else 0.0
        if not all(map(is_number, values.tolist() if is_array(values) else [values])):
            raise SpecError("a score is a number", expression.span)
        if is_array(values) and values.dtype.kind in "iub" and places.all():
            return self.with_column(name, values)
        column = np.full(len(self), np.nan)
        column[places] = values
        return self.with_column(name, column)

    def pareto(self, wanted: str | Iterable[str | Objective]) -> Sweep:
        """The points that no other one is better than, in all that is wanted; those without one of it are not on it.

        Args:
            wanted: columns, of which costs are to be small and others are said to be: ``params,macs,max:accuracy``.

        Raises:
            SpecError: something is no column, or of something it is not said whether more is better.

        >>> columns = {"width": [1, 2, 3], "params": [10, 20, 30], "macs": [5, 4, 4]}
        >>> sweep = Sweep("net", ["width"], ["params", "macs"], columns)
        >>> sweep.pareto("params,macs")["width"].tolist()
        [1, 2]
        """
        chosen = self._objectives(wanted)
        rows = self.at(self.known([each.name for each in chosen]))
        return rows.at(frontier([rows._cost(each) for each in chosen])) if len(rows) else rows

    def top(self, count: int, by: str | Objective) -> Sweep:
        """The best points by one column, the best first.

        Raises:
            SpecError: as for :meth:`pareto`.
        """
        number = integer("the number of points", count, 1)
        chosen = self._objectives([by])[0]
        rows = self.at(self.known([chosen.name]))
        return rows.at(rows._order(rows._cost(chosen))[:number])

    def sorted_by(self, by: str | Objective) -> Sweep:
        """The points in another order, the best first; the index sorts them as they are in the space."""
        if by == INDEX:
            return self.at(self._order(self.columns[INDEX]))
        return self.top(max(1, len(self)), by)

    def at(self, places: Array) -> Sweep:
        """The points at some places, or where a mask holds."""
        columns = {name: column[places] for name, column in self.columns.items()}
        return Sweep(self.name, self.variables, self.figures, columns)

    def with_column(self, name: str, column: Array) -> Sweep:
        """The same with a column more, or with another one of that name."""
        return Sweep(self.name, self.variables, self.figures, {**self.columns, name: column})

    def known(self, names: Iterable[str]) -> Array:
        """Which points hold and have values in all of these columns."""
        mask = self.valid
        for name in names:
            if name in self.columns and name not in self.variables:
                mask = mask & ~self._missing(name)
        return mask

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each point; what is not known is missing.

        Raises:
            SpecError: pandas is not installed.
        """
        pd = require_pandas()
        frame = {}
        for name, column in self.columns.items():
            missing = self._missing(name)
            is_whole = column.dtype.kind == "i" and missing.any()
            series = pd.Series(column, dtype="Int64" if is_whole else None)
            frame[name] = series.mask(missing) if missing.any() and name != ERROR else series
        made = pd.DataFrame(frame)
        made.attrs |= {"name": self.name, "variables": [*self.variables], "figures": [*self.figures]}
        return made

    def to_dicts(self) -> list[dict[str, Any]]:
        """The points as plain data, a mapping for each."""
        return [*self]

    def _objectives(self, wanted: str | Iterable[str | Objective]) -> tuple[Objective, ...]:
        if not isinstance(wanted, Iterable):
            raise wrong_type("what is wanted", "columns, such as `params,max:accuracy`", wanted)
        found = objectives(wanted)
        for each in found:
            refuse_missing(each.name, self.columns)
            if self.columns[each.name].dtype.kind == "O" and each.name not in self.figures:
                cells = self.columns[each.name].tolist()
                wrong = next((cell for cell in cells if type(cell) not in (int, float, type(None))), None)
                raise SpecError(f"`{each.name}` has no order: `{str(wrong)[:40]}` is not a number")
        return found

    def _cost(self, wanted: Objective) -> Array:
        column = self.columns[wanted.name]
        column = column.astype("int64") if column.dtype.kind == "b" else column
        return -column if wanted.maximise else column

    def _order(self, cost: Array) -> Array:
        import numpy as np

        return np.lexsort((self.columns[INDEX], np.unique(cost, return_inverse=True)[1]))

    def _missing(self, name: str) -> Array:
        """Where a column has no value."""
        import numpy as np

        column = self.columns[name]
        if name in self.figures:
            return column == UNKNOWN
        if column.dtype.kind == "f":
            return np.isnan(column)
        return column == None if column.dtype.kind == "O" else np.zeros(len(column), dtype=bool)  # noqa: E711

    def _is_missing(self, name: str, cell: Any) -> bool:
        return (name in self.figures and cell == UNKNOWN) or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124


def _expression(given: object, place: str) -> ColumnExpression:
    if isinstance(given, ColumnExpression):
        return given
    return column_expression(text(f"`{place}`", given, "an expression"), place)


def joined(parts: Sequence[Sweep]) -> Sweep:
    """The points of several sweeps of the same columns, one after the other."""
    import numpy as np

    first = parts[0]
    if len(parts) == 1:
        return first
    columns = {name: np.concatenate([part[name] for part in parts]) for name in first.columns}
    return Sweep(first.name, first.variables, first.figures, columns)


def _messages(errors: Sequence[str | None]) -> Array:
    """What is wrong with each point, in one line: a text of an error has its place below it."""
    import numpy as np

    lines = (None if error is None else error.partition("\n")[0].removeprefix("error: ") for error in errors)
    return np.fromiter(lines, dtype=object, count=len(errors))
