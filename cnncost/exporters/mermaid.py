"""A network as a flowchart of Mermaid, which Markdown on GitHub and GitLab draws: https://mermaid.js.org."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cnncost.exporters.diagram import Cluster, diagram_of
from cnncost.exporters.exporter import Exporter
from cnncost.exporters.naming import printable, unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.exporters.diagram import Box, Diagram, Paint, Painter
    from cnncost.graph.graph import Graph

_ENTITIES = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}
"""What would end a label, or mean something in it."""

_MOST_ARROWS, _MOST_CHARACTERS = 500, 50_000
"""What Mermaid draws unless it is configured otherwise: its `maxEdges` and `maxTextSize`."""

_STYLES = {"output": "stroke-width:3px", "training": "stroke-dasharray:4"}


def export_mermaid(graph: Graph, depth: int | None = 1, paint: Painter | None = None) -> str:
    """The network as a flowchart.

    Args:
        graph: the network.
        depth: how many levels of blocks are opened; ``None`` opens all.
        paint: what colours boxes by their costs; without it they are as Mermaid draws them.

    >>> from cnncost.language.load import loads
    >>> print(export_mermaid(loads("name: two\\ninput: [3, 8, 8]\\nnetwork: [conv: 4, relu]")), end="")
    ---
    title: "two"
    ---
    flowchart TB
      n_input(["input<br/>3x8x8"])
      n_conv["conv<br/>4x8x8<br/>16 params, 768 MACs"]
      n_relu["relu<br/>4x8x8"]
      n_input --> n_conv
      n_conv --> n_relu
      classDef output stroke-width:3px
      class n_relu output
    """
    diagram = diagram_of(graph, depth)
    names = unique(diagram.boxes(), lambda box: _identifier("n", box.name))
    paints = {box: paint(box) for box in diagram.boxes()} if paint else {}
    members = "".join(_members(diagram.whole, names, {}, paints, "  "))
    arrows = "".join(
        f"  {names[one]} {'-.->' if other.training_only else '-->'} {names[other]}\n" for one, other in diagram.arrows
    )
    title = json.dumps(printable(diagram.name), ensure_ascii=False)
    styles = f"{''.join(_classes(diagram, names))}{_colours(names, paints)}"
    return f"---\ntitle: {title}\n---\nflowchart TB\n{members}{arrows}{styles}"


def remarks_on_size(text: str) -> tuple[str, ...]:
    """What is more than Mermaid draws, and what to do."""
    arrows = sum(1 for line in text.splitlines() if "-->" in line or "-.->" in line)
    what = [
        f"{number:,} {name}, and Mermaid draws {most:,} unless its `{option}` is raised"
        for number, most, name, option in (
            (arrows, _MOST_ARROWS, "arrows", "maxEdges"),
            (len(text), _MOST_CHARACTERS, "characters", "maxTextSize"),
        )
        if number > most
    ]
    return tuple([f"the diagram has {each}; a smaller `--depth` makes it smaller" for each in what])


def _members(
    cluster: Cluster, names: Mapping[Box, str], taken: dict[str, int], paints: Mapping[Box, Paint], indent: str
) -> Iterator[str]:
    for member in cluster.members:
        if isinstance(member, Cluster):
            wanted = _identifier("c", member.name)
            taken[wanted] = number = taken.get(wanted, 0) + 1
            name = wanted if number == 1 else f"{wanted}__{number}"
            yield f'{indent}subgraph {name}["{_escaped(member.title(cluster.name))}"]\n'
            yield from _members(member, names, taken, paints, indent + "  ")
            yield f"{indent}end\n"
        else:
            yield f"{indent}{names[member]}{_shape(member, cluster.name, paints.get(member))}\n"


def _shape(box: Box, within: str, painted: Paint | None) -> str:
    label = f'"{"<br/>".join([_escaped(line) for line in box.lines(within, painted)])}"'
    return f"([{label}])" if box.is_input or box.is_join else f"[{label}]"


def _classes(diagram: Diagram, names: Mapping[Box, str]) -> Iterator[str]:
    """Outputs with a thick line, and what runs in training only with a dashed one."""
    marked = {
        "output": [names[box] for box in diagram.boxes() if box.is_output],
        "training": [names[box] for box in diagram.boxes() if box.training_only],
    }
    for name, boxes in marked.items():
        if boxes:
            yield f"  classDef {name} {_STYLES[name]}\n  class {','.join(boxes)} {name}\n"


def _colours(names: Mapping[Box, str], paints: Mapping[Box, Paint]) -> str:
    """The colours of the boxes."""
    return "".join([f"  style {names[box]} fill:{each.fill},color:{each.ink}\n" for box, each in paints.items()])


def _identifier(prefix: str, name: str) -> str:
    """A name of letters, digits and single underscores, which no word of the language equals."""
    return f"{prefix}_{re.sub(r'[^0-9A-Za-z]+', '_', name).strip('_')}"


def _escaped(text: str) -> str:
    return "".join([_ENTITIES.get(character, character) for character in printable(text)])


EXPORTER = Exporter(
    "mermaid",
    "a flowchart in Markdown",
    (".mmd", ".mermaid"),
    export_mermaid,
    is_diagram=True,
    remarks=remarks_on_size,
)
