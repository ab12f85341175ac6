"""The views that notebooks show of results: those that commands print of them, as HTML; a graph is drawn."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import Graph
from cnncost.render.formats.html import fragment, framed

if TYPE_CHECKING:
    from cnncost.render.document import Document

_VIEWS = {
    "Checks": "costs.check:checks_document",
    "ClosedForms": "costs.closed_forms:closed_forms_document",
    "Comparison": "costs.compare:comparison_document",
    "FitReport": "costs.fit:fit_document",
    "LatencyReport": "costs.latency:latency_document",
    "LayerExplanation": "costs.explain:explanation_document",
    "MemoryReport": "costs.memory:memory_document",
    "PublishedComparison": "catalogue.published:claims_document",
    "Reconciliation": "evidence.reconcile:one_figure_document",
    "Report": "costs.analyze:report_document",
    "StageComparison": "costs.compare:stage_document",
    "SumExplanation": "costs.explain:explanation_document",
    "Sweep": "costs.sweep:all_points_document",
    "Verification": "evidence.verify:one_network_document",
    "Zoo": "catalogue.zoo:chosen_document",
}
"""The function in `views` that makes a document of a result, by the result's type; imported when one is shown."""


def html(result: object) -> str:
    """A result as a fragment of HTML, with what the loader found odd about the network.

    Raises:
        KeyError: there is no view of such a thing.

    >>> from cnncost import memory
    >>> html(memory("lenet5")).count("<svg ")
    1
    """
    warnings: tuple[str, ...] = getattr(result, "warnings", ())
    if isinstance(result, Graph):
        return framed(f'<figure class="graph">{_drawing(result)}</figure>\n', warnings)
    return fragment(document_of(result), warnings=warnings)


def _drawing(graph: Graph) -> str:
    """The network as `cnncost draw` draws it."""
    from cnncost.render.diagram.draw import report_svg
    from cnncost.report.analyze import analyze_graph
    from cnncost.settings import Settings

    return report_svg(analyze_graph(graph, Settings()))


def document_of(result: Any) -> Document:
    """What the command that makes such a result shows of it.

    Raises:
        KeyError: there is no view of such a thing.
    """
    module, _, function = _VIEWS[type(result).__name__].partition(":")
    document: Document = getattr(import_module(f"cnncost.render.views.{module}"), function)(result)
    return document
