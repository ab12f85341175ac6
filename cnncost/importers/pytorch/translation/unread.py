"""Layers that read no input, such as the network of Swin v2 that computes a bias from places: PyTorch runs them too."""

from __future__ import annotations

import operator as python
from math import prod
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import OPERATORS, base_name

if TYPE_CHECKING:
    from collections.abc import Collection

LAYERS = frozenset(("linear", "conv1d", "conv2d", "conv3d", "matmul", "einsum"))
"""Operators that are layers also of a tensor that depends on nothing: of learned queries, of an encoding of places."""

_OF_WEIGHTS = frozenset(("weight", "bias", "running_mean", "running_var", "params"))
"""Arguments of operators that take weights."""


def layers_without_input(graph: Any, varying: Collection[Any]) -> set[Any]:
    """The layers that read no input, and all that is computed of what they give.

    What becomes a weight of another layer is computed as a weight, and so is what has an operator that is not known.

    Args:
        graph: of ``torch.fx``.
        varying: the nodes whose values depend on what the model reads.
    """
    found: set[Any] = set()
    for node in graph.nodes:
        if node not in varying and node not in found and _name(node) in LAYERS:
            found |= _behind(node, varying)
    return found


def factors_of(node: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shapes of the two tensors that one of the :data:`LAYERS` multiplies."""
    first, second = node.args[1][:2] if _name(node) == "einsum" else node.args[:2]
    return tuple(first.meta["val"].shape), tuple(second.meta["val"].shape)


def products_of(node: Any) -> int:
    """Multiply-accumulates of one of the :data:`LAYERS`; of other operators none.

    For each output a column of the weights, a row of the matrix, or all that an equation sums.
    """
    name = _name(node)
    if name not in LAYERS:
        return 0
    first, second = factors_of(node)
    if name == "einsum":
        letters = [letter for letter in node.args[0].partition("->")[0] if letter.isalpha()]
        return prod(dict(zip(letters, (*first, *second), strict=False)).values())
    return int(node.meta["val"].numel() * (first[-1] if name == "matmul" else prod(second[1:])))


def _behind(node: Any, varying: Collection[Any]) -> set[Any]:
    """The node, and those behind it that depend on no input; nothing where one of them makes a weight."""
    found, left = {node}, [node]
    while left:
        last = left.pop()
        for user in last.users:
            if user.op == "output":
                continue
            if _takes_as_weight(user, last) or (user not in varying and not _is_known(user)):
                return set()
            if user not in varying and user not in found:
                found.add(user)
                left.append(user)
    return found


def _is_known(node: Any) -> bool:
    return node.target is python.getitem or _name(node) in OPERATORS


def _takes_as_weight(node: Any, given: Any) -> bool:
    if not hasattr(node.target, "_schema"):
        return False
    names = [argument.name for argument in node.target._schema.arguments]
    named = [*zip(names, node.args, strict=False), *node.kwargs.items()]
    return any(name in _OF_WEIGHTS and (value is given or _holds(value, given)) for name, value in named)


def _holds(value: Any, given: Any) -> bool:
    return isinstance(value, list | tuple) and any(each is given for each in value)


def _name(node: Any) -> str:
    return base_name(node.target)[0] if hasattr(node.target, "_schema") else ""
