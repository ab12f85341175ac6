"""What a layer makes of the fields that it reads: windows along the dimensions, mixtures of channels, whole maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.window import SAME_POSITION, Reads, Window
from cnncost.metrics.receptive_field.digits import Digit, Dimension, bounded, constant_of, movers, moves, over, slide
from cnncost.metrics.receptive_field.relabelling import relabelled
from cnncost.metrics.receptive_field.union import union
from cnncost.metrics.receptive_field.unit_fields import EVERYTHING, UnitFields, channel_dimension
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.layers.base.tensor import Tensor
    from cnncost.metrics.receptive_field.track import Track


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
        return field if field.is_global else union([field, through(field, reading._replace(positions=Reads.WHOLE))])
    if not field.placed:
        return _seen(field, _through_unplaced(field, reading), reading)
    dimensions = list(field.dimensions)
    channels = channel_dimension(reading.x)
    if dimensions[channels]:
        dimensions[channels] = _mixed(dimensions[channels], reading)
    if reading.positions in {Reads.WHOLE, Reads.ANYWHERE}:
        seen = over if reading.positions is Reads.WHOLE else bounded
        dimensions = [each if place == channels else seen(each) for place, each in enumerate(dimensions)]
    elif reading.windows is not None:
        dimensions, placed = _slid(dimensions, reading.windows, reading)
        if not placed:
            aligned = not movers([dimensions[channels]])
            return field._replace(dimensions=tuple(dimensions), placed=False, channels_aligned=aligned)
    exact = field.exact and reading.positions is not Reads.ANYWHERE
    return _seen(field, UnitFields(tuple(dimensions), field.aligned, field.is_global, exact), reading)


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
        return field._replace(dimensions=_for_all(map(over, field.dimensions or ()), reading.y), placed=True)
    anywhere = reading.covers or reading.positions is Reads.ANYWHERE
    several_positions = reading.x.positions > 1 and (anywhere or any(window.size > 1 for window in windows))
    if several_positions or (reading.groups < reading.x.channels and not field.channels_aligned):
        return field._replace(dimensions=_for_all(map(bounded, field.dimensions or ()), reading.y), placed=True)
    if all(window == SAME_POSITION for window in windows):
        return field
    chooses = reading.y.positions < reading.x.positions  # some units, and not all
    return field._replace(exact=field.exact and not chooses)


def _for_all(seen: Iterable[Dimension], y: Tensor) -> tuple[Dimension, ...]:
    """The dimensions of a tensor whose units all see the same."""
    return (tuple([digit for dimension in seen for digit in dimension]), *((),) * (len(y.dims) - 1))


def _seen(before: UnitFields, after: UnitFields, reading: Reading) -> UnitFields:
    """The field after a layer: everything, where it leaves nothing out."""
    if reading.windows is not None and not reading.covers:  # one unit that reads a part: it has a place
        return after
    everything = seen_of_all(before, after, reading.source)
    return everything._replace(nominal=None) if everything is not after and not reading.windows else everything


def seen_of_all(before: UnitFields, after: UnitFields, source: Tensor) -> UnitFields:
    """The field after a layer whose units read all there is: everything, with its size, where it leaves nothing out."""
    if moves(after.dimensions or ()) or not moves(before.dimensions or ()):
        return after
    seen = [constant_of(after.dimensions or (), axis) for axis in range(len(source.spatial))]
    if not after.exact or not all(_covers(track, size) for track, size in zip(seen, source.spatial, strict=True)):
        return after
    return EVERYTHING._replace(nominal=after.extents(len(seen))[0])


def _covers(constant: Track, pixels: int) -> bool:
    """Whether it holds the whole axis."""
    return constant.exact and constant.firsts[0] <= 0 and constant.lasts[0] >= pixels - 1
