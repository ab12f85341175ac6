"""What units see of the input when every map ends at its border, worked out from the windows of the layers alone.

A receptive field goes on beyond the border; what is really there does not, neither of the input nor of any map between.
Units whose way to the input meets no border must see their field exactly, the others what is left of it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cnncost.layers.base.window import Contracted, Folded, Reads, Relabelling, Unfolded, windows_of
from cnncost.metrics.receptive_field.digits import movers
from cnncost.metrics.receptive_field.track import Track
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Reach, Window
    from cnncost.metrics.receptive_field.unit_fields import UnitFields

WHOLE, CLIPPED, AT_MOST = range(3)
"""No border on the way; a border; a border at a window with gaps, of which the outermost elements may be lost."""


class Extent(NamedTuple):
    """The pixels that one unit sees."""

    first: int
    """The first of them."""
    last: int
    """The last of them; before the first where it sees none."""
    state: int = WHOLE
    """What the border did to them: :data:`WHOLE`, :data:`CLIPPED` or :data:`AT_MOST`."""
    folded: bool = False
    """Whether padding showed it pixels from inside the border in place of some beyond it."""


_NOTHING = Extent(1 << 60, -1)

Extents = list[Extent]
"""By unit."""

Followed = dict[int, tuple[tuple[Track, ...], ...]]
"""What the units along each axis see of that axis of the input, by the number of the node."""


def followed(graph: Graph, fields: Sequence[UnitFields | None], source: int) -> Followed:
    """The nodes whose units can be followed by the windows of the layers alone: maps of the input, and single units."""
    axes = len(graph.nodes[source].y.spatial)
    known: Followed = {}
    for node in graph.nodes:
        field = fields[node.id]
        if field is None or field.dimensions is None:
            continue
        tracks = _tracks(field, node.y, axes)
        moves = any(
            (isinstance(reach, Relabelling | Unfolded | Folded) and x.positions > 1) or _looks_along_others(reach, axes)
            for x, reach in zip(node.xs, node.reach() if node.inputs else (), strict=True)
        )
        read = [i for i in node.inputs if (seen := fields[i]) is not None and seen.dimensions is not None]
        if tracks is not None and not moves and all(i in known for i in read):
            known[node.id] = tracks
    return known


def _looks_along_others(reach: Reach, axes: int) -> bool:
    """Whether windows look along other axes than the input's."""
    windows = windows_of(reach) or ()
    return len(windows) != axes and any(window.size > 1 for window in windows)


def _tracks(field: UnitFields, y: Tensor, axes: int) -> tuple[tuple[Track, ...], ...] | None:
    """What the units of a map see of the input's axes, if each axis of one is that of the other; or one unit does."""
    walks = [field.along(axis, y) for axis in range(axes)]
    if any(walk is None for walk in walks):
        return None
    in_place = all(
        y.layout == "map" and len(y.spatial) == axes and movers([dimension]) <= {place - 1}
        for place, dimension in enumerate(field.dimensions or ())
        if movers([dimension])
    )
    return tuple([walk.tracks for walk in walks if walk is not None]) if in_place else None


def expected_extents(graph: Graph, units: Followed, source: int, axis: int) -> dict[int, Extents]:
    """What the units of the nodes that are followed see along one axis, without the paths that read everything."""
    pixels = graph.nodes[source].y.spatial
    known: dict[int, Extents] = {source: [Extent(pixel, pixel) for pixel in range(pixels[axis])]}
    for node in graph.layers:
        if node.id not in units:
            continue
        paths = [
            [_union(known[read])] * len(known[read])
            if getattr(reach, "reads", reach) is Reads.STATISTICS
            and units[node.id] != units[read]  # they read less than the whole input
            else _along(known[read], reach, node, axis, len(pixels))
            for read, reach in zip(node.inputs, node.reach(), strict=True)
            if read in known and reach is not Reads.NOTHING
        ]
        known[node.id] = paths[0] if len(paths) == 1 else [_union(unit) for unit in zip(*paths, strict=True)]
    return known


