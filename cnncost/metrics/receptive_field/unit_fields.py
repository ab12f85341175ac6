"""The receptive fields of the units of a layer whose channels all see the same.

Units are followed by the digits of their places (:mod:`~cnncost.metrics.receptive_field.digits`). Where that ends, a
field keeps its size and loses its place; where a layer then looks at several such units, what it sees is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.base.window import Window
from cnncost.metrics.receptive_field.digits import (
    Digit,
    Dimension,
    constant_of,
    line_of,
    moves,
    slide,
    without_last,
)
from cnncost.metrics.receptive_field.relabelling import complete, relabelled
from cnncost.metrics.receptive_field.track import Track
from cnncost.metrics.receptive_field.tracks import largest_extent
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Picked, Relabelling


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
        rough: set[int] = set()
        for dimension in self.dimensions or ():
            for digit in dimension:
                if digit.axis is not None:
                    extent, known = largest_extent(digit.tracks, digit.values)
                    # Of two fractions that were rounded down, one more pixel may be in the sum.
                    sizes[digit.axis] += extent - 1 + (not known and digit.axis in rough)
                    if not known:
                        rough.add(digit.axis)
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
        alone = place != channel_dimension(y) and len(self.dimensions[place]) == 1
        if not others and (alone or y.positions == 1):
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


def moved_anywhere(field: UnitFields) -> UnitFields:
    """The same units at other places, of which it is not known which."""
    return field if field.dimensions is None else field._replace(placed=False, channels_aligned=False)


def picked(field: UnitFields, reach: Picked, x: Tensor, y: Tensor) -> UnitFields:
    """The field of units that read one unit each, where windows along all dimensions show them."""
    if field.dimensions is None:
        return field
    if not field.placed:
        return field._replace(exact=False)
    seen: list[Dimension] = []
    constant: Dimension = ()
    units = [1 if place == reach.dropped else None for place in range(len(x.dims))]
    left = iter(y.dims)
    for dimension, window, size, one in zip(field.dimensions, reach.windows, x.dims, units, strict=True):
        found = slide(complete(dimension, size), window, size, one or next(left))
        if found is None:
            return moved_anywhere(field)._replace(exact=False)
        if one:
            constant = found
        else:
            seen.append(found)
    place = channel_dimension(y)
    seen[place] = (*constant, *without_last(seen[place]))
    return field._replace(dimensions=tuple(seen))


def is_cut(field: UnitFields, place: int) -> bool:
    """Whether channels of one position are known to see unlike places."""
    return field.placed and field.dimensions is not None and moves([field.dimensions[place]])


def adrift(field: UnitFields, place: int) -> UnitFields:
    """Some of the channels: of those that see unlike places, it is no longer known which."""
    if not is_cut(field, place):
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
