"""A network as a graph in DOT, the language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.exporters.diagram import Cluster, diagram_of
from cnncost.exporters.exporter import Exporter
from cnncost.exporters.naming import printable, unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.exporters.diagram import Box, Paint, Painter
    from cnncost.graph.graph import Graph

_HEAD = """\
  graph [rankdir=TB, fontname="Helvetica"];
  node [shape=box, style=rounded, fontname="Helvetica"];
"""


def export_dot(graph: Graph, depth: int | None = 1, paint: Painter | None = None) -> str:
    """The network in DOT; a box is called as the layer or block that it stands for.

    Args:
        graph: the network.
        depth: how many levels of blocks are opened; ``None`` opens all.
        paint: what colours boxes by their costs; without it they are white.

    >>> from cnncost.language.load import loads
    >>> print(export_dot(loads("name: two\\ninput: [3, 8, 8]\\nnetwork: [conv: 4, relu]")), end="")
    digraph "two" {
      graph [rankdir=TB, fontname="Helvetica"];
      node [shape=box, style=rounded, fontname="Helvetica"];
      "input" [label="input\\n3x8x8", shape=oval];
      "conv" [label="conv\\n4x8x8\\n16 params, 768 MACs"];
      "relu" [label="relu\\n4x8x8", peripheries=2];
      "input" -> "conv";
      "conv" -> "relu";
    }
    """
    diagram = diagram_of(graph, depth)
    names = unique(diagram.boxes(), lambda box: printable(box.name))
    numbers = iter(range(len(graph.nodes)))
    members = "".join(_members(diagram.whole, names, numbers, paint, "  "))
    arrows = "".join(
        f"  {_quoted(names[one])} -> {_quoted(names[other])}{_arrow(other)};\n" for one, other in diagram.arrows
    )
    return f"digraph {_quoted(diagram.name)} {{\n{_HEAD}{members}{arrows}}}\n"


def _members(
    cluster: Cluster, names: Mapping[Box, str], numbers: Iterator[int], paint: Painter | None, indent: str
) -> Iterator[str]:
    for member in cluster.members:
        if isinstance(member, Cluster):
            yield f"{indent}subgraph cluster_{next(numbers)} {{\n"
            yield f"{indent}  label={_label(member.title(cluster.name))};\n"
            yield from _members(member, names, numbers, paint, indent + "  ")
            yield f"{indent}}}\n"
        else:
            yield f"{indent}{_quoted(names[member])} [{_attributes(member, cluster.name, paint and paint(member))}];\n"


def _attributes(box: Box, within: str, painted: Paint | None) -> str:
    attributes = [f"label={_label(*box.lines(within, painted))}"]
    if box.is_input or box.is_join:
        attributes.append("shape=oval")
    if box.is_output:
        attributes.append("peripheries=2")
    styles = [*(["filled"] if painted else []), *(["dashed"] if box.training_only else [])]
    if styles:
        attributes.append(f'style="{",".join(["rounded", *styles])}"')
    if painted:
        attributes.append(f'fillcolor="{painted.fill}", fontcolor="{painted.ink}"')
    return ", ".join(attributes)


def _arrow(reader: Box) -> str:
    return " [style=dashed]" if reader.training_only else ""


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _label(*lines: str) -> str:
    """Lines between quotes, which are shown: Graphviz knows the entities of HTML there."""
    return '"' + "\\n".join([_escaped(line.replace("&", "&amp;")) for line in lines]) + '"'


def _escaped(text: str) -> str:
    """A text between quotes, where a backslash would begin an escape."""
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


EXPORTER = Exporter("dot", "a drawing by Graphviz", (".dot", ".gv"), export_dot, is_diagram=True)
