"""A network laid out: boxes, frames around open blocks, lines and labels, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.names import segments
from cnncost.records import NamedTuple
from cnncost.render.diagram.inside import Closed, open_block
from cnncost.render.diagram.lines import Label, Line, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.render.diagram.blocks import Block
    from cnncost.render.diagram.contents import Content, Contents
    from cnncost.render.diagram.inside import Opened
    from cnncost.render.diagram.structure import Structure


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


class Scene(NamedTuple):
    """All that is drawn; the left upper corner is the origin."""

    width: float
    height: float
    frames: list[Frame]
    """The outer ones first."""
    boxes: list[Box]
    lines: list[Line]
    labels: list[Label]


def scene_of(
    tree: Block, structures: Mapping[str, Structure], contents: Contents, opened: Callable[[Block], bool]
) -> Scene:
    """The network with some of its blocks open."""
    whole = open_block(tree, structures, contents, opened)
    scene = Scene(whole.placement.size.left + whole.placement.size.right, whole.placement.size.height, [], [], [], [])
    _emit(whole, whole.placement.size.left, 0, contents, scene)
    return scene


def _emit(whole: Opened, x: float, y: float, contents: Contents, scene: Scene) -> None:
    """Draw the inside of a block whose trunk is at `x` and whose first rank is at `y`."""
    placement = whole.placement
    for item, part in enumerate(whole.parts):
        middle, top = x + placement.x[item], y + placement.y[item]
        if isinstance(part, Closed):
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
            _emit(part, middle, top + part.top, contents, scene)
    wiring = Wiring(whole, x, y)
    scene.lines.extend(wiring.lines())
    scene.labels.extend(wiring.labels(contents.shape))


def opens_to(depth: int | None) -> Callable[[Block], bool]:
    """Which blocks are open at a depth: those whose name has fewer parts; all for ``None``."""
    return lambda block: depth is None or len(segments(block.name)) < depth
