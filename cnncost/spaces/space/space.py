"""A design space: axes, what is computed from them, conditions, and which of its points are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.records import NamedTuple
from cnncost.spaces.expressions.arrays import as_array, is_array
from cnncost.spaces.points import Points
from cnncost.spaces.space.values import is_input

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cnncost.spaces.expressions.arrays import Array
    from cnncost.spaces.expressions.expression import ColumnExpression
    from cnncost.spaces.space.axes import Axis
    from cnncost.spaces.space.sampling import Sampling

LARGEST_GRID = 10**8
"""Points that are listed without being asked for twice: hours, and tens of gigabytes."""

_CHUNK = 65_536
"""Points whose conditions are tried at once."""
_ROUNDS = 100
"""How often as many points as are wanted are drawn before conditions count as those that hardly ever hold."""
_FEWEST_DRAWN = 4096
"""Points that are drawn at once."""
_LARGEST_KEY = 2**62


class Space(NamedTuple):
    """All combinations of the values of some axes, less those that a condition on them leaves out, or a sample of them.

    Points are made chunk by chunk, when they are asked for: a grid of a million million costs nothing to describe.
    """

    axes: tuple[Axis, ...]
    """What varies; the last one changes from each point to the next."""
    derived: tuple[tuple[str, ColumnExpression], ...] = ()
    """What follows from the axes and from those before it, by the name of what it sets."""
    constraints: tuple[ColumnExpression, ...] = ()
    """Conditions on points; those that read figures hold after evaluation."""
    sampling: Sampling | None = None
    """How points are drawn; ``None`` for all of them."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of its points."""
        return (*[axis.name for axis in self.axes], *[name for name, _ in self.derived])

    @property
    def grid(self) -> int | None:
        """How many combinations there are; ``None`` where an axis has a value between any two."""
        total = 1
        for axis in self.axes:
            if axis.size is None:
                return None
            total *= axis.size
        return total

    @property
    def size(self) -> int:
        """How many points it has; conditions may leave out some of them."""
        grid = self.grid
        if self.sampling is None:
            assert grid is not None
            return grid
        return self.sampling.points if grid is None else min(grid, self.sampling.points)

    @property
    def before(self) -> tuple[ColumnExpression, ...]:
        """The conditions that read nothing but the columns of points."""
        return tuple([each for each in self.constraints if reads_only(each, self.names)])

    @property
    def after(self) -> tuple[ColumnExpression, ...]:
        """The conditions that read figures."""
        return tuple([each for each in self.constraints if not reads_only(each, self.names)])

    def points(self, chunk: int) -> Iterator[Points]:
        """All points in their order, up to so many at once; their indices have no gaps.

        Raises:
            SpecError: no point fulfils the conditions, or an expression has no value for one.
        """
        start = 0
        for columns in _rechunked(self._kept(), chunk):
            points = Points(columns, start)
            yield points
            start += len(points)
        if start == 0:
            raise never(self.before, "no point of the space" if self.sampling is None else "none of the points drawn")

    def to_dict(self) -> dict[str, Any]:
        """What decides which points there are and in which order, in plain data."""
        return {
            "axes": {axis.name: axis.to_dict() for axis in self.axes},
            "derived": {name: expression.text for name, expression in self.derived},
            "constraints": [expression.text for expression in self.before],
            "sampling": None if self.sampling is None else self.sampling.to_dict(),
        }

    def drawn(self, shares: Array) -> tuple[dict[str, Array], Array]:
        """Columns of those of some points of the unit cube that fulfil the conditions, and which of them do.

        Args:
            shares: a row for each point: its part of each axis, from 0 to below 1.
        """
        return self._filtered({axis.name: axis.at(shares[:, place]) for place, axis in enumerate(self.axes)})

    def _kept(self) -> Iterator[dict[str, Array]]:
        """Columns of points that fulfil the conditions, in parts of any length."""
        if self.sampling is None or self.sampling.points >= (self.grid or self.sampling.points + 1):
            for start in range(0, self.grid or 0, _CHUNK):
                kept, _ = self._filtered(self._places(start, min(start + _CHUNK, self.grid or 0)))
                yield kept
        else:
            yield from self._sampled(self.sampling)

    def _places(self, start: int, stop: int) -> dict[str, Array]:
        """The values of the axes at the points of a grid."""
        import numpy as np

        places, columns = np.arange(start, stop), {}
        for axis in reversed(self.axes):
            assert axis.size is not None
            columns[axis.name] = axis.nth(places % axis.size)
            places //= axis.size
        return {axis.name: columns[axis.name] for axis in self.axes}

    def _filtered(self, columns: dict[str, Array]) -> tuple[dict[str, Array], Array]:
        """The columns with what follows from them, of those points that fulfil the conditions; and which they are."""
        import numpy as np

        count = len(next(iter(columns.values())))
        for name, expression in self.derived:
            columns[name] = _column(name, expression.values(columns, count), count)
        mask = np.ones(count, dtype=bool)
        for condition in self.before:
            mask &= condition.holds(columns, count)
        return {name: column[mask] for name, column in columns.items()}, mask

    def _sampled(self, sampling: Sampling) -> Iterator[dict[str, Array]]:
        """Points as they are drawn, each once, until there are as many as are wanted."""
        import numpy as np

        draw, wanted, seen = sampling.generator(len(self.axes)), sampling.points, np.array([], dtype="int64")
        for _ in range(_ROUNDS):
            shares = draw(max(sampling.points, _FEWEST_DRAWN))
            if (self.grid or _LARGEST_KEY) < _LARGEST_KEY:
                fresh = _first_seen(self._keys(shares), seen)
                seen = np.union1d(seen, self._keys(shares[fresh]))
                shares = shares[fresh]
            columns, _ = self.drawn(shares)
            yield {name: column[:wanted] for name, column in columns.items()}
            wanted -= min(wanted, len(next(iter(columns.values()))))
            if not wanted or len(seen) == self.grid:
                return

    def _keys(self, shares: Array) -> Array:
        """One number for each combination of values."""
        import numpy as np

        keys = np.zeros(len(shares), dtype="int64")
        for place, axis in enumerate(self.axes):
            assert axis.size is not None
            keys = keys * axis.size + (shares[:, place] * axis.size).astype("int64")
        return keys


