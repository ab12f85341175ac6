"""Windows backwards: what an output reads where every input spreads a kernel over the output, and kernels overlap."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnncost.layers.base.window import MOST_PHASES, Window
from cnncost.symbolic.dims import ceil_div, effective_kernel

if TYPE_CHECKING:
    from cnncost.layers.base.sliding import Pairs

Sizes = tuple[int, ...]


def spread_windows(kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes) -> tuple[Window, ...]:
    """Windows of floor(d(k - 1) / s) + 1 inputs at most, step 1 / s; how many depends on the output's position.

    >>> spread_windows((2,), (2,), ((0, 0),), (1,))[0].phases  # kernels side by side: outputs 0 and 1 read input 0
    ((0, 0), (0, 0))
    """
    return tuple([_spread(*axis) for axis in zip(kernel, stride, padding, dilation, strict=True)])


def _spread(kernel: int, stride: int, padding: tuple[int, int], dilation: int) -> Window:
    """The window along one axis."""
    from fractions import Fraction  # only the networks that magnify pay for the import

    before, _ = padding
    phases = _inputs_by_phase(kernel, stride, before, dilation) if stride <= MOST_PHASES else ()
    extent = effective_kernel(kernel, dilation)
    size = max([last - first + 1 for first, last in phases], default=ceil_div(extent - 1, stride) + 1)
    center = Fraction(2 * before - extent + 1, 2 * stride)
    start = center - Fraction(size - 1, 2) if phases else Fraction(before - extent + 1, stride)
    return Window(size, Fraction(1, stride), start, phases, dilation // gcd(dilation, stride))


def _inputs_by_phase(kernel: int, stride: int, before: int, dilation: int) -> tuple[tuple[int, int], ...]:
    """The first and last input that an output of a transposed convolution sums over, for `stride` outputs in turn.

    Output o takes input i where o + p = i s + m d for some kernel element m < k: with g = gcd(d, s), where g divides
    o + p, these m lie s / g apart. Where there is none, between kernels that do not meet, the first lies behind the
    last.
    """
    divisor = gcd(dilation, stride)
    apart = stride // divisor
    inverse = pow(dilation // divisor, -1, apart)
    phases = []
    for position in range(before, before + stride):
        nearest = position // divisor * inverse % apart
        if position % divisor or nearest >= kernel:
            phases.append((position // stride + 1, position // stride))
            continue
        furthest = nearest + (kernel - 1 - nearest) // apart * apart
        phases.append(((position - furthest * dilation) // stride, (position - nearest * dilation) // stride))
    return tuple(phases)
