"""What DOT and Mermaid allow, as far as our diagrams use them: readers that refuse everything else.

DOT by the grammar of https://graphviz.org/doc/info/lang.html, Mermaid by https://mermaid.js.org/syntax/flowchart.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STRING = r'"(?:[^"\\]|\\.)*"'
_DOT_TOKENS = re.compile(rf"\s*({_STRING}|->|[{{}}\[\];,=]|[A-Za-z_]\w*|\d+|$)")

_LABEL = r'"[^"<>`\\]*(?:<br/>[^"<>`\\]*)*"'
_MERMAID_LINES = {
    "colour": re.compile(r"  style n_\w* fill:#[0-9a-f]{6},color:#[0-9a-f]{6}"),
    "node": re.compile(rf"\s+(n_\w*)(?:\[({_LABEL})\]|\(\[({_LABEL})\]\))"),
    "cluster": re.compile(rf"\s+subgraph (c_\w*)\[{_LABEL}\]"),
    "end": re.compile(r"\s+end"),
    "arrow": re.compile(r"\s+(n_\w*) (-->|-\.->) (n_\w*)"),
    "style": re.compile(r"\s+classDef \w+ [\w:-]+"),
    "class": re.compile(r"\s+class n_\w*(?:,n_\w*)* \w+"),
}


class Read(NamedTuple):
    """What a diagram says."""

    nodes: dict[str, str]
    """Labels by name."""
    arrows: list[tuple[str, str]]
    """From name to name."""
    clusters: list[str]
    """Their names."""


def read_dot(text: str) -> Read:
    """Read a digraph: statements of attributes, nodes, edges and subgraphs.

    Raises:
        AssertionError: it is no DOT, or names a node in an edge that it does not declare.
    """
    tokens = _tokens(text)
    assert tokens.pop() == "digraph"
    assert tokens.pop().startswith('"')
    read = Read({}, [], [])
    _statements(tokens, read)
    assert not tokens
    assert {end for arrow in read.arrows for end in arrow} <= read.nodes.keys()
    return read


def _tokens(text: str) -> list[str]:
    """The tokens, the first last."""
    tokens, place = [], 0
    while place < len(text):
        found = _DOT_TOKENS.match(text, place)
        assert found, text[place : place + 40]
        tokens.append(found[1])
        place = found.end()
    return [token for token in reversed(tokens) if token]


def _statements(tokens: list[str], read: Read) -> None:
    assert tokens.pop() == "{"
    while (token := tokens.pop()) != "}":
        if token == "subgraph":
            name = tokens.pop()
            assert re.fullmatch(r"cluster_\d+", name)
            assert name not in read.clusters
            read.clusters.append(name)
            _statements(tokens, read)
            continue
        if token in ("graph", "node"):
            _attributes(tokens)
        elif token == "label":
            assert tokens.pop() == "="
            assert tokens.pop().startswith('"')
        elif tokens[-1] == "->":
            tokens.pop()
            read.arrows.append((token, tokens.pop()))
            _attributes(tokens)
        else:
            assert token.startswith('"')
            assert token not in read.nodes
            read.nodes[token] = _attributes(tokens)["label"]
        assert tokens.pop() == ";"


def _attributes(tokens: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if tokens[-1] != "[":
        return found
    while tokens.pop() != "]":
        name = tokens.pop()
        assert tokens.pop() == "="
        found[name] = tokens.pop()
        assert tokens[-1] in ",]"
    return found


def read_mermaid(text: str) -> Read:
    """Read a flowchart with a title.

    Raises:
        AssertionError: a line is none of a flowchart, or an arrow names a node that there is not.
    """
    start, title, end, kind, *lines = text.splitlines()
    assert (start, end, kind) == ("---", "---", "flowchart TB")
    assert re.fullmatch(rf"title: {_STRING}", title)
    read, deep = Read({}, [], []), 0
    for line in lines:
        name, found = next((name, match) for name, form in _MERMAID_LINES.items() if (match := form.fullmatch(line)))
        if name == "node":
            assert found[1] not in read.nodes
            read.nodes[found[1]] = found[2] or found[3]
        elif name == "arrow":
            assert {found[1], found[3]} <= read.nodes.keys()
            read.arrows.append((found[1], found[3]))
        elif name == "cluster":
            assert found[1] not in read.clusters
            read.clusters.append(found[1])
        deep += {"cluster": 1, "end": -1}.get(name, 0)
        assert deep >= 0
    assert deep == 0
    return read
