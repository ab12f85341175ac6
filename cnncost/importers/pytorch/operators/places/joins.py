"""What stands side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call


@operator("cat", "concat", "concatenate")
def cat(call: Call) -> Activation:
    """One after the other along an axis; tensors that are learned among them."""
    tensors = [tensor for tensor in call["tensors"] if 0 not in tensor.shape]
    reads = [_whole(call, tensor) for tensor in tensors]
    if len(reads) == 1:
        return reads[0]
    return call.layer("concat", call.axis_field(reads[0], call["dim"]), *reads)


@operator("stack")
def stack(call: Call) -> Activation:
    """One after the other along an axis that is new."""
    axis = call["dim"] % len(call.shape)
    apart = (*call.shape[:axis], 1, *call.shape[axis + 1 :])
    dims = call.batch.sample(apart)
    reads = [call.reshaped(_whole(call, tensor), dims)._replace(shape=apart) for tensor in call["tensors"]]
    if len(reads) == 1:
        return reads[0]
    return call.layer("concat", call.axis_field(reads[0], axis), *reads)


def _whole(call: Call, tensor: Activation | Weight) -> Activation:
    return call.source(tensor, tensor.shape) if isinstance(tensor, Weight) else tensor
