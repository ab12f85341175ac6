"""Normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("batch_norm")
def batch_norm(call: Call) -> Activation:
    """Batch normalisation with running statistics."""
    given = [call[name] for name in ("weight", "bias", "running_mean", "running_var")]
    tensors = [tensor for tensor in given if isinstance(tensor, Weight)]
    fields = {"affine": call["weight"] is not None, "eps": float(call["eps"])}
    return call.layer("batchnorm", fields, weights=tensors)


@operator("group_norm")
def group_norm(call: Call) -> Activation:
    """Group normalisation."""
    tensors = [call[name] for name in ("weight", "bias") if call[name] is not None]
    return call.layer("groupnorm", {"groups": call["num_groups"], "affine": bool(tensors)}, weights=tensors)