def nodes_cut_off(graph: Graph, expected: dict[int, Extents]) -> set[int]:
    """The nodes of which a border cuts off what some units see, or some units of a node before them."""
    cut: set[int] = set()
    for node in graph.layers:
        units = expected.get(node.id, ())
        if not cut.isdisjoint(node.inputs) or any(map(_is_cut_off, units)):
            cut.add(node.id)
    return cut


def nodes_wrapped(graph: Graph) -> set[int]:
    """The nodes of which some units see both ends of an axis, the one as if it lay beyond the other, or some before."""
    wrapped: set[int] = set()
    for node in graph.layers:
        windows = [window for reach in node.reach() for window in windows_of(reach) or ()]
        if not wrapped.isdisjoint(node.inputs) or any(window.beyond == "circular" for window in windows):
            wrapped.add(node.id)
    return wrapped


def _is_cut_off(unit: Extent) -> bool:
    return unit.state != WHOLE or unit.folded or unit.first > unit.last


def _along(inputs: Extents, reach: Reach, node: Node, axis: int, axes: int) -> Extents:
    """What units see that read these inputs."""
    windows = windows_of(reach)
    if windows is not None and len(windows) == axes == len(node.y.spatial):
        gaps = max(getattr(node.layer, "dilation", (1,))) > 1
        return [_through(inputs, windows[axis], unit, gaps) for unit in range(node.y.spatial[axis])]
    if getattr(reach, "reads", reach) is Reads.WHOLE or _reads_all_along(reach, axis, axes):
        return [_union(inputs)] * _units(node.y, axis, axes)
    if len(inputs) == _units(node.y, axis, axes):
        return inputs
    return [inputs[0]] * _units(node.y, axis, axes)  # one unit, wherever it went


def _reads_all_along(reach: Reach, axis: int, axes: int) -> bool:
    """Whether each unit of a map reads all places along an axis behind the channels."""
    return isinstance(reach, Contracted) and len(reach.follows) == axes + 1 and reach.follows[axis + 1] is None


def _units(y: Tensor, axis: int, axes: int) -> int:
    return y.spatial[axis] if len(y.spatial) == axes else 1


def _through(inputs: Extents, window: Window, unit: int, gaps: bool) -> Extent:
    """What one unit sees through its window; `gaps` says that it may leave some out without saying which."""
    first, last = window_extent(window, unit)
    places = range(first, last + 1, window.gap)
    read = [window.input_at(place, len(inputs)) for place in places]
    inside = [inputs[place] for place in read if place is not None]
    cut = len(inside) < len(places)
    hull = _union(inside)
    if read != list(places) and not cut:
        hull = hull._replace(folded=True)
    if gaps and window.gap == 1 and (cut or hull.state != WHOLE or not _in_order(inside)):
        return hull._replace(state=AT_MOST)
    return hull._replace(state=max(hull.state, CLIPPED)) if cut else hull


def _in_order(units: Sequence[Extent]) -> bool:
    """Whether each sees something, and nothing before or behind what its neighbours see."""
    return all(
        one.first <= other.first and one.last <= other.last and other.first <= other.last
        for one, other in pairwise(units)
    )


def window_extent(window: Window, unit: int) -> tuple[int, int]:
    """The first and last input that a unit reads.

    >>> from cnncost.layers.base.window import Window
    >>> window_extent(Window(3, 2, -1), 4)
    (7, 9)
    """
    if window.phases:
        turn, phase = divmod(unit, len(window.phases))
        first, last = window.phases[phase]
        return first + turn * window.stride.numerator, last + turn * window.stride.numerator
    first = int(unit * window.stride + window.start)
    return first, first + window.size - 1


def _union(units: Sequence[Extent]) -> Extent:
    seen = [unit for unit in units if unit.first <= unit.last]
    state = max([unit.state for unit in units], default=WHOLE)
    folded = any(unit.folded for unit in units)
    if not seen:
        return _NOTHING._replace(state=state, folded=folded)
    return Extent(min([unit.first for unit in seen]), max([unit.last for unit in seen]), state, folded)
