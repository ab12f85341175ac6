"""Channels that see unlike places: what lies side by side after a concatenation is kept apart until it is mixed.

The pass over the graph follows what all channels of a layer see together, and beside it, where a concatenation laid
unlike channels side by side, what each range of them sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.base.window import (
    SAME_POSITION,
    Beside,
    Contracted,
    Dealt,
    Folded,
    Grouped,
    Picked,
    Reads,
    Relabelling,
    Shifted,
    Unfolded,
)
from cnncost.metrics.receptive_field.columns import folded, unfolded
from cnncost.metrics.receptive_field.joins import contracted, side_by_side
from cnncost.metrics.receptive_field.ranges import Range, blocks, fewest, refined, split
from cnncost.metrics.receptive_field.through import Reading, through
from cnncost.metrics.receptive_field.union import union
from cnncost.metrics.receptive_field.unit_fields import (
    EVERYTHING,
    UnitFields,
    adrift,
    channel_dimension,
    moved,
    moved_anywhere,
    narrowed,
    of_input,
    picked,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Reach
    from cnncost.metrics.analysis import Analysis

_POINT = (Reads.POINT,)

_DEEPEST = 50
"""Ranges are found at the latest when so many layers stand between them and what they are found from."""


class Fields:
    """What the units of a layer see of one input of the network."""

    __slots__ = ("_find", "_found", "_place", "depth", "together")

    def __init__(
        self, together: UnitFields, find: Callable[[], Sequence[Range]] | None = None, place: int = 0, depth: int = 0
    ) -> None:
        self.together = together
        """What the channels see together."""
        self.depth = depth
        """How many layers would be gone through to find the ranges."""
        self._find, self._place = find, place
        self._found: tuple[Range, ...] = ()
        if find is not None and depth >= _DEEPEST:
            self._found, self._find, self.depth = fewest(find(), place), None, 0

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What each range of channels sees; none where all channels see the same.

        Found when they are asked for: most networks mix what they have concatenated.
        """
        if self._find is not None:
            self._found, self._find = fewest(self._find(), self._place), None
        return self._found

    @property
    def may_differ(self) -> bool:
        """Whether channels may see unlike places."""
        return self._find is not None or bool(self._found)


def fields_in(analysis: Analysis, source: int) -> list[Fields | None]:
    """What every node sees of the input of the network at index `source`, in one pass over the graph."""
    known: list[Fields | None] = []
    pixels = analysis.nodes[source].y
    for node, reaches in zip(analysis.nodes, analysis.reaches, strict=True):
        if node.id == source:
            known.append(Fields(of_input(pixels)))
            continue
        if reaches == _POINT:  # most layers hand on the very field that they read
            known.append(known[node.inputs[0]])
            continue
        if len(node.inputs) == 1:
            found = known[node.inputs[0]]
            if found is not None and reaches[0] is Reads.NOTHING:
                found = None
            known.append(found and _along(found, reaches[0], node.xs[0], node.y, pixels))
            continue
        paths = [
            (found, reach, x)
            for found, reach, x in zip([known[i] for i in node.inputs], reaches, node.xs, strict=True)
            if found is not None and reach is not Reads.NOTHING
        ]
        known.append(_joined(paths, node, pixels) if paths else None)
    return known


def _joined(paths: Sequence[tuple[Fields, Reach, Tensor]], node: Node, source: Tensor) -> Fields | None:
    """What a node sees along all paths."""
    if isinstance(paths[0][1], Beside) and len(paths) > 1:
        exact = not any(found.may_differ for found, _, _ in paths)
        together = side_by_side([found.together for found, _, _ in paths], node.y, source)
        return Fields(together._replace(exact=together.exact and exact))
    along = [_along(found, reach, x, node.y, source) for found, reach, x in paths]
    seen = [each for each in along if each is not None]
    if len(seen) <= 1:
        return seen[0] if seen else None
    together = union([each.together for each in seen])
    if not any(each.may_differ for each in seen):
        return Fields(together)
    place, channels = channel_dimension(node.y), node.y.channels
    depth = 1 + max([each.depth for each in seen])
    return Fields(together, lambda: refined([_ranges(each, channels) for each in seen], place), place, depth)


