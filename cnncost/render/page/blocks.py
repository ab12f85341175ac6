"""The layers of a network in its blocks, as their names nest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.graph.names import joined, segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.report.rows import Row

_SAY_NOTHING = ("for", "branch")
"""Kinds of blocks that say nothing of what is in them."""


def block_tree(rows: Sequence[Row]) -> dict[str, Any]:
    """The outermost block, with blocks and the numbers of layers as its `children`, in the order of execution.

    A layer that is called as a block is, such as the addition of a residual connection, lies in that block.

    >>> from cnncost import analyze
    >>> tree = block_tree(analyze("resnet18").rows)
    >>> tree["children"][0]
    {'label': 'conv_bn', 'kind': 'conv_bn', 'children': [0, 1]}
    """
    paths = [segments(row.name) for row in rows]
    blocks = {joined(path[:depth]) for path in paths for depth in range(1, len(path))}
    root: dict[str, Any] = {"label": "", "children": []}
    known = {"": root}
    for number, (row, path) in enumerate(zip(rows, paths, strict=True)):
        depth = len(path) if row.name in blocks else len(path) - 1
        _block(known, path[:depth], row)["children"].append(number)
    return root


def _block(known: dict[str, dict[str, Any]], path: list[str], row: Row) -> dict[str, Any]:
    """The block of a path, made with those around it where it is met for the first time."""
    name = joined(path)
    if name not in known:
        around = joined(path[:-1])
        kind = row.scopes[len(path) - 1] if len(row.scopes) >= len(path) else ""
        known[name] = {
            "label": name.removeprefix(around).removeprefix(".") or name,
            "kind": "" if kind in _SAY_NOTHING else kind,
            "children": [],
        }
        _block(known, path[:-1], row)["children"].append(known[name])
    return known[name]
