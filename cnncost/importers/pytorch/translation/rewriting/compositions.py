"""Layers that PyTorch computes in several operators, which become one operator again."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.library import import_torch
from cnncost.importers.pytorch.translation.registry import base_name

if TYPE_CHECKING:
    from collections.abc import Collection

LOCAL_RESPONSE_NORM = "cnncost::local_response_norm"
"""The operator that PyTorch has no name for."""

_SCHEMA = "(Tensor self, int size, float alpha, float beta, float k) -> Tensor"

_AXES = frozenset(("view", "reshape", "squeeze", "unsqueeze", "flatten"))
"""The same numbers in their order."""

_COPIES = frozenset(("contiguous", "clone"))
"""The same numbers elsewhere in memory."""


def recognise(graph: Any, varying: Collection[Any]) -> None:
    """Put one operator in the place of several that compute a layer together.

    What they computed between them stays, for whoever else reads it.

    Args:
        graph: of ``torch.fx``; it is changed.
        varying: the nodes whose values depend on what the model reads.
    """
    for node in graph.nodes:
        if node not in varying:
            continue
        normalised, shuffled = _normalised(node), _shuffled(node)
        if normalised is not None:
            node.target, node.args, node.kwargs = _local_response_norm(), normalised, {}
        elif shuffled is not None:
            node.target, node.args, node.kwargs = _channel_shuffle(), shuffled, {}


def _normalised(node: Any) -> tuple[Any, int, float, float, float] | None:
    """What a local response normalisation reads, where a node is the quotient at its end: x, n, alpha, beta and k.

    PyTorch takes the mean of squares along the channels by a pooling, with the channels as an axis of the map
    (`torch.nn.functional.local_response_norm`).
    """
    if not _is(node, "div") or not _is(node.args[1], "pow"):
        return None
    moved, beta = node.args[1].args
    if not _is(moved, "add") or not _is(moved.args[0], "mul"):
        return None
    k, (mean, alpha) = moved.args[1], moved.args[0].args
    pooled = _behind_axes(mean, _AXES)
    if not _is(pooled, "avg_pool2d", "avg_pool3d") or any(step != 1 for step in pooled.args[2]):
        return None
    size, *others = pooled.args[1]
    square = _behind_axes(pooled.args[0], _AXES | {"pad", "constant_pad_nd"})
    if any(other != 1 for other in others) or not _is_square(square, node.args[0]):
        return None
    numbers = alpha, beta, k
    return (node.args[0], size, *map(float, numbers)) if all(isinstance(n, int | float) for n in numbers) else None


def _is_square(node: Any, x: Any) -> bool:
    return (_is(node, "mul") and tuple(node.args) == (x, x)) or (_is(node, "pow") and tuple(node.args) == (x, 2))


def _shuffled(node: Any) -> tuple[Any, int] | None:
    """What a shuffle of channels reads and its groups, where a node joins them again (ShuffleNet, section 3.1)."""
    if not _is(node, *_AXES):
        return None
    turned = _behind_axes(node.args[0], _COPIES)
    if not _is(turned, "transpose", "permute"):
        return None
    apart = turned.args[0]
    if not _is(apart, "view", "reshape", "unflatten") or turned.meta["val"].dim() < 4:
        return None
    source, groups = apart.args[0], apart.meta["val"].shape[1]
    whole, split = source.meta["val"].shape, apart.meta["val"].shape
    is_split = split[0] == whole[0] and split[3:] == whole[2:] and groups * split[2] == whole[1]
    if not is_split or node.meta["val"].shape != whole or 1 in split[1:3]:
        return None
    return (source, groups) if _order(turned) == [0, 2, 1, *range(3, len(split))] else None


def _order(node: Any) -> list[int]:
    """The axes that an operator gives, by their places in what it reads."""
    axes = list(range(node.meta["val"].dim()))
    if _is(node, "permute"):
        return [axes[axis] for axis in node.args[1]]
    first, second = node.args[1:3]
    axes[first], axes[second] = axes[second], axes[first]
    return axes


def _behind_axes(node: Any, names: Collection[str]) -> Any:
    """What operators of these names read, one after the other."""
    while _is(node, *names):
        node = node.args[0]
    return node


def _is(node: Any, *names: str) -> bool:
    """Whether something is a call of one of these operators, whose first arguments are given by their places."""
    schema = hasattr(getattr(node, "target", None), "_schema")
    return schema and base_name(node.target)[0] in names and bool(node.args)


@cache
def _local_response_norm() -> Any:
    torch = import_torch()
    torch.library.define(LOCAL_RESPONSE_NORM, _SCHEMA)
    return torch.ops.cnncost.local_response_norm.default


def _channel_shuffle() -> Any:
    return import_torch().ops.aten.native_channel_shuffle.default
