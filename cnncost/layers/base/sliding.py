"""What layers with sliding windows share: their padding, their windows, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.window import Window
from cnncost.symbolic.dims import effective_kernel, same_padding

if TYPE_CHECKING:
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

Pairs = tuple[tuple[int, int], ...]
"""Padding before and after each axis."""


def pads(layer: Any, x: Tensor) -> Pairs:
    """Padding before and after each axis of a windowed layer, `same` resolved for the input `x`."""
    if layer.padding != "same":
        return tuple(layer.padding)
    return tuple(
        same_padding(size, kernel, stride, dilation)
        for size, kernel, stride, dilation in zip(x.spatial, layer.kernel, layer.stride, layer.dilation, strict=True)
    )


def check_rank(layer: Layer, x: Tensor) -> None:
    """Refuse a map without spatial axes, or with more than PyTorch's layers take."""
    if not 1 <= len(x.spatial) <= 3:
        raise LayerError(f"`{layer.keyword}` works on 1 to 3 spatial axes, and its input {x} has {len(x.spatial)}")


def check_windows(layer: Any, x: Tensor, *, ceil: bool = False) -> None:
    """Refuse a window that is larger than its padded input; in ceiling mode it may hang over by less than a stride."""
    for axis, (size, (before, after)) in enumerate(zip(x.spatial, pads(layer, x), strict=True)):
        extent = effective_kernel(layer.kernel[axis], layer.dilation[axis])
        overhang = layer.stride[axis] - 1 if ceil else 0
        if extent > size + before + after + overhang:
            padded = f" padded to {size + before + after}" if before + after else ""
            dilated = f" (dilated from {layer.kernel[axis]})" if layer.dilation[axis] > 1 else ""
            raise LayerError(
                f"kernel of {extent}{dilated} is larger than its input of {size}{padded}",
                field="kernel",
                hint=f"the input is {x}",
            )


def check_padding(kernels: tuple[int, ...], padding: Pairs) -> None:
    """Refuse padding beyond half the kernel, as PyTorch does: a window might see nothing else."""
    for kernel, sides in zip(kernels, padding, strict=True):
        if 2 * max(sides) > kernel:
            raise LayerError(f"padding of {max(sides)} is more than half the kernel of {kernel}", field="padding")


def sliding_windows(layer: Any, x: Tensor, beyond: str = "zeros") -> tuple[Window, ...]:
    """The windows of a convolution or pool: size d(k - 1) + 1, stride s, start -p; `beyond` is what padding holds."""
    return tuple(
        Window(effective_kernel(kernel, dilation), stride, -before, gap=dilation, beyond=beyond)
        for kernel, stride, dilation, (before, _) in zip(
            layer.kernel, layer.stride, layer.dilation, pads(layer, x), strict=True
        )
    )


PADDING_MODULES = {"reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "CircularPad"}
"""PyTorch's modules for padding that takes what it holds from the input, by what its convolutions call it."""


def check_taken_from_input(x: Tensor, padding: Pairs, mode: str, field: str) -> None:
    """Refuse padding that would take more from the input than is there; `field` is that of the padding."""
    for size, sides in zip(x.spatial, padding, strict=True):
        most = {"reflect": size - 1, "circular": size}.get(mode, max(sides))
        if max(sides) > most:
            raise LayerError(
                f"`{mode}` padding of {max(sides)} takes at most {most} of the input's size of {size}",
                field=field,
                hint=f"the input is {x}",
            )


def constant_pad(nn: Any, before_and_after: Pairs, value: float) -> Any:
    """PyTorch's padding module, which takes the last axis first."""
    return getattr(nn, f"ConstantPad{len(before_and_after)}d")(_last_first(before_and_after), value)


def pad_module(nn: Any, before_and_after: Pairs, mode: str) -> Any:
    """PyTorch's padding module of a mode: zeros, or what is taken from the input."""
    if mode not in PADDING_MODULES:
        return constant_pad(nn, before_and_after, 0.0)
    return getattr(nn, f"{PADDING_MODULES[mode]}{len(before_and_after)}d")(_last_first(before_and_after))


def _last_first(before_and_after: Pairs) -> tuple[int, ...]:
    return tuple([side for pair in reversed(before_and_after) for side in pair])
