"""Small specs for the tests of the language, and what they look at in the graph.

>>> graph = small("network: [{conv: 8}, relu]")
>>> shape(graph), params(graph), names(graph)
((8, 8, 8), 40, ['conv', 'relu'])
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from cnncost.errors import Span, SpecError
from cnncost.language.load import loads

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node


def small(text: str, **options: Any) -> Graph:
    """The graph of a spec; without an `input` of its own it gets 4 channels of 8 x 8."""
    text = dedent(text).lstrip("\n")
    return loads(text if "input:" in text else f"input: [4, 8, 8]\n{text}", "net.yaml", **options)


def refusal(text: str, **options: Any) -> SpecError:
    """The error that refuses a spec."""
    with pytest.raises(SpecError) as caught:
        small(text, **options)
    return caught.value


def message(text: str, **options: Any) -> str:
    """The one line of what is wrong with a spec."""
    return refusal(text, **options).message


def below_carets(error: SpecError) -> str:
    """The characters that the carets stand below."""
    assert isinstance(error.origin, Span)
    return error.origin.source.line(error.origin.line)[error.origin.column - 1 : error.origin.end_column - 1]


def node(graph: Graph, name: str) -> Node:
    """The node of that name."""
    (found,) = [node for node in graph.nodes if node.name == name]
    return found


def reads(graph: Graph, name: str) -> list[str]:
    """The names of what a node reads."""
    return [graph.nodes[number].name for number in node(graph, name).inputs]


def names(graph: Graph) -> list[str]:
    """The names of the layers, in order."""
    return [node.name for node in graph.layers]


def shape(graph: Graph) -> tuple[int, ...]:
    """The dimensions of the only output."""
    (output,) = graph.outputs
    return graph.nodes[output].y.dims


def shapes(graph: Graph) -> list[tuple[int, ...]]:
    """The dimensions of every layer's output, in order."""
    return [node.y.dims for node in graph.layers]


def params(graph: Graph) -> int:
    """Elements of all weights, shared ones once."""
    return sum(node.parameters() for node in graph.layers if node.owns_weights)
