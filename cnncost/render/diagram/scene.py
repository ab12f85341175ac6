"""A network laid out: boxes, frames around open blocks, lines and labels, each with its place."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from cnncost.graph.names import segments
from cnncost.records import NamedTuple
from cnncost.render.diagram.blocks import Block
from cnncost.render.diagram.placement import RAIL_GAP, Size, place
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
_FRAME, _HEADER = 12, 24


class Box(NamedTuple):
    """A layer, or a block that is closed."""

    x: float
    """Its left side."""
    y: float
    """Its top."""
    width: float
    height: float
    content: Content
    """What is said in it."""
    title: str
    """Its first line, which fits."""
    lines: tuple[str, ...]
    """The lines below, which fit."""


class Frame(NamedTuple):
    """A block that is open."""

    x: float
    y: float
    width: float
    height: float
    name: str
    title: str


class Line(NamedTuple):
    """A piece of the line of a tensor."""

    tensor: int
    """The number of the layer that makes it."""
    points: tuple[tuple[float, float], ...]
    """Straight down between the first two and between the last two; between the others it goes across."""
    arrives: bool
    """Whether it ends in a box."""


class Label(NamedTuple):
    """The shape of a tensor, beside its line."""

    x: float
    y: float
    text: str


class Scene(NamedTuple):
    """All that is drawn; the left upper corner is the origin."""

    width: float
    height: float
    frames: list[Frame]
    """The outer ones first."""
    boxes: list[Box]
    lines: list[Line]
    labels: list[Label]


class _Closed(NamedTuple):
    """A box without a place."""

    content: Content
    title: str
    lines: tuple[str, ...]
    size: Size


class _Opened(NamedTuple):
    """The inside of a block, placed."""

    block: Block
    structure: Structure
    placement: Placement
    parts: list[_Closed | _Opened]
    """Its children."""
    sizes: list[Size]
    """Of all its items."""
    ports: Ports
    title: str
    size: Size
    """With its frame."""


def scene_of(
    tree: Block, structures: Mapping[str, Structure], contents: Contents, opened: Callable[[Block], bool]
) -> Scene:
    """The network with some of its blocks open."""
    whole = _open(tree, structures, contents, opened)
    scene = Scene(whole.placement.size.left + whole.placement.size.right, whole.placement.size.height, [], [], [], [])
    _emit(whole, whole.placement.size.left, 0, contents, scene)
    return scene


def _open(
    block: Block, structures: Mapping[str, Structure], contents: Contents, opened: Callable[[Block], bool]
) -> _Opened:
    structure = structures[block.name]
    path = block.name
    parts: list[_Closed | _Opened] = [
        _open(child, structures, contents, opened)
        if isinstance(child, Block) and opened(child)
        else _close(contents.of(child, path))
        for child in block.children
    ]
    ports = Ports(structure, len(parts), {place for place, part in enumerate(parts) if isinstance(part, _Closed)})
    sizes = [ports.widened(item, part.size) for item, part in enumerate(parts)]
    sizes += [Size(0, ports.label_room(item, contents.shape), 0) for item in range(len(parts), len(structure.columns))]
    placement = place(structure, sizes)
    inside = placement.size
    title = shortened(
        block.label + (f": {block.kind}" if block.kind and block.kind not in block.label else ""), SMALL, _MOST_TEXT
    )
    labels = max([placement.x[item] + room for item, room in ports.rooms_below(contents.shape)], default=0)
    top = 0 if structure.inlets else _HEADER
    bottom = 0 if structure.outlets else _FRAME
    size = Size(
        max(inside.left + _FRAME, ceil(width_of(title, SMALL)) + 2 * _PADDING),
        max(inside.right + _FRAME, labels),
        inside.height + top + bottom,
    )
    return _Opened(block, structure, placement, parts, sizes, ports, title, size)


def _close(content: Content) -> _Closed:
    title = shortened(content.title, TITLE, _MOST_TEXT)
    lines = tuple([shortened(line, SMALL, _MOST_TEXT) for line in content.lines])
    width = max([width_of(title, TITLE), *[width_of(line, SMALL) for line in lines]])
    half = ceil(max(width, _LEAST_WIDTH) / 2) + _PADDING
    return _Closed(content, title, lines, Size(half, half, _LINE * (1 + len(lines)) + 2 * _PADDING - 2))


def _emit(whole: _Opened, x: float, y: float, contents: Contents, scene: Scene) -> None:
    """Draw the inside of a block whose trunk is at `x` and whose first rank is at `y`."""
    placement = whole.placement
    for item, part in enumerate(whole.parts):
        middle, top = x + placement.x[item], y + placement.y[item]
        if isinstance(part, _Closed):
            size = whole.sizes[item]
            scene.boxes.append(
                Box(middle - size.left, top, size.left + size.right, size.height, part.content, part.title, part.lines)
            )
        else:
            scene.frames.append(
                Frame(
                    middle - part.size.left,
                    top,
                    part.size.left + part.size.right,
                    part.size.height,
                    part.block.name,
                    part.title,
                )
            )
            _emit(part, middle, top + (0 if part.structure.inlets else _HEADER), contents, scene)
    _draw_lines(whole, x, y, contents, scene)


def _draw_lines(whole: _Opened, x: float, y: float, contents: Contents, scene: Scene) -> None:
    structure, placement, ports = whole.structure, whole.placement, whole.ports
    rank_of = {item: rank for rank, row in enumerate(structure.ranks) for item in row}
    parts = len(whole.parts)
    outs, ins = ports.places(placement.x)

    def leaves(item: int, tensor: int) -> tuple[float, float]:
        if item >= parts:
            return x + placement.x[item], y + placement.ranks[rank_of[item]][0]
        part = whole.parts[item]
        at = outs[item, tensor] if isinstance(part, _Closed) else _outlet(part, tensor)
        return x + placement.x[item] + at, y + placement.y[item] + whole.sizes[item].height

    def enters(item: int, tensor: int) -> tuple[float, float]:
        if item >= parts:
            return x + placement.x[item], y + placement.ranks[rank_of[item]][0]
        part = whole.parts[item]
        at = ins[item, tensor] if isinstance(part, _Closed) else _inlet(part, tensor)
        return x + placement.x[item] + at, y + placement.y[item]

    for upper, lower, tensor in structure.links:
        start, end = leaves(upper, tensor), enters(lower, tensor)
        below, above = y + placement.ranks[rank_of[upper]][1], y + placement.ranks[rank_of[lower]][0]
        points: tuple[tuple[float, float], ...] = (start, (start[0], below), (end[0], above), end)
        scene.lines.append(Line(tensor, points, lower < parts and isinstance(whole.parts[lower], _Closed)))
    edge = x - placement.size.left
    for rail in structure.rails:
        start = leaves(rail.source, rail.tensor)
        below = y + placement.ranks[rank_of[rail.source]][1] + RAIL_GAP
        at = edge + RAIL_GAP * (max(each.number for each in structure.rails) - rail.number + 0.5)
        for target in rail.targets:
            end = enters(target, rail.tensor)
            above = y + placement.ranks[rank_of[target]][0] - RAIL_GAP
            points = (start, (start[0], below), (at, below), (at, above), (end[0], above), end)
            scene.lines.append(Line(rail.tensor, points, target < parts and isinstance(whole.parts[target], _Closed)))
    for (item, tensor), bend in ports.labelled.items():
        if bend is None:
            at_x, at_y = leaves(item, tensor)
            scene.labels.append(Label(at_x + 5, at_y + 13, contents.shape(tensor)))
        else:
            top = y + placement.ranks[rank_of[bend]][0]
            scene.labels.append(Label(x + placement.x[bend] + 5, top + 8, contents.shape(tensor)))


def _inlet(part: _Opened, tensor: int) -> float:
    return part.placement.x[len(part.parts) + part.structure.inlets.index(tensor)]


def _outlet(part: _Opened, tensor: int) -> float:
    structure = part.structure
    return part.placement.x[len(part.parts) + len(structure.inlets) + structure.outlets.index(tensor)]


def opens_to(depth: int | None) -> Callable[[Block], bool]:
    """Which blocks are open at a depth: those whose name has fewer parts; all for ``None``."""
    return lambda block: depth is None or len(segments(block.name)) < depth
