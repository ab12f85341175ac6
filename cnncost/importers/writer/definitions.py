"""Layers of a spec's own, and gaps, as definitions under `layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.layers.gap import Gap
from cnncost.layers.own import OwnLayer, OwnText

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node

_HINT = "`layers` defines one layer of a name, and it reads one output"


def definitions(graph: Graph) -> list[str]:
    """The lines of `vars` and `layers` for what the language has no layers for; none where there is nothing of it.

    Raises:
        SpecError: two unlike definitions, or variables, of one name, or a gap that a definition cannot say.
    """
    own = [node for node in graph.layers if node.layer.is_own]
    texts: dict[str, OwnText] = {}
    variables: dict[str, str] = {}
    for node in own:
        text = _definition(node)
        if texts.setdefault(node.type, text) != text:
            raise SpecError(f"`{node.type}` is defined in two ways, and a spec has one", node.origin, hint=_HINT)
        for name, value in text.variables:
            if variables.setdefault(name, value) != value:
                message = f"`{node.type}` and another layer of a spec's own mean unlike things by `{name}`"
                raise SpecError(message, node.origin, hint="they come from two files: give one of them another name")
    lines = ["", "vars:", *[f"  {name}: {value}" for name, value in variables.items()]] if variables else []
    return [*lines, *(["", "layers:"] if texts else []), *[line for text in texts.values() for line in _lines(text)]]


def own_figures(graph: Graph) -> list[Any]:
    """What such layers say of themselves, which their fields do not tell."""
    own = [node for node in graph.layers if node.layer.is_own]
    return [(node.parameters(), node.buffers(), node.operations(), node.layer.unsaid, node.y) for node in own]


def _lines(text: OwnText) -> list[str]:
    return [f"  {text.signature}:", *[f"    {key}: {value}" for key, value in text.keys]]


def _definition(node: Node) -> OwnText:
    if isinstance(node.layer, Gap):
        return _of_gap(node, node.layer)
    assert isinstance(node.layer, OwnLayer)
    assert node.layer.call.definition is not None
    return node.layer.call.definition


def _of_gap(node: Node, gap: Gap) -> OwnText:
    """A gap as a definition that leaves open what it computes.

    Raises:
        SpecError: it reads several outputs.
    """
    if len(node.inputs) != 1:
        message = f"`{node.name}` is a gap that reads {len(node.inputs)} outputs: no definition says such a layer"
        raise SpecError(message, node.origin, hint=_HINT)
    output = "input" if node.y == node.xs[0] else str(list(node.y.dims))
    buffers = node.buffers()
    said = {"output": output, "parameters": str(node.parameters()), "buffers": f"{{weights: {buffers.weights}}}"}
    return OwnText(f"{gap.keyword}()", tuple(said.items()))
