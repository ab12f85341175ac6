"""The drawing of a network as plain data, for the script of a page: blocks in each other, each with its structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.diagram.blocks import Block
from cnncost.render.diagram.flow import flow_of
from cnncost.render.diagram.structure import structures_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.render.diagram.structure import Structure
    from cnncost.report.report import Report


def drawing_data(report: Report) -> dict[str, Any]:
    """The outermost block of a report that has a row for each layer.

    A rank of one item is that item, links are one list of upper item, lower item and tensor, and what is as usual is
    left out: columns where there is one only, rails where there are none.

    >>> from cnncost import analyze
    >>> data = drawing_data(analyze("lenet5"))
    >>> data["children"][:3], data["ranks"][:3], data["links"][:6]
    ([-1, 0, 1], [0, 1, 2], [0, 1, -1, 1, 2, 0])
    """
    flow = flow_of(report)
    return _block(flow.tree, structures_of(flow))


def _block(block: Block, structures: Mapping[str, Structure]) -> dict[str, Any]:
    structure = structures[block.name]
    data: dict[str, Any] = {
        "name": block.name,
        "label": block.label,
        "kind": block.kind,
        "children": [_block(child, structures) if isinstance(child, Block) else child for child in block.children],
        "inlets": list(structure.inlets),
        "outlets": list(structure.outlets),
        "ranks": [rank[0] if len(rank) == 1 else rank for rank in structure.ranks],
        "links": [number for link in structure.links for number in link],
    }
    if any(structure.columns):
        data |= {"columns": structure.columns, "spine": structure.spine}
    if structure.rails:
        data["rails"] = [list(rail) for rail in structure.rails]
    return data
