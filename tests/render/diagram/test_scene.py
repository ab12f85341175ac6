"""Drawings: no boxes over each other, lines that run downwards, and every edge of the network among them."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest

from cnncost import analyze
from cnncost.graph.builder import GraphBuilder
from cnncost.language.library import files
from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Tensor
from cnncost.render.diagram.blocks import Block, block_tree
from cnncost.render.diagram.contents import Contents
from cnncost.render.diagram.draw import auto_depth
from cnncost.render.diagram.flow import Flow, flow_of
from cnncost.render.diagram.scene import opens_to, scene_of
from cnncost.render.diagram.structure import Structure, structures_of

if TYPE_CHECKING:
    from cnncost import Graph
    from cnncost.render.diagram.scene import Scene
    from cnncost.report.report import Report

TWO_INPUTS = """\
name: two
input: {left: [3, 8, 8], right: [3, 8, 8]}
network:
  - {conv: 4, from: left, name: a}
  - {conv: 4, from: right, name: b}
  - {add, from: [a, b]}
"""

SAMPLE = ("resnet50", "googlenet", "densenet121", "unet", "nnunet", "yolov8n", "hrnet_w18", "efficientdet_d0", "i3d")


def dense(layers: int) -> Graph:
    """A network in which every join reads all layers before it."""
    builder = GraphBuilder("dense")
    made = [builder.add_input("input", Tensor(4, (8, 8)))]
    for _ in range(layers):
        made.append(builder.add(REGISTRY["sigmoid"](), made[-1:]))
        made[-1] = builder.add(REGISTRY["concat"](), made) if len(made) > 2 else made[-1]
    return builder.finish(made[-1:])


def nested(layers: int) -> Graph:
    """A network whose first half is added to its second half, the last first."""
    builder = GraphBuilder("nested")
    made = [builder.add_input("input", Tensor(4, (8, 8)))]
    for _ in range(layers):
        made.append(builder.add(REGISTRY["relu"](), made[-1:]))
    at = made[-1]
    for read in reversed(made[:-1]):
        at = builder.add(REGISTRY["add"](), [at, read])
    return builder.finish([at])


def chance(seed: int, layers: int = 60) -> Graph:
    """A network of blocks in blocks that are left and entered again, with lines near and far."""
    random = Random(seed)
    builder = GraphBuilder(f"chance {seed}")
    made = [builder.add_input("x", Tensor(4, (4, 4))), builder.add_input("y", Tensor(4, (4, 4)))]
    path: list[str] = []
    for number in range(layers):
        if random.random() < 0.4:
            path = [
                *path[: random.randrange(len(path) + 1)],
                *random.sample(["a", "b[0]", "b[1]", "c"], random.randrange(3)),
            ]
        near = made[-5:] if random.random() < 0.8 else made
        reads = random.sample(near, random.randint(1, min(3, len(near))))
        kind = REGISTRY["add" if len(reads) > 1 else "relu"]()
        made.append(builder.add(kind, reads, name=".".join([*path, f"l{number}"])))
    read = {read for node in builder.nodes for read in node.inputs}
    return builder.finish([number for number in made if number not in read])


def scene(report: Report, depth: int | None) -> tuple[Flow, dict[str, Structure], Scene]:
    flow = flow_of(report)
    structures = structures_of(flow)
    return flow, structures, scene_of(flow.tree, structures, Contents(report, flow, "macs"), opens_to(depth))


def assert_apart(scene: Scene) -> None:
    """No two boxes have a point in common, and all lie in the picture."""
    boxes = sorted(scene.boxes, key=lambda box: box.y)
    for number, one in enumerate(boxes):
        assert 0 <= one.x < one.x + one.width <= scene.width + 0.01
        assert 0 <= one.y < one.y + one.height <= scene.height + 0.01
        for other in boxes[number + 1 :]:
            if other.y >= one.y + one.height:
                break
            assert other.x >= one.x + one.width or one.x >= other.x + other.width, (
                one.content.name,
                other.content.name,
            )


def assert_downwards(scene: Scene) -> None:
    for line in scene.lines:
        heights = [y for _, y in line.points]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]


def assert_free(scene: Scene) -> None:
    """Where lines run straight down they touch no box but at its border."""
    for line in scene.lines:
        for (x, top), (end, bottom) in zip(line.points, line.points[1:], strict=False):
            if x != end:
                continue
            for box in scene.boxes:
                inside = box.x < x < box.x + box.width
                assert not (inside and top < box.y + box.height - 0.01 and bottom > box.y + 0.01), box.content.name


def drawn_edges(flow: Flow, structures: dict[str, Structure]) -> set[tuple[int, int]]:
    """Who reads whom, by following the lines from each layer through the blocks around them."""
    edges: set[tuple[int, int]] = set()
    for block in flow.tree.blocks():
        for part, child in enumerate(block.children):
            if isinstance(child, Block):
                continue
            edges |= {(tensor, child) for tensor in entering(structures[block.name], part)}
    return edges


def entering(structure: Structure, part: int) -> set[int]:
    return {tensor for _, lower, tensor in structure.links if lower == part} | {
        rail.tensor for rail in structure.rails if part in rail.targets
    }


def assert_linked(flow: Flow, structures: dict[str, Structure]) -> None:
    """Every line that enters something comes from something, up to the layer that makes the tensor."""
    for block in flow.tree.blocks():
        structure = structures[block.name]
        parts = len(block.children)
        for upper, lower, tensor in structure.links:
            ranks = {item: rank for rank, row in enumerate(structure.ranks) for item in row}
            assert ranks[lower] == ranks[upper] + 1
            if upper < parts:
                child = block.children[upper]
                assert tensor in structures[child.name].outlets if isinstance(child, Block) else tensor == child
            elif upper < parts + len(structure.inlets):
                assert structure.inlets[upper - parts] == tensor
            else:
                assert any(lower == upper and tensor == flows for _, lower, flows in structure.links)


@pytest.mark.parametrize("name", [path.stem for path in files()])
def test_architectures_are_drawn_whole(name: str) -> None:
    report = analyze(name)
    flow, structures, _ = scene(report, 1)
    assert drawn_edges(flow, structures) == set(flow.edges())
    for depth in (1, auto_depth(flow.tree)):
        *_, drawn = scene(report, depth)
        assert_apart(drawn)
        assert_downwards(drawn)
        assert {box.content.name for box in drawn.boxes if box.content.is_input} == {*report.inputs}


@pytest.mark.parametrize("name", SAMPLE)
def test_open_networks_are_drawn_whole(name: str) -> None:
    report = analyze(name)
    flow, structures, drawn = scene(report, None)
    assert sorted([box.content.name for box in drawn.boxes]) == sorted(flow.names)
    assert_apart(drawn)
    assert_downwards(drawn)
    assert_free(drawn)
    assert_linked(flow, structures)


@pytest.mark.parametrize(
    "graph", [dense(12), nested(10), loads(TWO_INPUTS), *map(chance, range(12))], ids=lambda graph: graph.name
)
def test_odd_networks_are_drawn_whole(graph: Graph) -> None:
    flow, structures, drawn = scene(analyze(graph), None)
    assert drawn_edges(flow, structures) == set(flow.edges())
    assert_apart(drawn)
    assert_downwards(drawn)
    assert_free(drawn)
    assert_linked(flow, structures)


def test_the_trunk_is_straight() -> None:
    *_, drawn = scene(analyze("resnet50"), 2)
    middles = {round(box.x + box.width / 2, 3) for box in drawn.boxes}
    assert len(middles) == 1


def test_long_lines_run_on_rails_where_they_are_many() -> None:
    count = 150
    report = analyze(nested(count))
    flow, structures, drawn = scene(report, None)
    rails = structures[""].rails
    assert rails
    assert len(structures[""].columns) < 20 * count
    assert drawn_edges(flow, structures) == set(flow.edges())
    ranks = {item: rank for rank, row in enumerate(structures[""].ranks) for item in row}
    for one, other in combinations(rails, 2):
        if one.number == other.number:
            first, second = sorted([one, other], key=lambda rail: ranks[rail.source])
            assert max([ranks[target] for target in first.targets]) < ranks[second.source] + 1
    assert_apart(drawn)
    assert_downwards(drawn)


def test_a_block_that_is_left_and_entered_again_is_two() -> None:
    tree = block_tree(["head.a", "head.b", "x", "head.c", "head.d"])
    assert [child.label for child in tree.children if isinstance(child, Block)] == ["head", "head (2)"]
    names = [
        block.name for block in block_tree(["a.x", "a.y", "b", "a.x2", "a.y2", "c", "a (2).x", "a (2).y"]).blocks()
    ]
    assert len(names) == len({*names})
