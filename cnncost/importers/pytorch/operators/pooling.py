"""Pooling over windows and over bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(call: Call) -> Activation:
    """A maximum over windows."""
    kernel = _sizes(call["kernel_size"])
    return call.layer(
        "maxpool",
        {
            "kernel": kernel,
            "stride": _sizes(call["stride"]) or kernel,
            "padding": _sizes(call["padding"]),
            "dilation": _sizes(call["dilation"]),
            "ceil": call["ceil_mode"],
        },
    )


@operator("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(call: Call) -> Activation:
    """A mean over windows."""
    if call.get("divisor_override") is not None:
        raise call.unsupported("it divides by a number of its own")
    kernel = _sizes(call["kernel_size"])
    return call.layer(
        "avgpool",
        {
            "kernel": kernel,
            "stride": _sizes(call["stride"]) or kernel,
            "padding": _sizes(call["padding"]),
            "ceil": call["ceil_mode"],
            "count_include_pad": call["count_include_pad"],
        },
    )


@operator("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_avg_pool(call: Call) -> Activation:
    """A mean over bins; over all positions where there is one."""
    return _adaptive(call, "avgpool")


@operator("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_max_pool(call: Call) -> list[Activation]:
    """A maximum over bins; where it is from is not read by any layer."""
    return [_adaptive(call, "maxpool")]


def _adaptive(call: Call, pool: str) -> Activation:
    bins = call.shape[2:]
    if set(bins) == {1}:
        return call.layer(f"global_{pool}", {})
    return call.layer(f"adaptive_{pool}", {"size": list(bins)})


def _sizes(value: list[int] | int) -> list[int] | int:
    """One number for all axes, or one for each."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else value