def _along(found: Fields, reach: Reach, x: Tensor, y: Tensor, source: Tensor) -> Fields | None:
    """What is seen along one path, in the channels of the output."""
    if reach is Reads.POINT or not source.spatial:  # an input without axes has no places to follow
        return found if source.spatial else Fields(UnitFields(((),) * len(y.dims)))
    if isinstance(reach, Shifted | Dealt | Relabelling):
        return _elsewhere(found, reach, x, y)
    if isinstance(reach, Unfolded | Folded | Contracted | Picked):
        return _laid_out(found, reach, x, y, source)
    if reach is Reads.ELSEWHERE:
        together = moved_anywhere(found.together)
        return Fields(together._replace(exact=together.exact and not found.may_differ))
    if isinstance(reach, Beside):
        windows = [SAME_POSITION] * len(x.spatial)
        windows[reach.axis] = SAME_POSITION._replace(start=-reach.start)
        reach = Grouped(tuple(windows), x.channels)
    positions, groups = reach if isinstance(reach, Grouped) else (reach, 1)
    reading = Reading(positions, groups, x, y, source)
    if not found.may_differ:
        return Fields(through(found.together, reading))
    return _through_ranges(found, reading)


def _elsewhere(found: Fields, reach: Shifted | Dealt | Relabelling, x: Tensor, y: Tensor) -> Fields | None:
    """What is seen by units that read one unit each, at another place."""
    if isinstance(reach, Shifted):
        return _shifted(found, reach.by, x, y)
    return _dealt(found, reach.groups, x, y) if isinstance(reach, Dealt) else _moved(found, reach, x, y)


def _laid_out(
    found: Fields, reach: Unfolded | Folded | Contracted | Picked, x: Tensor, y: Tensor, source: Tensor
) -> Fields:
    """What is seen of several axes at once: of channels that see unlike places, all that is known is a bound."""
    if isinstance(reach, Unfolded):
        together = unfolded(found.together, reach, x, y)
    elif isinstance(reach, Folded):
        together = folded(found.together, reach, y, source)
    elif isinstance(reach, Picked):
        together = picked(found.together, reach, x, y)
    else:
        together = contracted(found.together, reach, x, y, source)
    return Fields(together._replace(exact=together.exact and not found.may_differ))


def _through_ranges(found: Fields, reading: Reading) -> Fields | None:
    """What is seen of channels that see unlike places, in groups of them."""
    if found.together.exact and found.together.placed:
        together = through(found.together, reading)
    else:
        fields = [each.field for each in _ranges(found, reading.x.channels) if each.field is not None]
        place = channel_dimension(reading.y)
        together = union([adrift(through(_read(field, reading), reading), place) for field in fields])
    if reading.positions in {Reads.NEIGHBOURS, Reads.ANYWHERE}:
        return Fields(together._replace(exact=False))
    if reading.groups == 1 and reading.positions is not Reads.STATISTICS:
        return Fields(together)
    find = _with_statistics if reading.positions is Reads.STATISTICS else _by_group
    place = channel_dimension(reading.y)
    return Fields(together, lambda: find(_ranges(found, reading.x.channels), reading), place, found.depth + 1)


def _with_statistics(ranges: Sequence[Range], reading: Reading) -> list[Range]:
    """What is seen through the mean of the groups: channels that see nothing themselves see what others see."""
    alone = reading.groups == reading.x.channels
    return [
        each._replace(field=None if alone else EVERYTHING)
        if each.field is None
        else each._replace(field=through(_read(each.field, reading), reading))
        for each in ranges
    ]


def _read(field: UnitFields, reading: Reading) -> UnitFields:
    """A range's field as groups of all channels read it, which know nothing of how the range's channels are cut."""
    alone_or_together = reading.groups in (1, reading.x.channels)
    return field if alone_or_together else adrift(field, channel_dimension(reading.x))


