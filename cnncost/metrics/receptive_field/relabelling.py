"""Reshapes and permutations of digits: cut where a new dimension ends, put into order, and laid side by side again."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncost.metrics.receptive_field.digits import Digit, Dimension, merged

if TYPE_CHECKING:
    from collections.abc import Sequence


def relabelled(
    dimensions: Sequence[Dimension], sizes: Sequence[int], cut: Sequence[int], order: Sequence[int], out: Sequence[int]
) -> tuple[Dimension, ...] | None:
    """The dimensions of a tensor whose elements were cut into axes, put in order, and laid out in other dimensions.

    Args:
        dimensions: those of the tensor.
        sizes: how many units each has.
        cut: sizes of the axes that it is cut into.
        order: which of them comes first, second, ...
        out: sizes of the dimensions that are made of them.

    Returns:
        ``None`` where an axis would have to be cut at uneven places.
    """
    row = [digit for dimension, size in zip(dimensions, sizes, strict=True) for digit in complete(dimension, size)]
    axes = _grouped(row, cut)
    if axes is None:
        return None
    laid = _grouped([digit for axis in order for digit in axes[axis]], out)
    return None if laid is None else tuple([_simplified(dimension) for dimension in laid])


def complete(dimension: Dimension, size: int) -> Dimension:
    """The digits with the innermost, that may have been left out."""
    missing = size // prod(digit.values for digit in dimension)
    return dimension if missing == 1 else (*dimension, Digit(None, missing))


def _grouped(row: Sequence[Digit], sizes: Sequence[int]) -> list[Dimension] | None:
    """The digits in a row as dimensions of these sizes, cut where one ends within them."""
    rest, groups = list(reversed(row)), []
    for size in sizes:
        group, missing = [], size
        while missing > 1:
            digit = rest.pop()
            if missing % digit.values == 0:
                missing //= digit.values
            elif digit.values % missing == 0 and len(digit.tracks) <= 1:
                digit, inner = digit.split(digit.values // missing)
                rest.append(inner)
                missing = 1
            else:
                return None
            group.append(digit)
        groups.append(tuple(group))
    if rest and groups:  # what is the same for all units may stand anywhere
        groups[-1] += tuple(reversed(rest))
    return groups


def _simplified(dimension: Dimension) -> Dimension:
    """The same in as few digits as there may be."""
    digits: list[Digit] = []
    for digit in dimension:
        if digit.axis is None and digit.values == 1:
            continue
        together = _continued(digits[-1], digit) if digits else None
        if together is None:
            digits.append(digit)
        else:
            digits[-1] = together
    return tuple(digits)


def _continued(outer: Digit, inner: Digit) -> Digit | None:
    """Two digits of which the inner one goes on where the outer one has got to."""
    if outer.axis != inner.axis or outer.values == 1 or inner.values == 1:
        return None
    if outer.axis is None:
        return Digit(None, outer.values * inner.values)
    if len(outer.tracks) > 1 or len(inner.tracks) > 1:
        return None
    (rows,), (row,) = outer.tracks, inner.tracks
    steady = rows.period == 1 and inner.values % row.period == 0
    return merged(outer, inner) if steady and rows.step * row.period == row.step * inner.values else None
