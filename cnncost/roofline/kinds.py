"""Which kind of kernel an operation of PyTorch is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.layers.contractions.conv import Convolution
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.algorithms import ConvolutionCall

VIEWS = frozenset(("view", "permute", "slice", "select", "unfold", "expand"))
"""Operations that make other shapes of the same memory."""

PRODUCTS = frozenset(("addmm", "bmm", "RNN", "LSTM", "GRU"))
"""Products of matrices; what a recurrence multiplies at all steps is one of them."""

ATTENTION = "scaled_dot_product_attention"

_OF_OPERATION = {
    **dict.fromkeys(PRODUCTS, "matrix_product"),
    ATTENTION: "attention",
    "bias": "bias",
    "batch_norm": "normalisation",
    **dict.fromkeys(("layer_norm", "group_norm", "softmax", "_safe_softmax", "log_softmax"), "sample_statistics"),
    "to": "copy",
    "clone": "copy",
    "cat": "concatenation",
    "stack": "concatenation",
    "pad": "copy",
    "constant_pad": "copy",
    "repeat": "copy",
    "repeat_interleave": "copy",
    "flip": "copy",
    "roll": "copy",
    "copy_slices": "copy",
    "upsample": "resize",
    "grid_sampler": "resize",
    "pool": "pool",
    "avg_pool": "pool",
    "mean": "reduction",
    "sum": "reduction",
    "prod": "reduction",
    "max": "reduction",
    "vdot": "reduction",
    "vector_norm": "reduction",
    "nll_loss": "reduction",
    "mse_loss": "reduction",
    "weight_norm": "reduction",
    "gather": "gather",
    "scatter": "gather",
    "index": "gather",
    "index_add": "gather",
    "embedding": "gather",
}

_TRANSCENDENTAL = frozenset(
    (
        *("sigmoid", "tanh", "silu", "gelu", "mish", "softplus", "elu", "celu", "selu", "log_sigmoid", "glu"),
        *("hardswish", "hardsigmoid", "pow", "rsqrt", "div"),
    )
)

MOST_STEM_CHANNELS = 4
_VOLUME_AXES = 3


def kind_of_operation(name: str, *, training: bool = False) -> str:
    """What an operation of PyTorch is that is no convolution: of unknown ones a function of single elements.

    >>> kind_of_operation("batch_norm"), kind_of_operation("batch_norm", training=True), kind_of_operation("add")
    ('normalisation', 'batch_statistics', 'elementwise')
    """
    if name == "batch_norm" and training:
        return "batch_statistics"
    return _OF_OPERATION.get(name) or ("transcendental" if name in _TRANSCENDENTAL else "elementwise")


def kind_of_convolution(call: ConvolutionCall) -> str:
    """What a convolution is, whichever way a device computes it.

    >>> from cnncost import load
    >>> from cnncost.algorithms import ConvolutionCall
    >>> nodes = [node for node in load("mobilenet_v2").nodes if node.layer.is_convolution][:3]
    >>> [kind_of_convolution(ConvolutionCall(node.layer, node.xs[0], node.y, 64)) for node in nodes]
    ['stem', 'depthwise', 'pointwise']
    """
    layer, channels = call.layer, call.x.channels
    if isinstance(layer, Convolution) and layer.groups > 1:
        return "depthwise" if layer.groups == channels else "grouped"
    if len(layer.kernel) >= _VOLUME_AXES and product(layer.kernel) > 1:
        return "volume"
    if channels <= MOST_STEM_CHANNELS:
        return "stem"
    if product(layer.kernel) > 1:
        return "dilated" if isinstance(layer, Convolution) and max(layer.dilation) > 1 else "convolution"
    return "strided_pointwise" if max(layer.stride) > 1 else "pointwise"
