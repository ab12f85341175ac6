"""The Pareto frontier: the points that no other point is better than, in all that counts.

By divide and conquer (Kung, Luccio & Preparata 1975, "On finding the maxima of a set of vectors"): in lexicographic
order a point can be dominated only by one before it, so that the better half is found first, and the other half
compared with it in one dimension less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.spaces.expressions.arrays import Array

_SMALL = 128
"""Points that are compared with each other at once."""
_PAIRS = 1 << 22
"""Pairs that are compared at once."""
_SAMPLE = 2000
"""Points among which scouts are looked for."""
_SCOUTS = 64
"""Points that others are compared with first, since they dominate most of them."""


def frontier(costs: Sequence[Array]) -> Array:
    """Which points no other one dominates: none is as good in every cost, and better in one.

    Args:
        costs: an array of numbers for each objective, of which less is better.

    Returns:
        a truth for each point; of points that are equal in every cost, all are on the frontier or none.

    >>> import numpy as np
    >>> frontier([np.array([1, 2, 2, 3]), np.array([5, 3, 4, 3])]).tolist()
    [True, True, False, False]
    """
    import numpy as np

    mask = np.zeros(len(costs[0]), dtype=bool)
    left = _scouted(costs)
    mask[left] = _unlike_maxima([cost[left] for cost in costs])
    return mask


def _scouted(costs: Sequence[Array]) -> Array:
    """The places of points that a few good ones do not dominate: of a million, a few thousand are usually left."""
    import numpy as np

    count = len(costs[0])
    left = np.arange(count)
    if count <= _SAMPLE:
        return left
    sample = left[:: count // _SAMPLE]
    best = sample[_unlike_maxima([cost[sample] for cost in costs])]
    for scout in best[:: len(best) // _SCOUTS + 1]:
        here = [(cost[left], cost[scout]) for cost in costs]
        no_better = np.logical_and.reduce([others >= own for others, own in here])
        worse = np.logical_or.reduce([others > own for others, own in here])
        left = left[~(no_better & worse)]
    return left


def _unlike_maxima(costs: Sequence[Array]) -> Array:
    """Which points no other one dominates, equal ones among them."""
    import numpy as np

    count = len(costs[0])
    if count == 0:
        return np.zeros(0, dtype=bool)
    ranks = np.stack([np.unique(cost, return_inverse=True)[1].astype("int64") for cost in costs], axis=1)
    order = np.lexsort(ranks.T[::-1])
    in_order = ranks[order]
    is_new = np.ones(count, dtype=bool)
    is_new[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    mask = np.zeros(count, dtype=bool)
    mask[order] = _maxima(in_order[is_new])[np.cumsum(is_new) - 1]
    return mask


def _maxima(rows: Array) -> Array:
    """Which rows no other dominates; they are unlike each other, and in lexicographic order."""
    import numpy as np

    count, costs = rows.shape
    if costs == 1:
        return np.arange(count) == 0
    if costs == 2:
        lowest = np.minimum.accumulate(rows[:, 1])
        return np.concatenate([[True], rows[1:, 1] < lowest[:-1]])
    if count <= _SMALL:
        return ~(_at_most(rows, rows) & ~np.eye(count, dtype=bool)).any(axis=0)
    half = count // 2
    first, second = _maxima(rows[:half]), _maxima(rows[half:])
    challenged = rows[half:][second]
    second[second] = ~dominated(rows[:half][first][:, 1:], challenged[:, 1:])
    return np.concatenate([first, second])


def dominated(better: Array, rows: Array) -> Array:
    """For which rows there is a better one that is at most as large in every column.

    >>> import numpy as np
    >>> dominated(np.array([[1, 4], [2, 2]]), np.array([[2, 3], [1, 3], [1, 4]])).tolist()
    [True, False, True]
    """
    import numpy as np

    if len(better) == 0 or len(rows) == 0:
        return np.zeros(len(rows), dtype=bool)
    if rows.shape[1] == 1:
        return rows[:, 0] >= better[:, 0].min()
    if rows.shape[1] == 2:
        return _dominated_in_a_plane(better, rows)
    if len(better) * len(rows) <= _PAIRS // rows.shape[1]:
        return _at_most(better, rows).any(axis=0)
    return _dominated_by_halves(better, rows)


def _dominated_in_a_plane(better: Array, rows: Array) -> Array:
    """By a sweep: of all that are at most as large in one column, the smallest in the other decides."""
    import numpy as np

    order = np.argsort(better[:, 0], kind="stable")
    lowest = np.minimum.accumulate(better[order, 1])
    place = np.searchsorted(better[order, 0], rows[:, 0], side="right") - 1
    return (place >= 0) & (lowest[np.maximum(place, 0)] <= rows[:, 1])


def _dominated_by_halves(better: Array, rows: Array) -> Array:
    """Parted at the middle of the first column: across it, that column is decided, and falls away."""
    import numpy as np

    both = np.concatenate([better[:, 0], rows[:, 0]])
    middle = np.partition(both, len(both) // 2)[len(both) // 2]
    if middle == both.max():
        middle -= 1
        if middle < both.min():  # the column is the same everywhere
            return dominated(better[:, 1:], rows[:, 1:])
    low, high = rows[:, 0] <= middle, better[:, 0] <= middle
    found = np.zeros(len(rows), dtype=bool)
    found[low] = dominated(better[high], rows[low])
    found[~low] = dominated(better[~high], rows[~low]) | dominated(better[high][:, 1:], rows[~low][:, 1:])
    return found


def _at_most(first: Array, second: Array) -> Array:
    """Whether a row of the first is at most one of the second in every column, for all pairs."""
    import numpy as np

    result = np.ones((len(first), len(second)), dtype=bool)
    for column in range(first.shape[1]):
        result &= first[:, None, column] <= second[None, :, column]
    return result
