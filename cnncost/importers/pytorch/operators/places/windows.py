"""Windows beside the batch: layers whose samples are windows of ours, k of them in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation, Weight


def has_windows(call: Call) -> bool:
    """Whether the first axis of what it reads is the batch with others."""
    return call.batch.axis(call.x.shape) == 0 and call.x.shape[0] != call.batch.size


def over_windows(call: Call, keyword: str, fields: Mapping[str, Any], weights: Sequence[Weight]) -> Activation:
    """A layer over the channels of every window: the windows are an axis behind the channels meanwhile."""
    rank = len(call.x.shape)
    order = [1, 0, *range(2, rank)]
    before, after = (_apart(call, shape) for shape in (call.x.shape, call.shape))
    first = call.layer("permute", {"axes": order}, name=False, shape=before)
    made = call.layer(keyword, fields, first, weights=weights, shape=after)
    return call.layer("permute", {"axes": order}, made, name=False)


def _apart(call: Call, shape: Sequence[int]) -> tuple[int, ...]:
    """A shape whose windows stand behind its channels."""
    return (call.batch.size, shape[1], shape[0] // call.batch.size, *shape[2:])
