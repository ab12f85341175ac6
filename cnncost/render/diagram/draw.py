"""A report as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from cnncost import arguments as given
from cnncost.errors import SpecError
from cnncost.graph.names import segments
from cnncost.render.cells import readable
from cnncost.render.diagram.blocks import Block
from cnncost.render.diagram.contents import Contents
from cnncost.render.diagram.flow import flow_of
from cnncost.render.diagram.picture import Legend, scene_svg
from cnncost.render.diagram.scene import opens_to, scene_of
from cnncost.render.diagram.structure import structures_of
from cnncost.render.parts.headings import full_heading_of, heading_of, kind_of
from cnncost.report.totals import figure_meant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.exporters.diagram import Box, Paint
    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report

Depth: TypeAlias = "int | Literal['auto'] | None"
"""How many levels of blocks are open."""

_ABOUT_AS_MANY = 32
"""Boxes that a drawing has at most where its depth is chosen for it, unless one level has more."""


def report_svg(report: Report, depth: Depth = "auto", color_by: str = "macs") -> str:
    """The drawing of a report that has a row for each layer.

    Args:
        report: the network's.
        depth: how many levels of blocks are opened; ``None`` opens all.
        color_by: the figure that says how dark boxes are.

    Raises:
        SpecError: there is no such figure.
    """
    flow = flow_of(report)
    levels = auto_depth(flow.tree) if depth == "auto" else depth
    contents = Contents(report, flow, _figure(report, color_by))
    scene = scene_of(flow.tree, structures_of(flow), contents, opens_to(levels))
    return scene_svg(
        scene, report.name, _about(report), _legend(report, contents, [box.content.cost for box in scene.boxes])
    )


def auto_depth(tree: Block) -> int:
    """The deepest level that has not too many boxes.

    >>> from cnncost.render.diagram.blocks import block_tree
    >>> auto_depth(block_tree([f"stage[{stage}].unit[{unit}].conv" for stage in range(4) for unit in range(20)]))
    1
    """
    depth = 1
    while any(len(segments(block.name)) == depth for block in tree.blocks() if block.name):
        if _boxes(tree, depth + 1) > _ABOUT_AS_MANY:
            break
        depth += 1
    return depth


def exported(graph: Graph, report: Report, form: str, depth: Depth = "auto", color_by: str = "macs") -> str:
    """The drawing of a report in the language of a program that lays it out itself.

    Args:
        graph: the network.
        report: what it costs, with a row for each layer.
        form: ``dot`` or ``mermaid``.
        depth, color_by: as for :func:`report_svg`.

    Raises:
        SpecError: there is no such figure.
    """
    from cnncost.exporters.diagram import Paint, diagram_of
    from cnncost.exporters.exporter import find_exporter

    flow = flow_of(report)
    figure = _figure(report, color_by)
    contents = Contents(report, flow, figure)
    levels = auto_depth(flow.tree) if depth == "auto" else depth
    figures = {box: contents.figures(box.members) for box in diagram_of(graph, levels).boxes()}
    legend = _legend(report, contents, [each[figure] for each in figures.values() if each is not None])

    def paint(box: Box) -> Paint:
        of_box = figures[box]
        cost = 0 if of_box is None else of_box[figure]
        return Paint(legend.fill(cost), legend.ink(cost), () if of_box is None else contents.costs(of_box))

    text = find_exporter(form).export(graph, levels, paint)
    assert isinstance(text, str)
    return text


def _figure(report: Report, name: object) -> str:
    """The figure of that name, of which every layer has some.

    Raises:
        SpecError: there is none.
    """
    figure = given.text("the figure to colour by", name, "a name")
    if figure not in report.metrics:
        hint = "known are " + ", ".join(f"`{known}`" for known in report.metrics)
        raise SpecError(f"no box has a figure `{figure[:80]}`{figure_meant(figure, report.metrics)}", hint=hint)
    return figure


def _legend(report: Report, contents: Contents, costs: Iterable[int | None]) -> Legend:
    most = max([cost or 0 for cost in costs], default=0)
    heading = full_heading_of(contents.figure, report.settings.convention)
    return Legend(heading, most, (contents.cost_text(0), contents.cost_text(most // 2), contents.cost_text(most)))


def _boxes(block: Block, depth: int) -> int:
    """How many boxes a depth has."""
    is_open = opens_to(depth)
    return sum([_boxes(child, depth) if isinstance(child, Block) and is_open(child) else 1 for child in block.children])


def _about(report: Report) -> str:
    """What the figures are of."""
    settings = report.settings
    totals = [f"{readable(kind_of(name), report.totals.shown(name))} {heading_of(name)}" for name in ("params", "macs")]
    return ", ".join([*totals, f"batch {settings.batch}", *([] if settings.mode == "infer" else [settings.mode])])
