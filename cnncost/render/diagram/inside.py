"""Blocks from the inside: what lies in each is placed, from the innermost outwards."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.diagram.blocks import Block
from cnncost.render.diagram.placement import Size, place
from cnncost.render.diagram.ports import Ports
from cnncost.render.svg.lettering import shortened, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.render.diagram.contents import Content, Contents
    from cnncost.render.diagram.placement import Placement
    from cnncost.render.diagram.structure import Structure

TITLE, SMALL = 12, 10
"""Sizes of letters: of names, and of what stands below them."""
_LINE, _PADDING, _MOST_TEXT, _LEAST_WIDTH = 13, 8, 260, 56
_FRAME, HEADER = 12, 24


class Closed(NamedTuple):
    """A box without a place."""

    content: Content
    title: str
    lines: tuple[str, ...]
    size: Size


class Opened(NamedTuple):
    """The inside of a block, placed."""

    block: Block
    structure: Structure
    placement: Placement
    parts: list[Closed | Opened]
    """Its children."""
    sizes: list[Size]
    """Of all its items."""
    ports: Ports
    title: str
    size: Size
    """With its frame."""

    def inlet_at(self, tensor: int) -> float:
        """How far from its trunk a tensor enters."""
        return self.placement.x[len(self.parts) + self.structure.inlets.index(tensor)]

    def outlet_at(self, tensor: int) -> float:
        """How far from its trunk a tensor leaves."""
        structure = self.structure
        return self.placement.x[len(self.parts) + len(structure.inlets) + structure.outlets.index(tensor)]

    @property
    def top(self) -> float:
        """Where its first rank begins in its frame: below the title, unless a gap for lines is there."""
        return 0 if self.structure.inlets else HEADER


def open_block(
    block: Block, structures: Mapping[str, Structure], contents: Contents, opened: Callable[[Block], bool]
) -> Opened:
    """A block with all that lies in it, some of its blocks open."""
    structure = structures[block.name]
    path = block.name
    parts: list[Closed | Opened] = [
        open_block(child, structures, contents, opened)
        if isinstance(child, Block) and opened(child)
        else _closed(contents.of(child, path))
        for child in block.children
    ]
    ports = Ports(structure, len(parts), {place for place, part in enumerate(parts) if isinstance(part, Closed)})
    sizes = [ports.widened(item, part.size) for item, part in enumerate(parts)]
    sizes += [Size(0, ports.label_room(item, contents.shape), 0) for item in range(len(parts), len(structure.columns))]
    placement = ports.with_labels(place(structure, sizes), contents.shape)
    inside = placement.size
    kind = f": {block.kind}" if block.kind and block.kind not in block.label else ""
    title = shortened(block.label + kind, SMALL, _MOST_TEXT)
    top = 0 if structure.inlets else HEADER
    bottom = 0 if structure.outlets else _FRAME
    size = Size(
        max(inside.left + _FRAME, ceil(width_of(title, SMALL)) + 2 * _PADDING),
        inside.right + _FRAME,
        inside.height + top + bottom,
    )
    return Opened(block, structure, placement, parts, sizes, ports, title, size)


def _closed(content: Content) -> Closed:
    title = shortened(content.title, TITLE, _MOST_TEXT)
    lines = tuple([shortened(line, SMALL, _MOST_TEXT) for line in content.lines])
    width = max([width_of(title, TITLE), *[width_of(line, SMALL) for line in lines]])
    half = ceil(max(width, _LEAST_WIDTH) / 2) + _PADDING
    return Closed(content, title, lines, Size(half, half, _LINE * (1 + len(lines)) + 2 * _PADDING - 2))
