"""The largest number for which something that grows stays within a limit, in a few steps where it grows evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_EVEN_STEPS = 8
"""After so many steps it grows so unevenly that halves are surer."""


def largest(needed: Callable[[int], int], limit: int, most: int) -> int:
    """The largest number up to `most` that needs no more than `limit` while one more would need more; 0 for none.

    What is needed is close to a line, as a step's memory is over its batch: each guess is where the line through the
    last two points meets the limit, between what is known to fit and what is known not to.

    >>> asked = []
    >>> def needed(number):
    ...     asked.append(number)
    ...     return 1000 + 30 * number
    >>> largest(needed, 10_000, 10**9), asked
    (300, [1, 2, 300, 301])
    """
    fits, used = 1, needed(1)
    if used > limit:
        return 0
    exceeds = most + 1
    slope = 0
    for step in range(2 * most.bit_length() + _EVEN_STEPS):
        if exceeds - fits <= 1:
            break
        guess = fits + 1 if step == 0 else _guess(fits, exceeds, limit - used, slope, step)
        size = needed(guess)
        slope = max(0, size - used) // abs(guess - fits)
        if size <= limit:
            fits, used = guess, size
        else:
            exceeds = guess
    return fits


def _guess(fits: int, exceeds: int, left: int, slope: int, step: int) -> int:
    """What to try next, between two numbers that are not next to each other."""
    if step > _EVEN_STEPS and step % 2:
        return (fits + exceeds) // 2
    ahead = left // slope if slope else fits
    return min(exceeds - 1, fits + max(1, ahead))
