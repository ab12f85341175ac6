"""Writes into parts of a tensor: whoever reads the whole later reads it with the part as it is then."""

from __future__ import annotations

import operator as python
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.library import import_torch
from cnncost.importers.pytorch.translation.registry import base_name

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = frozenset(
    ("view", "reshape", "flatten", "unflatten", "permute", "transpose", "t", "squeeze", "unsqueeze", "alias", "detach")
)
"""Operators whose result holds the same numbers, in another order or in other axes."""

_SEVERAL = frozenset(("split", "chunk", "unbind", "split_with_sizes", "tensor_split"))
"""Operators that give parts of a tensor, none of which lies in another."""

_PARTS = _SEVERAL | {"slice", "select", "narrow", "expand"}
"""Operators whose result is a view of a part, or of repeated numbers."""


OVERWRITING = frozenset(("copy", "fill", "zero"))
"""Operators in place that do not read what they overwrite."""


def seen_whole(view: Any) -> Any:
    """What a node is a view of, one step behind it; ``None`` where it is a tensor of its own."""
    if view.op != "call_function":
        return None
    if view.target is python.getitem:
        several = view.args[0]
        return several.args[0] if operator_name(several) in _SEVERAL else None
    name = operator_name(view)
    return view.args[0] if name in WHOLE | _PARTS and name not in _SEVERAL else None


def is_stale(whole: Any, part: Any, is_behind: Callable[[Any], bool]) -> bool:
    """Whether another view of a tensor that a part of is overwritten is read behind that."""
    return any(_is_read(view, is_behind) for view in _views(whole) if view is not part and not _apart(view, part))


def written_back(graph: Any, node: Any, part: Any, written: Any) -> Any:
    """A new node behind `node`: what `part` is a view of, with `written` in its place; ``None`` where there is none.

    Args:
        graph: of ``torch.fx``; it is changed.
        node: the operator that overwrites.
        part: a view.
        written: what stands there now.
    """
    whole = seen_whole(part)
    made = _written(part, whole, written)
    if made is None:
        return None
    target, arguments = made
    with graph.inserting_after(written):
        new = graph.call_function(target, arguments)
    new.meta = {**node.meta, "val": whole.meta["val"]}
    return new


def operator_name(node: Any) -> str:
    """The name of an operator; empty for what is none."""
    return base_name(node.target)[0] if hasattr(node.target, "_schema") else ""


def _written(part: Any, whole: Any, written: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """The operator that writes a view back, and its arguments."""
    aten, name = import_torch().ops.aten, operator_name(part)
    if part.target is python.getitem:
        return _one_of_several(aten, part, whole, written)
    if name in WHOLE:
        return _turned_back(aten, name, part, whole, written)
    given = _arguments(part)
    if name == "select":
        return aten.select_scatter.default, (whole, written, given["dim"], given["index"])
    if name == "slice":
        if part.meta["val"].shape == whole.meta["val"].shape:
            return aten.alias.default, (written,)
        bounds = (given["start"] or 0, given["end"], given["step"])
    elif name == "narrow":
        start = given["start"] % whole.meta["val"].shape[given["dim"]]
        bounds = (start, start + given["length"], 1)
    else:
        return None  # repeated numbers, of which one is written
    return aten.slice_scatter.default, (whole, written, given["dim"], *bounds)


def _turned_back(aten: Any, name: str, part: Any, whole: Any, written: Any) -> tuple[Any, tuple[Any, ...]]:
    """The same numbers in the axes, and their order, that they had."""
    given = _arguments(part)
    if name in {"transpose", "t"}:
        return aten.transpose.int, (written, given.get("dim0", 0), given.get("dim1", -1))
    if name == "permute":
        order = [axis % len(given["dims"]) for axis in given["dims"]]
        return aten.permute.default, (written, [order.index(axis) for axis in range(len(order))])
    return aten.reshape.default, (written, list(whole.meta["val"].shape))


def _one_of_several(aten: Any, part: Any, whole: Any, written: Any) -> tuple[Any, tuple[Any, ...]]:
    several, place = part.args
    axis = _arguments(several)["dim"]
    if operator_name(several) == "unbind":
        return aten.select_scatter.default, (whole, written, axis, place)
    sizes = [each.shape[axis] for each in several.meta["val"]]
    bounds = (sum(sizes[:place]), sum(sizes[: place + 1]))
    return aten.slice_scatter.default, (whole, written, axis, *bounds)


def _arguments(node: Any) -> dict[str, Any]:
    """What an operator is called with, by the names of its schema, defaults among them."""
    if not hasattr(node.target, "_schema"):
        return {}
    schema = node.target._schema.arguments
    given = {argument.name: argument.default_value for argument in schema if argument.has_default_value()}
    given.update({argument.name: value for argument, value in zip(schema, node.args, strict=False)})
    return {**given, **node.kwargs}


def _views(whole: Any) -> list[Any]:
    """The views that are taken of a tensor; of several, each."""
    found = []
    for user in whole.users:
        if operator_name(user) in _SEVERAL:
            found += list(user.users)
        elif user.op == "call_function" and operator_name(user) in WHOLE | _PARTS:
            found.append(user)
    return found


def _apart(view: Any, part: Any) -> bool:
    """Whether two views hold no number both: two parts of several, or slices of places that do not meet."""
    if view.target is python.getitem and part.target is python.getitem:
        return bool(view.args[0] is part.args[0])
    if operator_name(view) != "slice" or operator_name(part) != "slice":
        return False
    one, other = _arguments(view), _arguments(part)
    return bool(
        one["dim"] == other["dim"] and (_end(one) <= (other["start"] or 0) or _end(other) <= (one["start"] or 0))
    )


def _end(given: dict[str, Any]) -> int:
    end = given["end"]
    return end if isinstance(end, int) and end >= 0 and (given["start"] or 0) >= 0 else _FAR


_FAR = 2**63
"""Behind every place of an axis."""


def _is_read(view: Any, is_behind: Callable[[Any], bool]) -> bool:
    """Whether a view that was taken before is read behind, itself or through another view."""
    if is_behind(view):
        return False
    return any(is_behind(user) or (seen_whole(user) is view and _is_read(user, is_behind)) for user in view.users)
