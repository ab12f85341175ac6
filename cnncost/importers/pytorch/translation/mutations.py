"""Operators in place: whoever reads later what they have overwritten reads what they have written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.places import place_of
from cnncost.importers.pytorch.translation.registry import base_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

WHOLE = frozenset(
    ("view", "reshape", "flatten", "unflatten", "permute", "transpose", "t", "squeeze", "unsqueeze", "alias", "detach")
)
"""Operators whose result holds the same numbers, in another order or in other axes."""

_PARTS = frozenset(("slice", "select", "narrow", "split", "chunk", "unbind", "split_with_sizes", "expand", "getitem"))
"""Operators whose result is a view of a part, or of repeated numbers."""

OF_THAT_SIZE = frozenset(f"{of}_like" for of in ("zeros", "ones", "full", "empty", "rand", "randn")) | {
    "new_zeros",
    "new_ones",
    "new_full",
    "new_empty",
}
"""Operators that only take the size of what they read: their numbers do not depend on the input."""


def redirect(graph: Any, inputs: Collection[str]) -> set[Any]:
    """Let the operators behind one in place read its result, where they read what it overwrites.

    Args:
        graph: of ``torch.fx``; it is changed.
        inputs: the names of what the model reads.

    Returns:
        the nodes whose values depend on the inputs.

    Raises:
        SpecError: a part of a tensor is overwritten that is read as a whole later.
    """
    order = {node: place for place, node in enumerate(graph.nodes)}
    varying: set[Any] = set()
    for node in list(graph.nodes):
        if node.name in inputs or (_name(node) not in OF_THAT_SIZE and not varying.isdisjoint(node.all_input_nodes)):
            varying.add(node)
        if is_in_place(node):
            if node in varying:  # what does not depend on the input is a weight, and its numbers do not matter
                _refuse_read_parts(node, order)
            node.args[0].replace_all_uses_with(node, delete_user_cb=partial(_is_behind, order, node))
    return varying


def _is_behind(order: Mapping[Any, int], node: Any, user: Any) -> bool:
    return order[user] > order[node]


def is_in_place(node: Any) -> bool:
    """Whether a node is an operator that overwrites what it reads first."""
    return node.op == "call_function" and hasattr(node.target, "_schema") and base_name(node.target)[1]


def _refuse_read_parts(node: Any, order: Mapping[Any, int]) -> None:
    """Raise a SpecError where what is overwritten is a view of something that is read behind the node."""
    target = node.args[0]
    while target.op == "call_function" and _name(target) in WHOLE | _PARTS:
        target = target.args[0]
        if any(_is_behind(order, node, user) for user in target.users):
            message = f"`{_name(node)}_` overwrites a part of a tensor that is read later, which cannot be imported"
            hint = "`torch.cat` or `torch.where`, which make a new tensor, can be"
            raise SpecError(message, place_of(node), hint=hint)


def _name(node: Any) -> str:
    if hasattr(node.target, "_schema"):
        return base_name(node.target)[0]
    return str(getattr(node.target, "__name__", ""))
