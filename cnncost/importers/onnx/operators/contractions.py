"""Convolutions, linear layers and products of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.operators.registry import operator
from cnncost.importers.onnx.operators.windows import pads, per_axis
from cnncost.importers.onnx.values import Activation, Constant

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call


@operator("Conv")
def conv(call: Call) -> Activation:
    """A convolution: its kernel is the shape of its weights."""
    weight, bias = call.constant(1), _bias(call)
    kernel, rank = list(weight.shape[2:]), len(weight.shape) - 2
    stride, dilation = per_axis(call, "strides", rank, 1), per_axis(call, "dilations", rank, 1)
    fields = {
        "out": weight.shape[0],
        "kernel": kernel,
        "stride": stride,
        "padding": pads(call, call.x().shape[2:], kernel, stride, dilation),
        "dilation": dilation,
        "groups": call.attributes.get("group", 1),
        "bias": bias is not None,
        **_form(call, weight),
    }
    return call.layer("conv", fields, weights=[weight, bias])


@operator("ConvTranspose")
def conv_transpose(call: Call) -> Activation:
    """A transposed convolution: the first axis of its weights is that of the input's channels."""
    weight, bias = call.constant(1), _bias(call)
    kernel, rank = list(weight.shape[2:]), len(weight.shape) - 2
    if call.attributes.get("auto_pad", "NOTSET") != "NOTSET" or "output_shape" in call.attributes:
        raise call.unsupported("its padding follows from the size of its output")
    both = per_axis(call, "pads", 2 * rank, 0)
    if both[:rank] != both[rank:]:
        raise call.unsupported("its padding is not the same on both sides")
    groups = call.attributes.get("group", 1)
    fields = {
        "out": weight.shape[1] * groups,
        "kernel": kernel,
        "stride": per_axis(call, "strides", rank, 1),
        "padding": both[:rank],
        "output_padding": per_axis(call, "output_padding", rank, 0),
        "dilation": per_axis(call, "dilations", rank, 1),
        "groups": groups,
        "bias": bias is not None,
    }
    return call.layer("conv_transpose", fields, weights=[weight, bias])


@operator("Gemm")
def gemm(call: Call) -> Activation:
    """A linear layer, whose weights are given either way round."""
    weight, bias = call.constant(1), _bias(call)
    if call.attributes.get("transA", 0):
        raise call.unsupported("it transposes the batch")
    out = weight.shape[0 if call.attributes.get("transB", 0) else 1]
    return call.layer("linear", {"out": out, "bias": bias is not None}, weights=[weight, bias])


@operator("MatMul")
def matmul(call: Call) -> Activation:
    """A linear layer where one of the two is constant; otherwise the product of two outputs."""
    if isinstance(call.value(1), Constant):
        weight, x = call.constant(1), call.x()
        if len(weight.shape) != 2:
            raise call.unsupported(f"it multiplies with constants of {len(weight.shape)} axes")
        fields: dict[str, Any] = {"out": weight.shape[1], "bias": call.bias is not None}
        rank = len(call.tensor(x).dims)
        if rank > 1:
            fields["axis"] = rank - 2
        return call.layer("linear", fields, weights=[weight, call.bias], shape=(*x.shape[:-1], weight.shape[1]))
    first, second = call.x(0), call.x(1)
    if len(first.shape) != len(second.shape):
        raise call.unsupported(f"it multiplies {list(first.shape)} with {list(second.shape)}")
    shape = (*map(max, first.shape[:-2], second.shape[:-2]), first.shape[-2], second.shape[-1])
    return call.layer("matmul", {}, first, second, shape=shape)


def _form(call: Call, weight: Constant) -> dict[str, bool]:
    """How weights are computed: of a direction and a length for each output, as weight normalisation has them."""
    stored = sum(call.weights.elements[name] for name in weight.tensors)
    if len(weight.tensors) == 2 and stored == weight.elements + weight.shape[0]:
        return {"weight_norm": True}
    return {} if weight.tensors else {"fixed": True}


def _bias(call: Call) -> Constant | None:
    """The bias; none where the file adds zeros that it computes."""
    value = call.value(2)
    if value is not None and not isinstance(value, Constant):
        raise call.unsupported("its bias depends on the network's input")
    is_zero = value is not None and not value.tensors and value.numbers is not None and not value.numbers.any()
    return None if is_zero else value
