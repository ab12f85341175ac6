"""What is reported of receptive fields: size, jump, padding and center of the units of each layer, in each input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncost.metrics.receptive_field.track import Track, largest_extent, twice_center
from cnncost.metrics.receptive_field.unit_fields import UnitFields, per_axis, unit_fields, units_along

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor
    from cnncost.metrics.analysis import Analysis

Number = int | float


class ReceptiveField(NamedTuple):
    """Receptive field of the units of one layer, in pixels of one input of the network, per axis."""

    size: tuple[int, ...]
    """Extent; the largest over all units where it depends on the position."""
    jump: tuple[Number, ...] | None
    """Pixels between the fields of neighbouring units; ``None`` where there is no such number."""
    start_padding: tuple[Number, ...] | None
    """Pixels by which the first unit's field lies before the input's border; ``None`` where the place is unknown."""
    center: tuple[Number, ...] | None
    """Where the middle of the first unit's field lies; ``None`` where the place is unknown."""
    aligned: bool = True
    """Whether the fields of all paths that met had the same center and jump."""
    is_global: bool = False
    """Whether some path reads the whole input; the other figures are those of the paths that do not, or, where there
    are none, the whole input."""


def receptive_fields(analysis: Analysis) -> dict[str, list[ReceptiveField | None]]:
    """The receptive field of every node in each input of the network; ``None`` where it reads nothing of that input."""
    return {analysis.nodes[source].name: _column(analysis, source) for source in analysis.graph.inputs}


def _column(analysis: Analysis, source: int) -> list[ReceptiveField | None]:
    pixels = analysis.nodes[source].y
    column: list[ReceptiveField | None] = []
    # Layers that read single positions hand on the very field they read: its figures are worked out once.
    known: dict[tuple[int, tuple[int, ...]], ReceptiveField] = {}
    found = unit_fields(analysis, source)  # held for as long as their identities are keys
    for node, field in zip(analysis.nodes, found, strict=True):
        if field is None:
            column.append(None)
            continue
        key = (id(field), node.y.spatial)
        if key not in known:
            known[key] = _figures(field, pixels, node.y)
        column.append(known[key])
    return column


def _figures(field: UnitFields, source: Tensor, y: Tensor) -> ReceptiveField:
    """What is reported of a field in the input `source`, for the units of `y`."""
    if field.axes is None:
        middle = tuple([_quotient(size - 1, 2) for size in source.spatial])
        return ReceptiveField(source.spatial, None, (0,) * len(middle), middle, field.aligned, field.is_global)
    if not field.position_known:
        size = tuple([max([track.size for track in tracks]) for tracks in field.axes])
        return ReceptiveField(size, None, None, None, field.aligned, field.is_global)
    axes = per_axis(_axis_figures, field.axes, units_along(y, len(field.axes)))
    size, jump, padding, center = zip(*axes, strict=True) if axes else ((), (), (), ())
    return ReceptiveField(size, None if None in jump else jump, padding, center, field.aligned, field.is_global)


def _axis_figures(tracks: tuple[Track, ...], units: int) -> tuple[int, Number | None, Number, Number]:
    """Size, jump, padding and center."""
    size = largest_extent(tracks, units)
    jump = _quotient(*tracks[0].jump) if len(tracks) == 1 else None
    twice, over = twice_center(tracks)
    return size, jump, _quotient((size - 1) * over - twice, 2 * over), _quotient(twice, 2 * over)


def _quotient(numerator: int, denominator: int) -> Number:
    """A whole number where it is one."""
    return numerator / denominator if numerator % denominator else numerator // denominator
