"""Receptive fields in any graph: which pixels of the input can influence a unit, along each axis, exactly.

The recurrence of the notes (004, 10.1), RF_l = RF_(l-1) + (k_l - 1) j_(l-1) with the jump j as the product of the
strides, and of Araujo, Norris & Sim 2019 (Distill, "Computing Receptive Fields of Convolutional Neural Networks"),
which adds where the field starts and takes the union over the paths of a graph.

What both leave open: a layer that magnifies makes the field depend on the position (a :class:`Track` has phases); paths
of unlike jump meet (several tracks side by side); a global pool, attention or a statistic reads everything
(`is_global`); flattening mixes the units up (`position_known`, `channels_misaligned`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cnncost.layers.base.window import MOST_PHASES, Reads, Window
from cnncost.metrics.receptive_field.track import Track, unite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Reach
    from cnncost.metrics.analysis import Analysis

T = TypeVar("T")

# Beyond these, and beyond MOST_PHASES, a field keeps its size and loses its place: the work stays bounded.
_MOST_TRACKS = 4


class UnitFields(NamedTuple):
    """The receptive fields of all units of a layer, in one input of the network."""

    axes: tuple[tuple[Track, ...], ...] | None
    """Per axis of the input, what the units see of it: several tracks where paths of unlike jump met. ``None`` where
    every path reads the whole input."""
    aligned: bool = True
    """Whether all paths that met had the same center and jump."""
    is_global: bool = False
    """Whether some path reads the whole input."""
    position_known: bool = True
    """Whether it is known which unit sees which pixels."""
    channels_misaligned: bool = False
    """Whether the channels of one position may see unlike places: a layer that mixes them sees everything."""


_EVERYTHING = UnitFields(None, is_global=True)
_PIXEL = (Track(1, (0,), (0,)),)


def unit_fields(analysis: Analysis, source: int) -> list[UnitFields | None]:
    """The field of every node in the input of the network at index `source`, in one pass over the graph."""
    known: list[UnitFields | None] = []
    for node, reaches in zip(analysis.nodes, analysis.reaches, strict=True):
        if node.id == source:
            known.append(UnitFields((_PIXEL,) * len(node.y.spatial)))
            continue
        paths = [
            _through(field, reach, x, node.y)
            for field, reach, x in zip([known[i] for i in node.inputs], reaches, node.xs, strict=True)
            if field is not None and reach is not Reads.NOTHING
        ]
        known.append(_union(paths, node.y) if paths else None)
    return known


def _through(field: UnitFields, reach: Reach, x: Tensor, y: Tensor) -> UnitFields:
    """The field of units that read units of `field`, in the way that `reach` says."""
    if reach is Reads.POINT or field.axes is None:
        return field
    if reach is Reads.STATISTICS:
        return field._replace(is_global=True)
    if isinstance(reach, tuple):
        return _through_windows(field, field.axes, reach, x, y)
    if reach in (Reads.MOVED, Reads.SCATTERED):
        return _moved(field, field.axes, x, y)._replace(
            channels_misaligned=field.channels_misaligned or (reach is Reads.SCATTERED and x.positions > 1)
        )
    if reach is Reads.MIXTURE and not field.channels_misaligned:
        return field
    return _EVERYTHING


def _through_windows(
    field: UnitFields, axes: tuple[tuple[Track, ...], ...], windows: tuple[Window, ...], x: Tensor, y: Tensor
) -> UnitFields:
    if _cover(windows, x, y):
        return _EVERYTHING
    if not field.position_known or len(windows) != len(axes):
        return field if all(window.size == 1 for window in windows) and not field.channels_misaligned else _EVERYTHING
    if any(window.stride.denominator > MOST_PHASES for window in windows):
        seen = per_axis(_widened, axes, windows)
        return UnitFields(seen, field.aligned, field.is_global, position_known=False)
    seen = per_axis(lambda tracks, window: tuple([track.through(window) for track in tracks]), axes, windows)
    placed = all(len(track.firsts) <= MOST_PHASES for tracks in seen for track in tracks)
    return UnitFields(seen, field.aligned, field.is_global, placed)


def _widened(tracks: tuple[Track, ...], window: Window) -> tuple[Track, ...]:
    """What is seen through a window of this size, wherever it lies."""
    return tuple([track.through(Window(window.size, 1, 0)) for track in tracks])


def _cover(windows: tuple[Window, ...], x: Tensor, y: Tensor) -> bool:
    """Whether there is one unit, and it reads exactly the whole map: a global pool by another name."""
    return 1 == y.positions < x.positions and all(
        window.start == 0 and window.size == size for window, size in zip(windows, x.spatial, strict=True)
    )


def _moved(field: UnitFields, axes: tuple[tuple[Track, ...], ...], x: Tensor, y: Tensor) -> UnitFields:
    """Units somewhere else. One unit is easily found again; spread over many places it is what all of them saw."""
    if x.positions > 1:
        return field._replace(position_known=False)
    if y.positions == 1:
        return field
    return field._replace(axes=tuple([tuple([track.at_first_unit() for track in tracks]) for tracks in axes]))


def _union(paths: Sequence[UnitFields], y: Tensor) -> UnitFields:
    """Everything that is seen along any of the paths; those that see the whole input leave only their mark."""
    if len(paths) == 1:
        return paths[0]
    local = [path for path in paths if path.axes is not None]
    is_global = any(path.is_global for path in paths)
    if len(local) <= 1 or all(path == local[0] for path in local[1:]):
        return local[0]._replace(is_global=is_global) if local else _EVERYTHING
    aligned = all(path.aligned for path in local)
    axes = [path.axes for path in local if path.axes is not None]
    if not all(path.position_known for path in local):
        channels_misaligned = any(path.channels_misaligned for path in local)
        return UnitFields(
            per_axis(_largest, *axes),
            aligned,
            is_global,
            position_known=False,
            channels_misaligned=channels_misaligned,
        )
    together = per_axis(_together, units_along(y, len(axes[0])), *axes)
    return UnitFields(
        tuple([tracks for tracks, _ in together]),
        aligned and all(alike for _, alike in together),
        is_global,
        all(len(tracks) <= _MOST_TRACKS for tracks, _ in together),
    )


def _largest(*paths: tuple[Track, ...]) -> tuple[Track, ...]:
    return (max([track for tracks in paths for track in tracks], key=lambda track: track.size),)


def _together(units: int, *paths: tuple[Track, ...]) -> tuple[tuple[Track, ...], bool]:
    """What so many units see of one axis along all paths, and whether jumps and centers are the same."""
    tracks = [track for tracks in paths for track in tracks]
    if units == 1:  # how far the next unit would be does not matter
        tracks = [track.at_first_unit() for track in tracks]
    united = unite(tracks)
    return united, len(united) == 1 and len({track.twice_center for track in tracks}) == 1


def per_axis(function: Callable[..., T], *arguments: Sequence[Any]) -> tuple[T, ...]:
    """The function's value for every axis, worked out once for like axes side by side: most maps are square."""
    values: list[T] = []
    before = None
    for axis in zip(*arguments, strict=True):
        values.append(values[-1] if axis == before else function(*axis))
        before = axis
    return tuple(values)


def units_along(y: Tensor, axes: int) -> tuple[int, ...]:
    """Units along each axis of the network's input; a map of another rank, where fields are placed, has one."""
    return y.spatial if len(y.spatial) == axes else (1,) * axes
