"""Normalisation: what a layer says, and the gain and bias beside it where they are not simply trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.operators.places.windows import has_windows, over_windows
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.rewriting.compositions import LOCAL_RESPONSE_NORM
from cnncost.importers.pytorch.translation.values import Activation, Weight, combined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.pytorch.translation.call import Call


@operator("batch_norm")
def batch_norm(call: Call) -> Activation:
    """Batch normalisation with running statistics; with none, of which every batch has its own, it mixes samples."""
    gain, bias, mean, variance = (call[name] for name in ("weight", "bias", "running_mean", "running_var"))
    if mean is None or call["training"]:
        raise call.unsupported("its statistics are those of the batch, also in evaluation")
    tensors = [tensor for tensor in (gain, bias, mean, variance) if tensor is not None]
    if call.weights.is_batch_norm(tensors):
        fields: dict[str, Any] = {"affine": gain is not None, "eps": float(call["eps"])}
        if gain is not None and not gain.parameters:
            fields["fixed"] = True
        if has_windows(call):
            return over_windows(call, "batchnorm", fields, tensors)
        return call.layer("batchnorm", fields, weights=tensors)
    factor, offset = ([tensor for tensor in pair if tensor is not None] for pair in ((gain, variance), (bias, mean)))
    scaled = call.joined("multiply", call.x, _per_channel(call, factor))
    return call.joined("add", scaled, _per_channel(call, offset))


@operator(LOCAL_RESPONSE_NORM)
def local_response_norm(call: Call) -> Activation:
    """Normalisation by the squares of neighbouring channels."""
    return call.layer("local_response_norm", {name: call[name] for name in ("size", "alpha", "beta", "k")})


@operator("group_norm")
def group_norm(call: Call) -> Activation:
    """Group normalisation."""
    return _normalised(call, "groupnorm", {"groups": call["num_groups"]}, [1])


@operator("instance_norm")
def instance_norm(call: Call) -> Activation:
    """Instance normalisation, with statistics of the sample."""
    if not call["use_input_stats"]:
        raise call.unsupported("it normalises by running statistics")
    return _normalised(call, "instancenorm", {}, [1])


@operator("layer_norm")
def layer_norm(call: Call) -> Activation:
    """Layer normalisation over the last axes."""
    axes = _last(call)
    names = [call.axis(call.x, axis) for axis in axes]
    return _normalised(call, "layernorm", {"axes": names, "eps": float(call["eps"])}, axes)


@operator("rms_norm")
def rms_norm(call: Call) -> Activation:
    """Root mean square normalisation over the last axes."""
    axes = _last(call)
    fields: dict[str, Any] = {"axes": [call.axis(call.x, axis) for axis in axes]}
    if call["eps"] is not None:
        fields["eps"] = float(call["eps"])
    gain = call["weight"]
    if gain is None or call.weights.is_new([gain]):
        return call.layer("rms_norm", {**fields, "affine": gain is not None}, weights=[] if gain is None else [gain])
    return call.joined("multiply", call.layer("rms_norm", {**fields, "affine": False}), gain)


def _normalised(call: Call, keyword: str, fields: dict[str, Any], axes: Sequence[int]) -> Activation:
    """The layer with its gain and bias, or without them and followed by a product and a sum."""
    gain, bias = call["weight"], call["bias"]
    given = [tensor for tensor in (gain, bias) if isinstance(tensor, Weight)]
    if not given:
        return call.layer(keyword, {**fields, "affine": False})
    if len(given) == 2 and call.weights.is_new(given):
        return call.layer(keyword, {**fields, "affine": True}, weights=given)
    x = call.layer(keyword, {**fields, "affine": False})
    for join, tensor in (("multiply", gain), ("add", bias)):
        if tensor is not None:
            x = call.joined(join, x, _spread(call, tensor, axes))
    return x


def _last(call: Call) -> list[int]:
    rank = len(call.x.shape)
    return list(range(rank - len(call["normalized_shape"]), rank))


def _spread(call: Call, tensor: Weight, axes: Sequence[int]) -> Weight:
    """A tensor with axes of size 1 beside its own."""
    sizes = iter(tensor.shape)
    return tensor._replace(shape=tuple([next(sizes) if axis in axes else 1 for axis in range(len(call.x.shape))]))


def _per_channel(call: Call, parts: list[Weight]) -> Weight:
    """What is computed from some tensors of one number for each channel."""
    rank = len(call.x.shape)
    return combined((1, call.x.shape[1], *[1] * (rank - 2)), parts)
