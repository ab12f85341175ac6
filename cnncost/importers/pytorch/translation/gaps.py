"""Gaps: what stands in the graph for an operator that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.values import weights
from cnncost.importers.tensors.batch import tensor_of
from cnncost.layers.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


def gap(call: Call, shape: Sequence[int]) -> Activation:
    """A node that gives a tensor of this shape in PyTorch, and has the weights that the operator reads."""
    y = tensor_of(call.batch.sample(shape))
    read = [weight for value in call.arguments.values() for weight in weights(value)]
    trained, given = call.unclaimed(read)
    return call.place_gap(Gap(call.name, y, trained, given), read, tuple(shape))
