"""What is reported of receptive fields: size, jump, padding and center of the units of each layer, in each input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.receptive_field.channels import Fields, fields_in
from cnncost.metrics.receptive_field.tracks import largest_extent, seen_by
from cnncost.metrics.receptive_field.union import per_axis
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncost.layers.base.tensor import Tensor
    from cnncost.metrics.analysis import Analysis
    from cnncost.metrics.receptive_field.track import Track

Number = int | float


class ReceptiveField(NamedTuple):
    """Receptive field of the units of one layer, in pixels of one input of the network, per axis."""

    size: tuple[int, ...]
    """Extent of what the channels of a position see together; the largest where it depends on the position."""
    jump: tuple[Number, ...] | None
    """Pixels between the fields of neighbouring units; ``None`` where there is no such number, or it is unknown."""
    start_padding: tuple[Number, ...] | None
    """Pixels by which the first unit's field lies before the input's border; ``None`` where the place is unknown."""
    center: tuple[Number, ...] | None
    """Where the middle of the first unit's field lies; ``None`` where the place is unknown."""
    aligned: bool = True
    """Whether the fields of all paths that met had the same center and jump."""
    is_global: bool = False
    """Whether some path reads the whole input; the other figures are those of the paths that do not, or, where there
    are none, the whole input."""
    is_bound: bool = False
    """Whether the size is only known to be exceeded by no unit."""
    nominal: tuple[int, ...] | None = None
    """Of units that see the whole input and nothing less: how far what they look through reaches, at least its size."""

    @property
    def is_everything(self) -> bool:
        """Whether every path reads the whole input."""
        return self.nominal is not None


def receptive_fields(analysis: Analysis) -> dict[str, list[ReceptiveField | None]]:
    """The receptive field of every node in each input of the network; ``None`` where it reads nothing of that input."""
    return analysis.once("receptive_fields", _in_every_input)


def _in_every_input(analysis: Analysis) -> dict[str, list[ReceptiveField | None]]:
    return {analysis.nodes[source].name: _column(analysis, source) for source in analysis.graph.inputs}


def _column(analysis: Analysis, source: int) -> list[ReceptiveField | None]:
    pixels = analysis.nodes[source].y
    column: list[ReceptiveField | None] = []
    # Layers that read single positions hand on the very field they read: its figures are worked out once.
    known: dict[tuple[int, tuple[int, ...]], ReceptiveField] = {}
    found = fields_in(analysis, source)  # held for as long as their identities are keys
    for node, field in zip(analysis.nodes, found, strict=True):
        if field is None:
            column.append(None)
            continue
        key = (id(field), node.y.spatial)
        if key not in known:
            known[key] = _figures(field, pixels, node.y)
        column.append(known[key])
    return column


def _figures(found: Fields, source: Tensor, y: Tensor) -> ReceptiveField:
    """What is reported of a field in the input `source`, for the units of `y`."""
    field = found.together
    if field.dimensions is None:
        middle = tuple([_number(size - 1, 2) for size in source.spatial])
        return ReceptiveField(
            source.spatial,
            None,
            (0,) * len(middle),
            middle,
            field.aligned,
            field.is_global,
            nominal=field.nominal or source.spatial,
        )
    walks = field.walks(y, len(source.spatial))
    if walks is None:
        size, exact = _extents(found, len(source.spatial))
        return ReceptiveField(size, None, None, None, field.aligned, field.is_global, not exact)
    places = per_axis(_place, [(walk.tracks, walk.values) for walk in walks])
    size, sure, jump, padding, center = zip(*places, strict=True) if places else ((),) * 5
    exact = field.exact and all(sure)
    if not exact:
        size, exact = _extents(found, len(walks))
    return ReceptiveField(
        size, None if None in jump else jump, padding, center, field.aligned, field.is_global, not exact
    )


def _extents(found: Fields, axes: int) -> tuple[tuple[int, ...], bool]:
    """The largest extents, and whether they are exact; range by range where nothing is known of all channels."""
    size, exact = found.together.extents(axes)
    local = [each.field for each in found.ranges if each.field is not None and each.field.dimensions is not None]
    if exact or not local:
        return size, exact
    extents = [field.extents(axes) for field in local]
    largest = tuple([max(sizes) for sizes in zip(*[sizes for sizes, _ in extents], strict=True)])
    return largest, all(known for _, known in extents)


def _place(tracks: tuple[Track, ...], units: int) -> tuple[int, bool, Number | None, Number, Number]:
    """Size, whether it is exact, jump, padding and center of so many units along an axis."""
    size, exact = largest_extent(tracks, units)
    if len(tracks) > 1:
        jump, twice = None, sum(seen_by(tracks, 0))
    else:
        track = tracks[0].of_first(units)
        is_known = track.exact or track.step  # of units that see any of it, neighbours may be any way apart
        jump, twice = _number(track.step, track.period) if is_known else None, track.twice_center
    return size, exact, jump, _number(size - 1 - twice, 2), _number(twice, 2)


def _number(numerator: int | Fraction, denominator: int) -> Number:
    """A whole number where it is one."""
    over = denominator * numerator.denominator
    return numerator.numerator / over if numerator.numerator % over else numerator.numerator // over
