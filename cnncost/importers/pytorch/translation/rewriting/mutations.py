"""Operators in place: whoever reads later what they have overwritten reads what they have written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.places import place_of
from cnncost.importers.pytorch.translation.registry import base_name
from cnncost.importers.pytorch.translation.rewriting.writes import is_stale, operator_name, seen_whole, written_back

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

OF_THAT_SIZE = frozenset(f"{of}_like" for of in ("zeros", "ones", "full", "empty", "rand", "randn")) | {
    "new_zeros",
    "new_ones",
    "new_full",
    "new_empty",
}
"""Operators that only take the size of what they read: their numbers do not depend on the input."""


WRITTEN_BACK = "written_back"
"""Mark of an operator in place whose result is a part of a new tensor: as layers, it is not in place."""


def redirect(graph: Any, inputs: Collection[str]) -> set[Any]:
    """Let the operators behind one in place read its result, where they read what it overwrites.

    Args:
        graph: of ``torch.fx``; it is changed.
        inputs: the names of what the model reads.

    Returns:
        the nodes whose values depend on the inputs.

    Raises:
        SpecError: what is overwritten is read later through another view of it.
    """
    order = {node: place for place, node in enumerate(graph.nodes)}
    varying: set[Any] = set()
    for node in list(graph.nodes):
        if node.name in inputs or (
            operator_name(node) not in OF_THAT_SIZE and not varying.isdisjoint(node.all_input_nodes)
        ):
            varying.add(node)
        if is_in_place(node):
            part = node.args[0]
            if node in varying:  # what does not depend on the input is a weight, and its numbers do not matter
                _write_back(graph, node, order, varying)
            part.replace_all_uses_with(node, delete_user_cb=partial(_is_behind, order, node))
    return varying


def is_in_place(node: Any) -> bool:
    """Whether a node is an operator that overwrites what it reads first."""
    return node.op == "call_function" and hasattr(node.target, "_schema") and base_name(node.target)[1]


def _write_back(graph: Any, node: Any, order: dict[Any, int], varying: set[Any]) -> None:
    """Let those that read what a part lies in, behind the operator that overwrites it, read what it is then.

    Raises:
        SpecError: what is overwritten is read later through another view of it.
    """
    is_behind = partial(_is_behind, order, node)
    part, written = node.args[0], node
    while (whole := seen_whole(part)) is not None:
        if is_stale(whole, part, is_behind):
            raise _refusal(node)
        if not _is_read_behind(whole, is_behind):
            return
        new = written_back(graph, node, part, written)
        if new is None:
            raise _refusal(node)
        node.meta[WRITTEN_BACK], order[new] = True, order[node]
        varying.add(new)
        whole.replace_all_uses_with(new, delete_user_cb=is_behind)
        part, written = whole, new


def _is_read_behind(whole: Any, is_behind: Callable[[Any], bool]) -> bool:
    """Whether a tensor, or what it is a view of, is read behind an operator."""
    seen: Any = whole
    while seen is not None:
        if any(map(is_behind, seen.users)):
            return True
        seen = seen_whole(seen)
    return False


def _is_behind(order: Mapping[Any, int], node: Any, user: Any) -> bool:
    return order[user] > order[node]


def _refusal(node: Any) -> SpecError:
    name = operator_name(node)
    message = f"`{name}_` overwrites what is read later through another view of it, which cannot be imported"
    hint = "`torch.cat` or `torch.where`, which make a new tensor, can be"
    return SpecError(message, place_of(node), hint=hint)
