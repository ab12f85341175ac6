"""Networks as drawings, for papers and slides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost import arguments as given
from cnncost.api.networks import analyze, graph_of
from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.render.diagram.draw import Depth

FORMS = {
    "svg": (".svg",),
    "png": (".png",),
    "pdf": (".pdf",),
    "dot": (".dot", ".gv"),
    "mermaid": (".mmd", ".mermaid"),
}
"""What a drawing may be written as, and the suffixes of the files."""


def draw(
    spec: str | Path | Graph,
    to: str = "svg",
    *,
    depth: Depth = "auto",
    color_by: str = "macs",
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    **settings: Any,
) -> str | bytes:
    """A network as a drawing: its blocks with their costs, coloured by one of them, and shapes on the lines.

    Args:
        spec: as for :func:`load`, or a graph that is loaded already.
        to: ``svg``; ``png`` or ``pdf`` where a program is installed that makes it of SVG; ``dot`` for Graphviz,
            ``mermaid`` for Markdown.
        depth: how many levels of blocks are opened, as rows of a table are; ``None`` opens all, and ``auto`` as many as
            make no more than a few dozen boxes.
        color_by: a figure that every layer has, such as ``params`` or ``activation_bytes``.
        set: variables to override.
        input: other input shapes.
        limits, arguments, partial: as for :func:`load`.
        settings: as for :func:`analyze`, such as `batch` and `mode`.

    Raises:
        SpecError: what :func:`analyze` raises; nothing is drawn as `to`; there is no such depth or figure; or
            no program makes what is asked for.

    >>> picture = draw("lenet5", color_by="params")
    >>> picture.startswith("<svg "), "48.1 K params" in picture
    (True, True)
    """
    form = given.text("what to draw", to, "a name such as `svg`")
    if form not in FORMS:
        close = did_you_mean(form, FORMS)
        raise SpecError(f"nothing is drawn as `{form[:80]}`{close}", hint=f"one of {', '.join(FORMS)}")
    from cnncost.render.diagram.draw import exported, report_svg

    levels = depth if depth is None or depth == "auto" else given.integer("`depth`", depth, 1)
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    report = analyze(graph, **settings)
    if form in ("dot", "mermaid"):
        return exported(graph, report, form, levels, color_by)
    svg = report_svg(report, levels, color_by)
    if form == "svg":
        return svg

    from cnncost.render.diagram.converters import converted

    return converted(svg, form)
