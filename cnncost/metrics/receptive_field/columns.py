"""What units see that hold the elements of windows, and those of maps that windows were put back into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Relabelling, Window
from cnncost.metrics.receptive_field.digits import Digit, bounded, line_of, moves, over
from cnncost.metrics.receptive_field.relabelling import relabelled
from cnncost.metrics.receptive_field.through import Reading, through
from cnncost.metrics.receptive_field.unit_fields import UnitFields, moved
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.layers.base.window import Folded, Unfolded
    from cnncost.metrics.receptive_field.digits import Dimension


def unfolded(field: UnitFields, reach: Unfolded, x: Tensor, y: Tensor) -> UnitFields:
    """The fields of units that lie in windows in a row: each walks with its window, and with its place in that.

    Where the units of an axis do not lie evenly, each sees as much as one of them, and it is not known which.
    """
    if field.dimensions is None:
        return field
    axes = zip(field.dimensions[1:], reach.windows, reach.kernel, reach.counts, strict=True) if field.placed else ()
    positions = [_two_digits(*axis) for axis in axes]
    known = [dimension for dimension in positions if dimension is not None]
    if not field.placed or len(known) < len(positions):
        return field._replace(placed=False, exact=False, channels_aligned=False)
    rank = len(known)
    pairs = [size for axis in zip(reach.counts, reach.kernel, strict=True) for size in axis]
    order = (0, *range(2, 2 + 2 * rank, 2), *range(1, 1 + 2 * rank, 2))
    laid = Tensor(x.channels, tuple([c * k for c, k in zip(reach.counts, reach.kernel, strict=True)]))
    spread = field._replace(dimensions=(field.dimensions[0], *known))
    return moved(spread, Relabelling((x.channels, *pairs), order), laid, y)


def _two_digits(dimension: Dimension, window: Window, elements: int, count: int) -> Dimension | None:
    """A dimension as so many windows of so many elements; ``None`` where its units do not lie evenly along a line."""
    line = dimension[0] if len(dimension) == 1 else line_of(dimension)
    if line is None:
        return None
    if line.axis is None:
        return (*over(dimension), Digit(None, count), Digit(None, elements))
    if len(line.tracks) > 1 or line.tracks[0].period > 1:
        return None
    (track,) = line.tracks
    rest = tuple([digit for digit in dimension if digit.axis is not None and digit.values == 1 and digit is not line])
    walk = track.through(Window(1, window.stride, window.start))
    steps = track._replace(step=track.step * window.gap, firsts=(0,), lasts=(0,))
    return (*rest, Digit(line.axis, count, (walk,)), Digit(line.axis, elements, (steps,)))


def folded(field: UnitFields, reach: Folded, y: Tensor, source: Tensor) -> UnitFields:
    """The fields of units that add elements of several windows: a bound where those of one window see unlike places."""
    if field.dimensions is None:
        return field
    elements = product(reach.kernel)
    sizes = (y.channels, elements, *reach.counts)
    row = (y.channels * elements, product(reach.counts))
    axes = relabelled(field.dimensions, row, sizes, range(len(sizes)), sizes) if field.placed else None
    if axes is None:
        seen = tuple([digit for dimension in field.dimensions for digit in bounded(dimension)])
        return field._replace(dimensions=(seen, *[()] * len(y.spatial)), placed=True, exact=False)
    channels, taps, *positions = axes
    alike = not moves([taps])
    within = over(taps) if alike else bounded(taps)
    dimensions = ((*channels, *within), *positions)
    read = field._replace(dimensions=dimensions, exact=field.exact and alike)
    return through(read, Reading(reach.windows, y.channels, Tensor(y.channels, reach.counts), y, source))
