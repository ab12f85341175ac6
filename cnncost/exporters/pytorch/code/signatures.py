"""How the constructors of ``torch.nn`` are called: their parameters by name, without those that are the default anyway.

A module that is not here is written as the layer calls it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

from cnncost.exporters.pytorch.code.expressions import Attribute, Call, Literal, Name, text_of
from cnncost.records import NamedTuple

_CONV = "in_channels, out_channels, kernel_size, stride=1, padding=0"
_INPLACE = "inplace=False"
_SIGNATURES = {
    "AdaptiveAvgPool": "output_size",
    "AdaptiveMaxPool": "output_size, return_indices=False",
    "AvgPool": "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True",
    "BatchNorm": "num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True",
    "CELU": f"alpha=1.0, {_INPLACE}",
    "CircularPad": "padding",
    "ConstantPad": "padding, value",
    "Conv": f'{_CONV}, dilation=1, groups=1, bias=True, padding_mode="zeros"',
    "ConvTranspose": f'{_CONV}, output_padding=0, groups=1, bias=True, dilation=1, padding_mode="zeros"',
    "Dropout": f"p=0.5, {_INPLACE}",
    "ELU": f"alpha=1.0, {_INPLACE}",
    "Embedding": "num_embeddings, embedding_dim",
    "Flatten": "start_dim=1, end_dim=-1",
    "Fold": "output_size, kernel_size, dilation=1, padding=0, stride=1",
    "GLU": "dim=-1",
    "GroupNorm": "num_groups, num_channels, eps=1e-5, affine=True",
    "Hardshrink": "lambd=0.5",
    "Hardsigmoid": _INPLACE,
    "Hardswish": _INPLACE,
    "Hardtanh": f"min_val=-1.0, max_val=1.0, {_INPLACE}",
    "InstanceNorm": "num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False",
    "LayerNorm": "normalized_shape, eps=1e-5, elementwise_affine=True",
    "LeakyReLU": f"negative_slope=0.01, {_INPLACE}",
    "Linear": "in_features, out_features, bias=True",
    "LocalResponseNorm": "size, alpha=0.0001, beta=0.75, k=1.0",
    "MaxPool": "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False",
    "Mish": _INPLACE,
    "MultiheadAttention": "embed_dim, num_heads, dropout=0.0, bias=True",
    "PReLU": "num_parameters=1, init=0.25",
    "RMSNorm": "normalized_shape, eps=None, elementwise_affine=True",
    "RReLU": f"lower=0.125, upper=0.3333333333333333, {_INPLACE}",
    "ReLU": _INPLACE,
    "ReLU6": _INPLACE,
    "ReflectionPad": "padding",
    "ReplicationPad": "padding",
    "SELU": _INPLACE,
    "SiLU": _INPLACE,
    "Softplus": "beta=1.0, threshold=20.0",
    "Softshrink": "lambd=0.5",
    "Threshold": f"threshold, value, {_INPLACE}",
    "Unfold": "kernel_size, dilation=1, padding=0, stride=1",
    "Upsample": 'size=None, scale_factor=None, mode="nearest"',
}
"""As in PyTorch 2, by the name without the number of axes; a `stride` of `None` is the kernel's size."""

_PER_AXIS = {"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size", "size", "scale_factor"}
"""What is a number for each axis, or one for all of them."""


class Parameter(NamedTuple):
    """A parameter of a constructor."""

    name: str
    is_required: bool
    default: Any


@cache
def parameters_of(module: str) -> tuple[Parameter, ...] | None:
    """The parameters of a class of ``torch.nn``, in their order; ``None`` where they are not known.

    >>> [parameter.name for parameter in parameters_of("Linear")]
    ['in_features', 'out_features', 'bias']
    """
    signature = _SIGNATURES.get(re.sub(r"[123]d$", "", module))
    if signature is None:
        return None
    parameters = [part.partition("=") for part in signature.split(", ")]
    return tuple(
        [Parameter(name, not sign, ast.literal_eval(text) if sign else None) for name, sign, text in parameters]
    )


def module_name(call: Any) -> str:
    """The class of ``torch.nn`` that an expression makes a module of; empty where it is something else."""
    match call:
        case Call(function=Attribute(base=Name(text="nn"), name=name)):
            return str(name)
    return ""


def in_full(call: Call) -> Call:
    """The call with all its arguments by name, defaults too, and one number for axes that are alike.

    >>> pool = Call(Attribute(Name("nn"), "MaxPool2d"), (("", Literal((3, 3))), ("stride", Literal((2, 2)))))
    >>> text_of(in_full(pool))
    'nn.MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, return_indices=False, ceil_mode=False)'
    """
    parameters = parameters_of(module_name(call))
    if parameters is None:
        return call
    given = {name or parameters[place].name: argument for place, (name, argument) in enumerate(call.arguments)}
    known = [parameter.name for parameter in parameters]
    if any(name not in known for name in given):
        return call
    full = {parameter.name: given.get(parameter.name, Literal(parameter.default)) for parameter in parameters}
    if full.get("stride") == Literal(None):
        full["stride"] = full["kernel_size"]
    return Call(call.function, tuple([(name, _one_number(name, argument)) for name, argument in full.items()]))


def in_brief(call: Call) -> Call:
    """The call as people write it: what is required by position, the rest by name where it is not the default.

    >>> pool = Call(Attribute(Name("nn"), "MaxPool2d"), (("", Literal((3, 3))), ("stride", Literal((2, 2)))))
    >>> text_of(in_brief(in_full(pool)))
    'nn.MaxPool2d(3, stride=2)'
    """
    parameters = parameters_of(module_name(call))
    arguments = dict(call.arguments)
    if parameters is None or [*arguments] != [parameter.name for parameter in parameters]:
        return call
    kept = []
    for parameter in parameters:
        argument = arguments[parameter.name]
        default = Literal(parameter.default)
        if parameter.name == "stride" and parameter.default is None:
            default = arguments["kernel_size"]
        if parameter.is_required or text_of(argument) != text_of(default):
            kept.append(("" if parameter.is_required else parameter.name, argument))
    return Call(call.function, tuple(kept))


def _one_number(name: str, argument: Any) -> Any:
    if name in _PER_AXIS and isinstance(argument, Literal) and isinstance(argument.value, tuple):
        sizes = set(argument.value)
        if len(sizes) == 1:
            return Literal(sizes.pop())
    return argument
