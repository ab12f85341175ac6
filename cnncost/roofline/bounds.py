"""What a step takes at the least on a card of which nothing but the datasheet is known.

A kernel takes no less than its operations at the printed rate, and no less than its bytes at the printed bandwidth
(Williams et al. 2009): what a card really reaches of either, and what launching a kernel takes, no datasheet says. So
the sum is a bound, and no prediction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.roofline.assembly import TimedKernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.devices import Device
    from cnncost.roofline.kernels import Kernel

_ON_MATRIX_UNITS = ("convolution", "addmm", "bmm", "mv", "RNN", "LSTM", "GRU", "scaled_dot_product_attention")
"""Operations whose multiply-accumulates matrix units do."""

_SAME_RATE = {"float16": "bfloat16", "bfloat16": "float16"}
"""Formats that matrix units multiply at one rate where sums are float32s: NVIDIA's datasheets print one for both."""


def timed_at_least(kernels: Sequence[Kernel], card: Device, *, tf32: bool = False) -> list[TimedKernel]:
    """The least time of every kernel.

    Args:
        kernels: what runs.
        card: the card.
        tf32: whether products of float32 numbers are computed in TF32.

    Raises:
        SpecError: not even the card's bandwidth is known.
    """
    if card.bandwidth is None:
        raise SpecError(
            f"how fast the memory of an {card.title} is, is not known",
            hint="`cnncost calibrate` measures a device that you have",
        )
    return [_timed(kernel, card, card.bandwidth, tf32) for kernel in kernels]


def peak_of(card: Device, number_format: str) -> float | None:
    """Operations in a second of products in a number format; ``None`` where that was not read.

    >>> from cnncost.devices import device
    >>> peak_of(device("rtx4090"), "float16"), peak_of(device("h200"), "float32")
    (165200000000000.0, None)
    """
    name = peak_name(card, number_format)
    return None if name is None else card.peaks[name]


def peak_name(card: Device, number_format: str) -> str | None:
    """The number format whose printed rate is that of another one, or the same; ``None`` where neither was read."""
    known = (number_format, _SAME_RATE.get(number_format))
    return next((name for name in known if name in card.peaks), None)


def _timed(kernel: Kernel, card: Device, bandwidth: int, tf32: bool) -> TimedKernel:
    moving = kernel.bytes / bandwidth
    peak = rate_of(kernel, card, tf32=tf32)
    computing = 0.0 if peak is None else fewest_flops(kernel, tf32=tf32) / peak
    return TimedKernel(kernel, max(computing, moving), "compute" if computing > moving else "bandwidth")


def rate_of(kernel: Kernel, card: Device, *, tf32: bool) -> float | None:
    """The most operations in a second of a kernel; ``None`` where it is no product, or its rate was not read."""
    if kernel.operation not in _ON_MATRIX_UNITS:
        return None
    return peak_of(card, "tf32" if tf32 and kernel.dtype == "float32" else kernel.dtype)


def fewest_flops(kernel: Kernel, *, tf32: bool) -> float:
    """The operations that a kernel cannot do without: float32 convolutions may be computed by other algorithms.

    Libraries choose among direct convolution, Winograd's and Fourier's where numbers are float32s; products of lower
    precision are left to matrix units, as they are.
    """
    if kernel.call is None or kernel.dtype != "float32" or tf32:
        return kernel.flops
    from cnncost.algorithms import ALGORITHMS
    from cnncost.layers.contractions.conv import Conv

    call = kernel.call
    if not isinstance(call.layer, Conv):
        return kernel.flops
    counts = [
        each.multiplications(call, **each.sizes(call))
        for each in ALGORITHMS.values()
        if each.refusal(call.layer, call.x) is None
    ]
    return min([kernel.flops, *[2 * count for count in counts]])
