"""Rearrangements: the same numbers in other axes, or some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("flatten", "view", "reshape", "unflatten", "unsqueeze", "squeeze", "reshape_as", "view_as")
def reshape(call: Call) -> Activation:
    """The same numbers in other axes, in their order."""
    if call.tensor(call.x).dims == (call.dims or (1,)):
        return call.x._replace(shape=call.shape)
    if len(call.dims) <= 1:
        return call.layer("flatten", {})
    return call.layer("reshape", {"size": list(call.dims)})


@operator("contiguous", "alias", "detach", "clone", "to", "lift_fresh_copy")
def unchanged(call: Call) -> Activation:
    """The same numbers where they are: no layer."""
    return call.x
