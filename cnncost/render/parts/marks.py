"""What is drawn of things that cost: which of them are on the frontier, and which have no place on the axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.plot import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    Item = tuple[str, int | float | None, int | float | None]


def marked(items: Sequence[Item], *, most_upwards: bool) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Points for what has both figures, above 0; and the names of the others.

    Args:
        items: the name of each, what it costs across, and what it costs or reaches upwards.
        most_upwards: whether more is better upwards; if not, less is. Across, less is.

    >>> points, missing = marked([("a", 1, 70), ("b", 2, 60), ("c", 3, 80), ("d", None, 9)], most_upwards=True)
    >>> [point.name for point in points if point.is_best], missing
    (['a', 'c'], ('d',))
    """
    known = [(name, x, y) for name, x, y in items if x is not None and y is not None and x > 0 and y > 0]
    sign = -1 if most_upwards else 1
    costs = [(x, sign * y) for _, x, y in known]
    points = [Point(x, y, name, not _is_matched(cost, costs)) for (name, x, y), cost in zip(known, costs, strict=True)]
    drawn = {name for name, _, _ in known}
    return tuple(points), tuple([name for name, _, _ in items if name not in drawn])


def _is_matched(cost: tuple[float, float], costs: Sequence[tuple[float, float]]) -> bool:
    """Whether another one is as good in both, and better in one."""
    return any(other[0] <= cost[0] and other[1] <= cost[1] and other != cost for other in costs)
