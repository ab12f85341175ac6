"""Copies that only PyTorch's order of axes explains: as layers, every sample's numbers lie in their order already.

Where the batch comes first, a layer that cannot read a tensor as it lies copies it, and that needs no saying. Where
tokens come before the batch, as in `torch.nn.MultiheadAttention`, what is copied would be a view of one sample.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cnncost.autograd.strides import Strides
from cnncost.importers.pytorch.model.library import import_torch
from cnncost.importers.pytorch.translation.registry import base_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from cnncost.importers.tensors.batch import Batch

COPY = "cnncost::copy"
"""The operator that copies, whatever it reads."""

_SCHEMA = "(Tensor self, bool gpu) -> Tensor"


def show_copies(graph: Any, varying: Collection[Any], batch: Batch) -> set[Any]:
    """Put an operator that copies before each that has to copy what it reads because the batch does not come first.

    Args:
        graph: of ``torch.fx``; it is changed.
        varying: the nodes whose values depend on what the model reads.
        batch: how many samples there are.

    Returns:
        the new nodes.
    """
    copied = [node for node in graph.nodes if node in varying and _is_copied(node, batch)]
    return {_copy_before(graph, node) for node in copied}


def _is_copied(node: Any, batch: Batch) -> bool:
    if not hasattr(node.target, "_schema") or not node.args or not hasattr(node.args[0], "meta"):
        return False
    name = base_name(node.target)[0]
    if name not in ("contiguous", "reshape"):
        return False
    read = node.args[0].meta["val"]
    if not batch.axis(read.shape):  # the first, or none
        return False
    if name == "contiguous":
        return not read.is_contiguous()
    lies = Strides(tuple(read.shape), tuple(read.stride()))
    return lies.reshaped(tuple(node.meta["val"].shape)) is None


def _copy_before(graph: Any, node: Any) -> Any:
    read = node.args[0]
    with graph.inserting_before(node):
        copy = graph.call_function(_copy(), (read, _is_attended(read)))
    copy.meta = {**node.meta, "val": read.meta["val"]}
    node.args = (copy, *node.args[1:])
    return copy


def _is_attended(node: Any) -> bool:
    """Whether something is attention with its axes in another order: it lies as the kernel left it.

    That of a CPU leaves it as its queries lie, tokens first, where PyTorch's own module needs no copy; those of GPUs
    leave it sample by sample.
    """
    while hasattr(node.target, "_schema") and base_name(node.target)[0] in ("permute", "transpose"):
        node = node.args[0]
    return hasattr(node.target, "_schema") and base_name(node.target)[0] == "scaled_dot_product_attention"


@cache
def _copy() -> Any:
    torch = import_torch()
    torch.library.define(COPY, _SCHEMA)
    return torch.ops.cnncost.copy.default