def reads_only(expression: ColumnExpression, names: Collection[str]) -> bool:
    """Whether an expression reads nothing but these columns, or elements of them."""
    return all(_is_there(name, names) for name in expression.names)


def _is_there(name: str, names: Collection[str]) -> bool:
    return name in names or name.partition("[")[0] in names or any(each.startswith(f"{name}[") for each in names)


def never(conditions: Collection[ColumnExpression], which: str = "no point of the space") -> SpecError:
    """The error for conditions that no point fulfils."""
    first, *others = conditions
    what = f"`{first.text}`" if not others else f"all {len(conditions)} conditions"
    return SpecError(f"{which} fulfils {what}", first.span)


def _column(name: str, value: Any, count: int) -> Array:
    """The column that an expression gives; shapes of inputs are tuples."""
    if is_array(value) and not is_input(name):
        return value
    items = value.tolist() if is_array(value) else [value] * count
    return as_array([tuple(item) if is_input(name) and isinstance(item, list) else item for item in items])


def _first_seen(keys: Array, seen: Array) -> Array:
    """Where keys stand that have not been seen, each where it stands first."""
    import numpy as np

    _, first = np.unique(keys, return_index=True)
    first.sort()
    return first[~np.isin(keys[first], seen)]


def _rechunked(parts: Iterator[dict[str, Array]], chunk: int) -> Iterator[dict[str, Array]]:
    """The same columns, all parts but the last of the length of a chunk."""
    import numpy as np

    held: dict[str, Array] = {}
    for part in parts:
        held = {name: np.concatenate([held[name], column]) if held else column for name, column in part.items()}
        count = len(next(iter(held.values())))
        whole = count - count % chunk
        for start in range(0, whole, chunk):
            yield {name: column[start : start + chunk] for name, column in held.items()}
        held = {name: column[whole:] for name, column in held.items()}
    if held and len(next(iter(held.values()))):
        yield held
