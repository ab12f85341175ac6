"""A network whose names and texts mean something to whatever shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.language.load import loads

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><!--",
    "&lt;b&gt; &amp; &#60;",
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "\t=1+1",
    "[red]x[/red] [link=y]",
    ":smile: [/]",
    r"\input{secret}",
    r"\write18{rm} ^^M \\ \&",
    "100% of $x_1^2$ #1 ~ {y}",
    "a--b --- ``c'' ?` !` ,,d",
    "# heading | cell | `code` **bold** _it_ ~~no~~",
    "[a](javascript:b) ![i](j) <http://k>",
    "1. one",
    "- two",
    '"q" \\" \'a\' \\n \\',
    "]]> --> %% end",
    "x\x1b[31m\x07 y\u202e z\u2028 w",
    "line\nbreak\r\nand | more",
    "卷积 × – → é",
)
"""Texts, each of which some format takes for something else."""


def hostile_graph(shift: int = 0) -> Graph:
    """A network with a hostile name for each layer, and for itself; other ones for another `shift`."""
    steps = [*["{conv: [4, 3, 1, 1]}", "relu"] * 11, "flatten", "linear: 2"]
    graph = loads(f"input: [3, 8, 8]\nnetwork: [{', '.join(steps)}]")
    names = [HOSTILE[(place + shift) % len(HOSTILE)] for place in range(len(graph.nodes))]
    unique = [f"{name}{' again' * names[:place].count(name)}" for place, name in enumerate(names)]
    nodes = tuple([node._replace(name=name) for node, name in zip(graph.nodes, unique, strict=True)])
    return graph._replace(name=HOSTILE[shift], nodes=nodes, source=HOSTILE[(shift + 1) % len(HOSTILE)])
