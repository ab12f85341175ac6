"""Numbers on a grid of integers, and back, as ONNX's `QuantizeLinear` and `DequantizeLinear` put them around layers.

https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html: ``saturate(round(x / scale) + zero point)``, and
``(x - zero point) * scale``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.onnx.operators.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation

_RANGES = {"uint8": (0.0, 255.0), "int8": (-128.0, 127.0), "uint16": (0.0, 65535.0), "int16": (-32768.0, 32767.0)}


@operator("QuantizeLinear")
def quantize(call: Call) -> Activation:
    """A product, a rounding, the sum with the zero point unless that is 0, and bounds."""
    scale, zero, kind = _grid(call)
    shape = call.x().shape
    low, high = _RANGES[kind]
    y = call.layer("scale", {"factor": float(f"{1 / scale:.6g}")}, shape=shape)
    y = call.layer("round", {}, y, shape=shape)
    if zero:
        y = call.layer("shift", {"offset": zero}, y, shape=shape)
    return call.layer("hardtanh", {"low": low, "high": high}, y, shape=shape)


@operator("DequantizeLinear")
def dequantize(call: Call) -> Activation:
    """A product, of what is left without the zero point unless that is 0."""
    scale, zero, _ = _grid(call)
    x = call.x()
    y = call.layer("shift", {"offset": -zero}, shape=x.shape) if zero else x
    return call.layer("scale", {"factor": float(f"{scale:.6g}")}, y, shape=x.shape)


def _grid(call: Call) -> tuple[float, float, str]:
    """The scale, the zero point, and what the integers are, which the zero point says.

    Raises:
        SpecError: there are several of them, or the integers are of a kind of which no bounds are known.
    """
    scales = call.numbers(1) or []
    zeros = call.numbers(2) or [0]
    if len(scales) != 1 or len(zeros) != 1 or not scales[0] > 0:
        raise call.unsupported("what it reads has several scales, or one that is not positive")
    call.weights.use_as_number(call.constant(1))
    kind = str(call.constant(2).numbers.dtype) if call.value(2) is not None else "uint8"
    if kind not in _RANGES:
        raise call.unsupported(f"its numbers are of the type {kind}")
    return float(scales[0]), float(zeros[0]), kind
