"""The receptive fields of the units of a layer whose channels all see the same, and what a layer makes of them.

Units are followed by the digits of their places (:mod:`~cnncost.metrics.receptive_field.digits`). Where that ends, a
field keeps its size and loses its place; where a layer then looks at several such units, what it sees is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cnncost.layers.base.window import Reads, Window
from cnncost.metrics.receptive_field.digits import (
    Digit,
    Dimension,
    as_constant,
    bounded,
    complete,
    constant_of,
    line_of,
    movers,
    moves,
    over,
    relabelled,
    slide,
    without_last,
)
from cnncost.metrics.receptive_field.track import Track, largest_extent, unite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Relabelling

T = TypeVar("T")


class UnitFields(NamedTuple):
    """The receptive fields of all units of some channels of a layer, in one input of the network."""

    dimensions: tuple[Dimension, ...] | None
    """What the units along each dimension see, in PyTorch's order; ``None`` where every path reads the whole input."""
    aligned: bool = True
    """Whether all paths that met had the same center and jump."""
    is_global: bool = False
    """Whether some path reads the whole input."""
    exact: bool = True
    """Whether units see that much, and not that much or less."""
    placed: bool = True
    """Whether it is known which unit sees what; if not, the dimensions are those of the units at their old places."""
    channels_aligned: bool = True
    """Whether all channels of one position see the same place, where it is not known which one."""
    nominal: tuple[int, ...] | None = None
    """Extents of the window that reads the whole input, where that is all that is read."""

    def extents(self, axes: int) -> tuple[tuple[int, ...], bool]:
        """The largest extent of a unit along each axis of the input, and whether that is exact."""
        sizes, exact = [1] * axes, self.exact
        for dimension in self.dimensions or ():
            for digit in dimension:
                if digit.axis is not None:
                    extent, known = largest_extent(digit.tracks, digit.values)
                    sizes[digit.axis] += extent - 1
                    exact = exact and known
        return tuple(sizes), exact

    def walks(self, y: Tensor, axes: int) -> list[Digit] | None:
        """What the units of `y` see of each axis of the input, if along each of them one dimension walks at most."""
        dimensions = self.dimensions or ()
        plain = y.layout == "map" and len(dimensions) == axes + 1 and not dimensions[0] and self.placed
        if plain and all(len(each) == 1 and each[0].axis == axis for axis, each in enumerate(dimensions[1:])):
            return [digit for (digit,) in dimensions[1:]]
        walks = [walk for axis in range(axes) if (walk := self.along(axis, y)) is not None]
        return walks if len(walks) == axes else None

    def along(self, axis: int, y: Tensor) -> Digit | None:
        """What the units of `y` see of an axis of the input; ``None`` unless at most one dimension walks along it.

        Channels are no such dimension: they are all at one place.
        """
        if self.dimensions is None or not self.placed:
            return None
        walks = [(digit, place) for place, each in enumerate(self.dimensions) for digit in each if digit.axis == axis]
        moving = [(digit, place) for digit, place in walks if digit.values > 1]
        if len(moving) > 1:
            return None
        if moving:
            (_, place), *_ = moving
            digit = line_of(self.dimensions[place])
            if place == channel_dimension(y) or digit is None:
                return None
            rest = constant_of(self.dimensions, axis)
            return digit._replace(tracks=tuple([track.plus(rest) for track in digit.tracks]))
        (digit, place), *others = walks
        if not others and (y.positions == 1 or len(self.dimensions[place]) == 1):
            return digit
        return Digit(axis, 1, (constant_of(self.dimensions, axis),))


EVERYTHING = UnitFields(None, is_global=True)

_PIXEL = Track(1, (0,), (0,))


def of_input(x: Tensor) -> UnitFields:
    """Every pixel of an input sees itself, and its channels all see the same."""
    axes = tuple([(Digit(axis, size, (_PIXEL,)),) for axis, size in enumerate(x.spatial)])
    return UnitFields((*axes, ()) if x.layout == "tokens" else ((), *axes))


def channel_dimension(x: Tensor) -> int:
    """Which dimension of a tensor holds its channels."""
    return len(x.spatial) if x.layout == "tokens" else 0


class Reading(NamedTuple):
    """How a layer reads one of its inputs."""

    positions: tuple[Window, ...] | Reads
    """In which windows; or a way that needs none."""
    groups: int
    """In how many groups the channels are read."""
    x: Tensor
    """The shape of what is read."""
    y: Tensor
    """That of what reads."""
    source: Tensor
    """That of the network's input."""

    @property
    def windows(self) -> tuple[Window, ...] | None:
        """The windows, if there are any."""
        return None if isinstance(self.positions, Reads) else self.positions

    @property
    def covers(self) -> bool:
        """Whether there is one unit, and it reads exactly the whole map: a global pool, by that or another name."""
        if self.windows is None:
            return self.positions is Reads.WHOLE or self.x.positions == 1
        return self.y.positions == 1 and all(
            window.start == 0 and window.size == size for window, size in zip(self.windows, self.x.spatial, strict=True)
        )


def through(field: UnitFields, reading: Reading) -> UnitFields:
    """The field of units that read units of `field`."""
    if field.dimensions is None:
        return field
    if reading.positions is Reads.STATISTICS:
        return union([field, through(field, reading._replace(positions=Reads.WHOLE))])
    if not field.placed:
        return _seen(field, _through_unplaced(field, reading), reading)
    dimensions = list(field.dimensions)
    channels = channel_dimension(reading.x)
    if dimensions[channels]:
        dimensions[channels] = _mixed(dimensions[channels], reading)
    if reading.positions is Reads.WHOLE:
        dimensions = [each if place == channels else over(each) for place, each in enumerate(dimensions)]
    elif reading.windows is not None:
        dimensions, placed = _slid(dimensions, reading.windows, reading)
        if not placed:
            aligned = not movers([dimensions[channels]])
            return field._replace(dimensions=tuple(dimensions), placed=False, channels_aligned=aligned)
    return _seen(field, field._replace(dimensions=tuple(dimensions)), reading)


