"""What is seen along several paths together: the union of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.metrics.receptive_field.digits import Digit, Dimension, as_constant, bounded, constant_of, movers
from cnncost.metrics.receptive_field.tracks import unite
from cnncost.metrics.receptive_field.unit_fields import EVERYTHING, UnitFields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncost.metrics.receptive_field.track import Track

T = TypeVar("T")


def union(fields: Sequence[UnitFields]) -> UnitFields:
    """Everything that is seen along any of the paths; those that see the whole input leave only their mark.

    Where it is not known which unit sees what, only the very same field is that of units in the same order.
    """
    if len(fields) == 1:
        return fields[0]
    local = [field for field in fields if field.dimensions is not None]
    is_global = any(field.is_global for field in fields)
    if not local:
        return EVERYTHING._replace(nominal=_largest(fields))
    if all(field is local[0] or (field == local[0] and field.placed) for field in local[1:]):
        return local[0] if local[0].is_global == is_global else local[0]._replace(is_global=is_global)
    aligned, exact = all(field.aligned for field in local), all(field.exact for field in local)
    together = _together([field.dimensions for field in local if field.dimensions is not None])
    if together is None or not all(field.placed for field in local):
        return _anything(local)._replace(is_global=is_global)
    dimensions, alike, sure = together
    return UnitFields(dimensions, aligned and alike, is_global, exact and sure)


def _largest(fields: Sequence[UnitFields]) -> tuple[int, ...] | None:
    """The extents of the largest window, if all read the whole input through one."""
    sizes = [field.nominal for field in fields if field.nominal is not None]
    return max(sizes) if len(sizes) == len(fields) else None


def _anything(fields: Sequence[UnitFields]) -> UnitFields:
    """What all units of all fields see together, or less."""
    constants = [tuple([digit for each in field.dimensions or () for digit in bounded(each)]) for field in fields]
    axes = sorted({digit.axis for each in constants for digit in each if digit.axis is not None})
    together = [Digit(axis, 1, unite([constant_of([each], axis) for each in constants], 1)) for axis in axes]
    return UnitFields((tuple(together),), all(field.aligned for field in fields), exact=False, placed=False)


Together = tuple[tuple[Dimension, ...], bool, bool]
"""Dimensions, whether jumps and centers were the same, and whether units see just that."""


def _together(paths: Sequence[tuple[Dimension, ...]]) -> Together | None:
    """What is seen along all paths; ``None`` where their units are not in the same order."""
    model = next(filter(movers, paths), paths[0])
    alike = [as_constant(path, model) if path is not model and not movers(path) else path for path in paths]
    if any(_structure(path) != _structure(model) for path in alike):
        return None
    flat = zip(*[[digit for dimension in path for digit in dimension] for path in alike], strict=True)
    united = per_axis(_united, [([digit.tracks for digit in digits], digits[0].values) for digits in flat])
    tracks = iter([tracks for tracks, _, _ in united])
    dimensions = tuple([tuple([digit._replace(tracks=next(tracks)) for digit in dimension]) for dimension in model])
    axes = [digit.axis for dimension in model for digit in dimension]
    unlike = [axis for axis, (_, _, unlike) in zip(axes, united, strict=True) if unlike]
    return dimensions, all(aligned for _, aligned, _ in united), len(unlike) == len(set(unlike))


def _structure(dimensions: tuple[Dimension, ...]) -> list[list[tuple[int | None, int]]]:
    return [[(digit.axis, digit.values) for digit in dimension] for dimension in dimensions]


def _united(paths: list[tuple[Track, ...]], units: int) -> tuple[tuple[Track, ...], bool, bool]:
    """What is seen along any path, whether jumps and centers are the same, and whether anything is not."""
    if all(path == paths[0] for path in paths[1:]):
        return paths[0], True, False
    tracks = [track for path in paths for track in path]
    if units == 1:  # how far the next unit would be does not matter
        aligned = len({track.at(0).twice_center for track in tracks}) == 1
    else:
        aligned = len({track.jump for track in tracks}) == 1 == len({track.twice_center for track in tracks})
    return unite(tracks, units), aligned, True


def per_axis(function: Callable[..., T], arguments: Iterable[tuple[Any, ...]]) -> list[T]:
    """The function's value for every axis, worked out once for like axes side by side: most maps are square."""
    values: list[T] = []
    before: tuple[Any, ...] | None = None
    for axis in arguments:
        values.append(values[-1] if axis == before else function(*axis))
        before = axis
    return values
