"""What a device can do at most: the roof of the roofline (Williams et al. 2009), measured.

FLOP/s of one large matrix product, and bytes per second, read and written, of one large copy.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cnncost.measurement.outcome import is_out_of_memory
from cnncost.measurement.timing import repeat
from cnncost.pytorch.importing import import_torch
from cnncost.validation import Fraction, Positive, Record

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG_ENOUGH = 0.01
"""Seconds: sizes are doubled until one repetition takes as long, so that starting it is not what is measured."""

_SECONDS = 0.15
"""Time budget for the repetitions at each size."""

_MATRIX_SIZES = (256, 512, 1024, 2048, 4096, 8192, 16384)
_COPY_BYTES = tuple(2**power for power in range(25, 31))
"""From 32 MiB, more than most caches hold, to 1 GiB."""


class Rates(Record):
    """The rates at which something was done, and their shares of the ceilings."""

    flops_per_second: Fraction | None
    """FLOPs by the report's convention; null where it predicts none"""
    bytes_per_second: Fraction | None
    """bytes if every layer reads its inputs and weights and writes its output once; null where none are predicted"""
    flops_share: Fraction | None
    """of the FLOPs per second that the device can do"""
    bytes_share: Fraction | None
    """of the bytes per second that the device can move; above 1 where some stayed in a cache"""


class Ceilings(Record):
    """The roof of a device, in one number format."""

    flops_per_second: Fraction
    """of a product of two square matrices of n x n numbers, which takes 2 n^3 FLOPs"""
    matrix_size: Positive
    """the n of these matrices"""
    bytes_per_second: Fraction
    """of a copy, each byte read once and written once"""
    copy_bytes: Positive
    """bytes that were copied"""

    def achieved(self, seconds: float, flops: int | None, traffic_bytes: int | None) -> Rates:
        """The rates at which so much was done in so many seconds, and their shares of the ceilings.

        >>> roof = Ceilings(flops_per_second=1e12, matrix_size=1024, bytes_per_second=1e11, copy_bytes=2**25)
        >>> roof.achieved(0.5, 10**11, None).flops_share
        0.2
        """
        return Rates(
            flops_per_second=_rate(flops, seconds),
            bytes_per_second=_rate(traffic_bytes, seconds),
            flops_share=_rate(flops, seconds * self.flops_per_second),
            bytes_share=_rate(traffic_bytes, seconds * self.bytes_per_second),
        )

    def raised_to(self, other: Ceilings) -> Ceilings:
        """The higher of each: what the device did once, it can do."""
        faster = max(self, other, key=lambda each: each.flops_per_second)
        wider = max(self, other, key=lambda each: each.bytes_per_second)
        return Ceilings(
            flops_per_second=faster.flops_per_second,
            matrix_size=faster.matrix_size,
            bytes_per_second=wider.bytes_per_second,
            copy_bytes=wider.copy_bytes,
        )


def _rate(amount: int | None, seconds: float) -> float | None:
    return None if amount is None or not seconds else amount / seconds


@cache
def ceilings(device: str, dtype: str) -> Ceilings:
    """The ceilings of a device, measured once: takes well under a second.

    Args:
        device: as PyTorch calls it.
        dtype: of the matrices; whether float32 may be TF32 is up to the conditions that this is called under.
    """
    return measure_ceilings(device, dtype)


def measure_ceilings(device: str, dtype: str, clock: Callable[[], float] | None = None) -> Ceilings:
    """The ceilings of a device as they are now; a device that does something else besides shows lower ones.

    Args:
        device: as :func:`ceilings` takes it.
        dtype: so, too.
        clock: of a CPU, in seconds; the time of the day unless it is said.
    """
    torch = import_torch()
    number = torch.float32 if dtype == "tf32" else getattr(torch, dtype)

    def product(size: int) -> Callable[[], object]:
        a, b = torch.randn(2, size, size, device=device).to(number)
        c = torch.empty_like(a)
        return lambda: torch.mm(a, b, out=c)

    def copy(count: int) -> Callable[[], object]:
        source = torch.zeros(count, dtype=torch.uint8, device=device)
        target = torch.ones_like(source)
        return lambda: target.copy_(source)

    with torch.inference_mode():
        size, product_seconds = _largest(product, _MATRIX_SIZES, device, clock)
        count, copy_seconds = _largest(copy, _COPY_BYTES, device, clock)
    return Ceilings(
        flops_per_second=2 * size**3 / product_seconds,
        matrix_size=size,
        bytes_per_second=2 * count / copy_seconds,
        copy_bytes=count,
    )


def _largest(
    make: Callable[[int], Callable[[], object]], sizes: tuple[int, ...], device: str, clock: Callable[[], float] | None
) -> tuple[int, float]:
    """The first size that takes long enough, or the last that fits, and its median time in seconds."""
    best: tuple[int, float] | None = None
    for size in sizes:
        try:
            best = size, repeat(make(size), device, _SECONDS, clock).median_seconds
        except Exception as error:
            if best is None or not is_out_of_memory(error):
                raise
            break
        if best[1] >= _LONG_ENOUGH:
            break
    if best is None:
        raise ValueError("there are no sizes to try")
    return best
