"""Convolutions and linear layers: products with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.operators.matrices.computed import convolved
from cnncost.importers.pytorch.operators.places.windows import has_windows, over_windows
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.pytorch.translation.call import Call


@operator("conv1d", "conv2d", "conv3d")
def conv(call: Call) -> Activation:
    """A convolution: its kernel is the shape of its weights."""
    weight, rank = call["weight"], len(call["weight"].shape) - 2
    stride, dilation = (_per_axis(call[name], rank) for name in ("stride", "dilation"))
    fields = {
        "out": weight.shape[0],
        "kernel": list(weight.shape[2:]),
        "stride": stride,
        "padding": _padding(call["padding"], weight.shape[2:], dilation),
        "dilation": dilation,
        "groups": call["groups"],
    }
    if isinstance(weight, Activation):
        return convolved(call, call.x, weight, fields)
    if call.batch.axis(call.x.shape) is None and call.x.shape[0] == 1:
        return with_weights(call, "conv", fields, weight, call["bias"], call.reshaped(call.x, call.x.shape[1:]))
    if has_windows(call):
        ones = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}
        fields |= {name: [one, *_per_axis(fields[name], rank)] for name, one in ones.items()}
    return with_weights(call, "conv", fields, weight, call["bias"])


@operator("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(call: Call) -> Activation:
    """A transposed convolution: the first axis of its weights is that of the input's channels."""
    weight, rank = _weight(call), len(call["weight"].shape) - 2
    fields: dict[str, Any] = {"out": weight.shape[1] * call["groups"], "kernel": list(weight.shape[2:])}
    for name in ("stride", "padding", "output_padding", "dilation"):
        fields[name] = _per_axis(call[name], rank)
    fields["groups"] = call["groups"]
    return with_weights(call, "conv_transpose", fields, weight, call["bias"])


@operator("linear")
def linear(call: Call) -> Activation:
    """A linear layer over the last axis."""
    weight = _weight(call)
    fields = {"out": weight.shape[0], **call.axis_field(call.x, -1)}
    return with_weights(call, "linear", fields, weight, call["bias"])


def with_weights(
    call: Call, keyword: str, fields: dict[str, Any], weight: Weight, bias: Weight | None, *reads: Activation
) -> Activation:
    """Add a layer that multiplies by weights, in the form that these have."""
    given = [weight] if bias is None else [weight, bias]
    if not any(tensor.parameters for tensor in given) and all(tensor.stored for tensor in given):
        fields["fixed"] = True
    elif weight.form:
        fields[weight.form] = True
    fields = {**fields, "bias": bias is not None}
    if keyword == "conv" and not reads and has_windows(call):
        return over_windows(call, keyword, fields, given)
    return call.layer(keyword, fields, *reads, weights=given)


def _weight(call: Call) -> Weight:
    weight = call["weight"]
    if not isinstance(weight, Weight):
        raise call.unsupported("its weights depend on the input")
    return weight


def _per_axis(value: int | Sequence[int], rank: int) -> list[int]:
    """A number for every axis: ATen repeats one that is given alone."""
    numbers = [value] if isinstance(value, int) else list(value)
    return numbers * rank if len(numbers) == 1 else numbers


def _padding(padding: str | int | Sequence[int], kernel: Sequence[int], dilation: Sequence[int]) -> list[Any]:
    """Zeros around the input; `same` adds one more behind than before where their number is odd."""
    if padding == "valid":
        return [0] * len(kernel)
    if padding == "same":
        around = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
        return [[total // 2, total - total // 2] for total in around]
    assert not isinstance(padding, str)
    return _per_axis(padding, len(kernel))
