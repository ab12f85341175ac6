"""Networks in the forms that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost import arguments as given
from cnncost.api.networks import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits


def export(
    spec: str | Path | Graph,
    to: str,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    depth: int | None = 1,
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    allow_code: bool = False,
) -> str | bytes:
    """A network as another program reads it.

    Args:
        spec: as for :func:`analyze`.
        to: ``pytorch`` for Python code, ``onnx`` for the bytes of an ONNX file, ``dot`` for Graphviz, ``mermaid`` for
            Markdown.
        set: variables to override.
        input: other input shapes.
        depth: of a diagram, how many levels of blocks are opened; ``None`` opens all.
        limits, arguments, partial: as for :func:`load`. A diagram shows gaps as such; nothing else can be made of them.
        allow_code: whether the code may run that a spec names for layers of its own.

    Raises:
        SpecError: a spec that does not hold, nothing exports to `to`, or for ``onnx`` something is not installed.

    >>> export("lenet5", "mermaid").splitlines()[3:6]
    ['flowchart TB', '  n_input(["input<br/>1x32x32"])', '  n_conv["conv<br/>6x28x28<br/>156 params, 118 K MACs"]']
    """
    from cnncost.exporters.exporter import find_exporter

    exporter = find_exporter(given.text("what to export to", to, "a name such as `dot`"))
    if depth is not None:
        depth = given.integer("`depth`", depth, 1)
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    if exporter.is_diagram:
        return exporter.export(graph, depth)
    if any(node.layer.is_own for node in graph.layers):
        from cnncost.pytorch.own_modules import with_own_modules

        graph = with_own_modules(graph, allow_code=given.flag("`allow_code`", allow_code))
    if exporter.is_binary:
        from cnncost.pytorch.build import build

        return exporter.export(graph, build)
    return exporter.export(graph)