def _mixed(dimension: Dimension, reading: Reading) -> Dimension:
    """What is seen through channels that see unlike places, of which each group is read together."""
    groups, channels = reading.groups, reading.x.channels
    if groups == channels:
        return dimension
    if reading.positions is Reads.NEIGHBOURS:
        return bounded(dimension)
    if groups == 1:
        return over(dimension)
    sizes = (groups, channels // groups)
    cut = relabelled([dimension], [channels], sizes, (0, 1), sizes)
    return bounded(dimension) if cut is None else (*cut[0], *over(cut[1]))


def _slid(dimensions: list[Dimension], windows: tuple[Window, ...], reading: Reading) -> tuple[list[Dimension], bool]:
    """What is seen through a window along each of the positions' dimensions, and whether it is known by whom."""
    x, y = reading.x, reading.y
    channels = channel_dimension(x)
    places = [place for place in range(len(dimensions)) if place != channels]
    found = list(dimensions)
    placed = True
    before: Any = None
    for place, window, size, units in zip(places, windows, x.spatial, y.spatial or (1,) * len(places), strict=True):
        dimension = dimensions[place]
        like = dimension[0].tracks if len(dimension) == 1 else None, window, size, units
        if like == before and like[0] is not None:  # most maps are square: one axis says it all
            found[place] = (Digit(dimension[0].axis, units, found[place - 1][0].tracks),)
            continue
        before = like
        seen = slide(dimension, window, size, units)
        if seen is None:
            placed = False
        else:
            found[place] = seen
    if y.spatial or not places:
        return found, placed
    return [
        (*[digit for place in places for digit in found[place]], *found[channels])
    ], placed  # no dimension of its own


def _through_unplaced(field: UnitFields, reading: Reading) -> UnitFields:
    """A unit sees as much wherever it stands; of several, it is known what they see together if they are all."""
    windows = reading.windows or ()
    if field.exact and reading.covers and (reading.groups == 1 or field.channels_aligned):
        return field._replace(dimensions=tuple(map(over, field.dimensions or ())), placed=True)
    several_positions = reading.x.positions > 1 and (reading.covers or any(window.size > 1 for window in windows))
    if several_positions or (reading.groups < reading.x.channels and not field.channels_aligned):
        seen = [digit for dimension in field.dimensions or () for digit in bounded(dimension)]
        return field._replace(dimensions=(tuple(seen),) + ((),) * (len(reading.y.dims) - 1), placed=True)
    chooses = reading.y.positions < reading.x.positions  # some units, and not all
    return field._replace(exact=False) if chooses else field


def _seen(before: UnitFields, after: UnitFields, reading: Reading) -> UnitFields:
    """The field after a layer: everything, where it leaves nothing out."""
    partly = reading.windows is not None and not reading.covers  # of one unit that reads a part: it has a place
    if partly or moves(after.dimensions or ()) or not moves(before.dimensions or ()):
        return after
    seen = [constant_of(after.dimensions or (), axis) for axis in range(len(reading.source.spatial))]
    if not after.exact or not all(
        _covers(track, size) for track, size in zip(seen, reading.source.spatial, strict=True)
    ):
        return after
    return EVERYTHING._replace(nominal=after.extents(len(seen))[0] if reading.windows else None)


def _covers(constant: Track, pixels: int) -> bool:
    """Whether it holds the whole axis."""
    return constant.exact and constant.firsts[0] <= 0 and constant.lasts[0] >= pixels - 1


def moved(field: UnitFields, relabelling: Relabelling, x: Tensor, y: Tensor) -> UnitFields:
    """The same units at other places."""
    if field.dimensions is None:
        return field
    cut, order = relabelling
    dimensions = relabelled(field.dimensions, x.dims, cut, order, y.dims) if field.placed else None
    if dimensions is None:
        return field._replace(placed=False, channels_aligned=False)
    place = channel_dimension(y)
    channels = without_last(dimensions[place])
    return field._replace(dimensions=(*dimensions[:place], channels, *dimensions[place + 1 :]))


def is_cut(field: UnitFields, place: int) -> bool:
    """Whether channels of one position see unlike places."""
    return field.dimensions is not None and moves([field.dimensions[place]])


def adrift(field: UnitFields, place: int) -> UnitFields:
    """Some of the channels: of those that see unlike places, it is no longer known which."""
    if not field.placed or not is_cut(field, place):
        return field
    return field._replace(exact=False, placed=False, channels_aligned=False)


def narrowed(field: UnitFields, place: int, channels: int, start: int, kept: int) -> UnitFields:
    """So many of the channels from one of them on."""
    if not field.placed or field.dimensions is None or not is_cut(field, place):
        return field if field.channels_aligned else field._replace(exact=False)
    dimensions = list(field.dimensions)
    seen = slide(complete(dimensions[place], channels), Window(1, 1, start), channels, kept)
    if seen is None:
        return adrift(field, place)
    dimensions[place] = seen
    return field._replace(dimensions=tuple(dimensions))


def union(fields: Sequence[UnitFields]) -> UnitFields:
    """Everything that is seen along any of the paths; those that see the whole input leave only their mark."""
    if len(fields) == 1:
        return fields[0]
    local = [field for field in fields if field.dimensions is not None]
    is_global = any(field.is_global for field in fields)
    if not local:
        return EVERYTHING._replace(nominal=_largest(fields))
    if all(field == local[0] for field in local[1:]):
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
