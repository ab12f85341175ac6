"""Names beside marks that cover neither each other nor another mark; at the end of a line where they are far away."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.svg.lettering import width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_GAP = 7
"""From the middle of a mark to a name beside it."""
_FAR = (18, 30, 44, 60, 78, 100, 130)
"""How far away a name may be, where there is no room beside the mark."""
_DIRECTIONS = 16
_MOST_DOTS = 500
"""Among more dots than these there is no place without one."""


class Box(NamedTuple):
    """A rectangle, from its upper left to its lower right corner."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Whether they have a point in common.

        >>> Box(0, 0, 2, 2).touches(Box(1, 1, 3, 3)), Box(0, 0, 2, 2).touches(Box(3, 0, 4, 2))
        (True, False)
        """
        apart = self.right < other.left or other.right < self.left or self.bottom < other.top or other.bottom < self.top
        return not apart

    def within(self, other: Box) -> bool:
        """Whether all of it lies in another one."""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom


class Label(NamedTuple):
    """A name at its place."""

    text: str
    """The name."""
    box: Box
    """What it covers."""
    line: tuple[float, float] | None = None
    """Where a line from its mark ends, for one that is away from it."""


def place_labels(
    marks: Sequence[tuple[float, float, str]], room: Box, size: float, *, dots: Sequence[tuple[float, float]] = ()
) -> list[Label | None]:
    """A place for the name of each mark, and nothing where there is none; the first ones choose first.

    Args:
        marks: where they are, and their names.
        room: where names may be.
        size: of the letters.
        dots: other marks, which a name had better not cover.
    """
    taken = [Box(x - 5, y - 5, x + 5, y + 5) for x, y, _ in marks]
    spots = [Box(x - 2, y - 2, x + 2, y + 2) for x, y in dots[:_MOST_DOTS]] if len(dots) <= _MOST_DOTS else []
    found: list[Label | None] = []
    for place, (x, y, name) in enumerate(marks):
        others = taken[:place] + taken[place + 1 :]
        label = _free(_beside(x, y, name, size), room, others + spots, (x, y))
        label = label or _free(_beside(x, y, name, size), room, others, (x, y))
        label = label or _free(_around(x, y, name, size), room, taken, (x, y))
        found.append(label)
        if label is not None:
            taken += [label.box, *_along((x, y), label.line)]
    return found


def _free(labels: Iterable[Label], room: Box, taken: Sequence[Box], mark: tuple[float, float]) -> Label | None:
    """The first label that lies in the room and touches nothing, nor does its line."""
    for label in labels:
        if label.box.within(room) and not any(label.box.touches(box) for box in taken):
            own = Box(mark[0] - 6, mark[1] - 6, mark[0] + 6, mark[1] + 6)
            steps = [step for step in _along(mark, label.line) if not step.touches(own)]
            if not any(step.touches(box) for step in steps for box in taken):
                return label
    return None


def _beside(x: float, y: float, name: str, size: float) -> Iterator[Label]:
    """Next to the mark, in the order of how well that reads."""
    width, height = width_of(name, size), 1.2 * size
    right, left, middle = x + _GAP, x - _GAP - width, x - width / 2
    above, level, below = y - 3 - height, y - height / 2, y + 3
    for start, top in (
        *((right, above), (right, level), (right, below), (left, above), (left, level), (left, below)),
        *((middle, y - _GAP - height), (middle, y + _GAP)),
    ):
        yield Label(name, Box(start, top, start + width, top + height))


def _around(x: float, y: float, name: str, size: float) -> Iterator[Label]:
    """Further away in every direction, the nearest first, at the end of a line."""
    width, height = width_of(name, size), 1.2 * size
    for distance in _FAR:
        for turn in range(_DIRECTIONS):
            across, down = cos(2 * pi * turn / _DIRECTIONS), -sin(2 * pi * turn / _DIRECTIONS)
            end_x, end_y = x + distance * across, y + distance * down
            start = end_x if across > 0.3 else end_x - width if across < -0.3 else end_x - width / 2
            top = end_y - height / 2 if abs(across) > 0.3 else end_y - height if down < 0 else end_y
            yield Label(name, Box(start, top, start + width, top + height), (end_x, end_y))


def _along(mark: tuple[float, float], end: tuple[float, float] | None) -> list[Box]:
    """Small boxes along the line from a mark to its name, but for the end."""
    if end is None:
        return []
    (x, y), across, down = mark, end[0] - mark[0], end[1] - mark[1]
    steps = max(2, int(hypot(across, down) / 4))
    places = [(x + across * step / steps, y + down * step / steps) for step in range(1, steps)]
    return [Box(left - 1, top - 1, left + 1, top + 1) for left, top in places]
