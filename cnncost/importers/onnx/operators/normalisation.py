"""Normalisations, whose weights are constants of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.onnx.operators.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation


@operator("BatchNormalization")
def batchnorm(call: Call) -> Activation:
    """Batch normalisation with its running statistics."""
    weights = [call.constant(place) for place in range(1, 5)]
    if not any(weight.tensors for weight in weights[:2]):
        weights = weights[2:]
        return call.layer("batchnorm", {"affine": False, **_eps(call)}, weights=weights)
    return call.layer("batchnorm", _eps(call), weights=weights)


@operator("InstanceNormalization")
def instancenorm(call: Call) -> Activation:
    """Instance normalisation, whose gain and bias the file always has."""
    given = [call.constant(1), call.constant(2)]
    weights = [weight for weight in given if weight.tensors]
    return call.layer("instancenorm", {"affine": bool(weights)}, weights=weights)


@operator("GroupNormalization")
def groupnorm(call: Call) -> Activation:
    """Group normalisation."""
    groups = call.attributes["num_groups"]
    return call.layer("groupnorm", {"groups": groups}, weights=[call.constant(1), call.constant(2)])


@operator("LayerNormalization")
def layernorm(call: Call) -> Activation:
    """Layer normalisation over the last axes."""
    x, gain = call.x(), call.constant(1)
    first = call.axis(x.shape, call.attributes.get("axis", -1))
    rank = len(call.tensor(x).dims)
    axes = ["channels" if place == 0 else place - 1 for place in range(first, rank)]
    weights = [gain, call.constant(2)] if call.value(2) is not None else [gain]
    if len(weights) == 1:
        raise call.unsupported("it has a gain and no bias")
    return call.layer("layernorm", {"axes": axes, **_eps(call)}, weights=weights, shape=x.shape)


@operator("LRN")
def local_response_norm(call: Call) -> Activation:
    """Local response normalisation."""
    numbers = {"alpha": _real(call, "alpha", 1e-4), "beta": _real(call, "beta", 0.75), "k": _real(call, "bias", 1.0)}
    return call.layer("local_response_norm", {"size": call.attributes["size"], **numbers})


def _eps(call: Call) -> dict[str, float]:
    """The number that is added to the variance."""
    return {"eps": _real(call, "epsilon", 1e-5)}


def _real(call: Call, name: str, usual: float) -> float:
    """A number as it is written: a file holds it in single precision."""
    return float(f"{call.attributes.get(name, usual):.6g}")
