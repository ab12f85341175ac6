"""What units see through joins that put inputs side by side along an axis, and through products of two inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.receptive_field.digits import Digit, Dimension, bounded, constant_of, over
from cnncost.metrics.receptive_field.relabelling import complete
from cnncost.metrics.receptive_field.through import seen_of_all
from cnncost.metrics.receptive_field.track import Track
from cnncost.metrics.receptive_field.unit_fields import UnitFields, channel_dimension, is_cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Contracted


def contracted(field: UnitFields, reach: Contracted, x: Tensor, y: Tensor, source: Tensor) -> UnitFields:
    """The field of units that read whole axes of `x`, and along the others what has their own place."""
    if field.dimensions is None:
        return field
    if not field.placed:
        seen = tuple([digit for dimension in field.dimensions for digit in bounded(dimension)])
        return field._replace(dimensions=(seen, *[()] * (len(y.dims) - 1)), placed=True, exact=False)
    channels = channel_dimension(y)
    dimensions: list[Dimension] = [(Digit(None, size),) for size in y.dims]
    dimensions[channels] = ()
    summed: list[Digit] = []
    for dimension, size, place in zip(field.dimensions, x.dims, reach.follows, strict=True):
        if place is None:
            summed += over(dimension)
        else:
            dimensions[place] = dimension if place == channels else complete(dimension, size)
    dimensions[channels] = (*summed, *dimensions[channels])
    return seen_of_all(field, field._replace(dimensions=tuple(dimensions)), source)._replace(nominal=None)


def side_by_side(fields: Sequence[UnitFields], y: Tensor, source: Tensor) -> UnitFields:
    """The fields of units of which each reads one of several inputs: their sizes are known, not whose they are.

    Two units stand for all of them: along every axis they have the largest extent, and see together what all see.
    """
    digits = tuple([_outermost(fields, axis, source.spatial) for axis in range(len(source.spatial))])
    place = channel_dimension(y)
    return UnitFields(
        (digits, *[()] * (len(y.dims) - 1)),
        aligned=all(field.aligned for field in fields),
        is_global=any(field.is_global and field.dimensions is not None for field in fields),
        exact=all(_is_exact(field, len(source.spatial)) for field in fields),
        placed=False,
        channels_aligned=all(field.channels_aligned and not is_cut(field, place) for field in fields),
    )


def _is_exact(field: UnitFields, axes: int) -> bool:
    return field.exact and field.extents(axes)[1]


def _outermost(fields: Sequence[UnitFields], axis: int, pixels: Sequence[int]) -> Digit:
    """One unit at either end of what all units of all fields see of an axis."""
    constants, extents = [], []
    for field in fields:
        if field.dimensions is None:
            constants.append(Track(0, (0,), (pixels[axis] - 1,)))
            extents.append(pixels[axis])
        else:
            constants.append(constant_of([over(dimension) for dimension in field.dimensions], axis))
            extents.append(field.extents(len(pixels))[0][axis])
    first = min([track.firsts[0] for track in constants])
    last = max([track.lasts[0] for track in constants])
    reach = max(extents) - 1
    exact = all(track.exact for track in constants)
    return Digit(axis, 2, (Track(max(0, last - first - reach), (first,), (first + reach,), exact),))