def _by_group(ranges: Sequence[Range], reading: Reading) -> list[Range]:
    """What each group of output channels sees, which reads one group of the input's."""
    size, out = reading.x.channels // reading.groups, reading.y.channels // reading.groups
    seen = []
    for count, block in blocks(ranges, size, channel_dimension(reading.x)):
        fields = [through(_read(each.field, reading), reading) for each in block if each.field is not None]
        groups_apart = -(-block[0].spacing // size) if len(block) == 1 else 1
        spacing = min(count, groups_apart) * out if groups_apart > 1 else 1
        seen.append(Range(count * out, union(fields) if fields else None, spacing))
    return seen


def _dealt(found: Fields, groups: int, x: Tensor, y: Tensor) -> Fields | None:
    """Channels of all groups in turn: so many in a row see all there is, of which one group may see all by itself."""
    size = x.channels // groups
    if not found.may_differ:
        field = found.together
        if field.placed and not (field.dimensions and field.dimensions[channel_dimension(x)]):
            return found
        places = range(2, 2 + len(x.spatial))
        return Fields(moved(found.together, Relabelling((groups, size, *x.spatial), (1, 0, *places)), x, y))
    place = channel_dimension(x)

    def find() -> list[Range]:
        spacings, alone = [], []
        for _, block in blocks(_ranges(found, x.channels), size, place):
            spacing = min(size, block[0].spacing) if len(block) == 1 else size
            spacings.append(spacing)
            field = block[0].field if len(block) == 1 else None
            if field is not None and field.dimensions == found.together.dimensions:
                alone.append(spacing)
        return [Range(x.channels, found.together, groups * (min(alone) if alone else max(spacings)))]

    return Fields(found.together._replace(), find, place, found.depth + 1)  # in another order: a field of its own


def _shifted(found: Fields, by: int, x: Tensor, y: Tensor) -> Fields | None:
    """What channels see that read the one so many before them; those that lie outside see nothing."""
    if by == 0 and x.channels == y.channels:
        return found
    place, before = channel_dimension(x), max(0, by)
    if y.channels < x.channels:
        return _cut_out(found, -by, x, y.channels)
    after = y.channels - before - x.channels

    def find() -> list[Range]:
        ranges = [Range(before, None), *_ranges(found, x.channels), Range(after, None)]
        return [each for each in ranges if each.channels]

    return Fields(adrift(found.together, place), find, place, found.depth + 1)


def _cut_out(found: Fields, start: int, x: Tensor, channels: int) -> Fields | None:
    """What so many of the channels see, from one of them on."""
    place = channel_dimension(x)
    if not found.ranges:
        return Fields(narrowed(found.together, place, x.channels, start, channels))
    _, rest = split(found.ranges, start, place)
    kept, _ = split(rest, channels, place)
    fields = [adrift(each.field, place) for each in kept if each.field is not None]
    return Fields(union(fields), lambda: kept, place) if fields else None


def _moved(found: Fields, relabelling: Relabelling, x: Tensor, y: Tensor) -> Fields | None:
    """Units at other places: ranges stay ranges where the channels do not mix with other dimensions."""
    together = moved(found.together, relabelling, x, y)
    if not found.may_differ or not found.ranges:
        return Fields(together)
    seen: list[Range] = []
    for each in found.ranges:
        part = _part(relabelling, x, y, each.channels)
        if part is None:
            return Fields(together._replace(exact=False))
        field = None if each.field is None else moved(each.field, *part)
        channels = part[-1].channels
        seen.append(Range(channels, field, -(-each.spacing * channels // each.channels) if each.spacing > 1 else 1))
    return Fields(together, lambda: seen, channel_dimension(y))


def _part(relabelling: Relabelling, x: Tensor, y: Tensor, channels: int) -> tuple[Relabelling, Tensor, Tensor] | None:
    """What becomes of so many of the channels; ``None`` where it takes all of them to say so."""
    cut, order = relabelling
    axis, place = (len(cut) - 1 if x.layout == "tokens" else 0), channel_dimension(y)
    outermost = x.layout != "tokens" and place == order[0] == 0
    whole = cut[axis] == x.channels and len(order) == len(y.dims) and order[place] == axis
    uneven = cut[axis] * channels % x.channels or y.channels * channels % x.channels
    if uneven or not (outermost or whole):
        return None
    part = (*cut[:axis], cut[axis] * channels // x.channels, *cut[axis + 1 :])
    channels_out = y.channels * channels // x.channels
    return Relabelling(part, order), x._replace(channels=channels), y._replace(channels=channels_out)


def _ranges(found: Fields, channels: int) -> list[Range]:
    return list(found.ranges) or [Range(channels, found.together)]
