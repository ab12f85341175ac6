"""A drawing of each block in layers, without sizes: what is independent of how large boxes are, and which are open.

Boxes are put in their places from this and from their sizes: here by :mod:`placement`, and in the page of a report by
its script, since there blocks are opened and closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.diagram.blocks import Block
from cnncost.render.diagram.columns import columns_of
from cnncost.render.diagram.flow import levels_of
from cnncost.render.diagram.order import order_of
from cnncost.render.diagram.ranks import ranks_of

if TYPE_CHECKING:
    from cnncost.render.diagram.flow import Flow, Level
    from cnncost.render.diagram.order import Rail


class Structure(NamedTuple):
    """How a block is drawn.

    Its items are numbered: first the children of the block, in their order; then what enters it, an item for each
    tensor; then what leaves it, likewise; then the bends of lines.
    """

    inlets: tuple[int, ...]
    """The numbers of the layers outside that something in the block reads."""
    outlets: tuple[int, ...]
    """The numbers of layers of the block that something outside reads."""
    ranks: list[list[int]]
    """The items of each rank from left to right; the first rank is at the top."""
    columns: list[int]
    """The column that each item stands in; columns are numbered from left to right, and all items of one are straight
    below each other."""
    spine: int
    """The column of the trunk."""
    links: list[tuple[int, int, int]]
    """Pieces of lines between items of neighbouring ranks: upper item, lower item, number of the layer whose tensor
    flows."""
    rails: list[Rail]
    """Lines that run beside all boxes."""


def structures_of(flow: Flow) -> dict[str, Structure]:
    """The drawing of every block, by its name.

    >>> from cnncost.render.diagram.flow import flow_of
    >>> from cnncost import analyze
    >>> structure = structures_of(flow_of(analyze("lenet5")))[""]
    >>> structure.ranks[:3], structure.links[:2], set(structure.columns)
    ([[0], [1], [2]], [(0, 1, -1), (1, 2, 0)], {0})
    """
    levels = levels_of(flow)
    found: dict[str, Structure] = {}
    for block in flow.tree.blocks():  # outer ones first: they say in which order tensors arrive
        found[block.name] = structure = _structure(levels[block.name])
        arrivals = _arrivals(structure)
        for place, child in enumerate(block.children):
            if isinstance(child, Block):
                levels[child.name] = levels[child.name].with_inlets(arrivals.get(place, ()))
    return found


def _arrivals(structure: Structure) -> dict[int, list[int]]:
    """The tensors that reach each item, as their lines come from left to right, those on rails first."""
    places = {item: place for row in structure.ranks for place, item in enumerate(row)}
    found: dict[int, list[int]] = {}
    for rail in structure.rails:
        for target in rail.targets:
            found.setdefault(target, []).append(rail.tensor)
    for _, lower, tensor in sorted(structure.links, key=lambda link: places[link[0]]):
        found.setdefault(lower, []).append(tensor)
    return found


def _structure(level: Level) -> Structure:
    ranks = ranks_of(level)
    order = order_of(level, ranks)
    columns = columns_of(order, len(ranks))
    return Structure(level.inlets, level.outlets, order.ranks, columns.of, columns.spine, order.links, order.rails)
