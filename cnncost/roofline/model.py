"""The time of a kernel: a formula with a few coefficients for each kind.

It is the roofline (Williams et al. 2009) with what keeps kernels below it: they take some time however little they do;
products of matrices are computed in whole tiles by so many units at once, so that the last of them may leave most units
idle; tensors that fit in the cache are moved faster. More work never takes less time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple
from cnncost.roofline.products import WEIGHT_GRADIENT
from cnncost.symbolic.dims import ceil_div, product

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.devices.latency import Coefficients, LatencyProfile
    from cnncost.roofline.kernels import Kernel

_VECTOR = 4
"""Numbers that are moved at once."""
_CHANNELS = 8
"""Channels that are read at once where they lie side by side, of sixteen bits each."""


class Work(NamedTuple):
    """What the time of a kernel depends on: numbers, or arrays of those of several kernels."""

    flops: Any
    bytes: Any
    launches: Any = 1
    """Kernels that run one after the other: groups of channels, where each is one of its own."""
    count: Any = 0
    """Products that run at once; 0 where it is none."""
    rows: Any = 0
    columns: Any = 0
    depth: Any = 0
    splits: Any = False
    """Whether units without a tile take part of the depth: for gradients of weights it is all positions."""
    aligned: Any = True
    """Whether what lies side by side can be moved in whole vectors."""


def work_of(kernel: Kernel, coefficients: Coefficients) -> Work:
    """What the time of a kernel depends on, with what coefficients say of groups and of channels."""
    aligned = kernel.channels_last or kernel.positions % _VECTOR == 0
    if kernel.product is None:
        return Work(kernel.flops, kernel.bytes, aligned=aligned)
    count, rows, columns, depth = kernel.product
    aligned = not kernel.channels_last or _channels_are_aligned(kernel)
    depth = _whole_grains(kernel, depth, coefficients.grain)
    launches = 1
    if coefficients.separate:
        launches, count = count, 1
    splits = kernel.direction == WEIGHT_GRADIENT
    return Work(kernel.flops, kernel.bytes, launches, count, rows, columns, depth, splits, aligned)


def _channels_are_aligned(kernel: Kernel) -> bool:
    """Whether the channels of each position, which lie side by side, can be read as whole vectors."""
    call = kernel.call
    return call is None or not (call.x.channels % _CHANNELS or call.y.channels % _CHANNELS)


def _whole_grains(kernel: Kernel, depth: int, grain: int) -> int:
    """The depth with the channels of each element of the kernel rounded up: not where positions are summed over."""
    if kernel.call is None or grain == 1 or kernel.direction == WEIGHT_GRADIENT:
        return depth
    taps = product(kernel.call.layer.kernel)
    return ceil_div(depth // taps, grain) * grain * taps


def seconds(
    work: Work,
    c: Coefficients,
    device: LatencyProfile,
    larger: Callable[..., Any] = max,
    smaller: Callable[..., Any] = min,
) -> Any:
    """The time of a kernel, or of several of one kind.

    Args:
        work: what it does.
        c: the coefficients of its kind.
        device: what it runs on.
        larger: the larger of two numbers, or of two arrays element by element.
        smaller: the smaller of two.
    """
    moving = moving_seconds(work, c, device, larger, smaller)
    computing = computing_seconds(work, c, device, larger, smaller)
    return c.launch * work.launches + (larger(moving, computing) if c.tiles else moving + computing)


def computing_seconds(
    work: Work,
    c: Coefficients,
    device: LatencyProfile,
    larger: Callable[..., Any] = max,
    smaller: Callable[..., Any] = min,
) -> Any:
    """The time that it computes."""
    if not c.rate:
        return 0.0 * work.flops
    if not c.tiles:
        return work.flops / c.rate
    best = None
    for high, wide in c.tiles:
        tiles = work.count * ceil_div(work.rows, high) * ceil_div(work.columns, wide)
        waves = ceil_div(tiles, device.units)
        parts = 1 + work.splits * (larger(1, device.units // tiles) - 1)
        each = 2 * high * wide * device.units / c.rate + (high + wide) * c.load
        taken = work.launches * ceil_div(work.depth, parts) * (c.step + waves * each)
        best = taken if best is None else smaller(best, taken)
    return best


def moving_seconds(
    work: Work,
    c: Coefficients,
    device: LatencyProfile,
    larger: Callable[..., Any] = max,
    smaller: Callable[..., Any] = min,
) -> Any:
    """The time that it reads and writes."""
    if not c.bandwidth:
        return 0.0 * work.bytes
    if c.unaligned:
        fast = work.aligned * 1.0
        rate = 1 / (fast / c.bandwidth + (1 - fast) / c.unaligned)
    else:
        rate = c.bandwidth
    if not c.cached:
        return work.bytes / rate
    inside = smaller(work.bytes, device.cache_bytes)
    return inside / larger(rate, c.cached) + (work.bytes - inside) / rate
