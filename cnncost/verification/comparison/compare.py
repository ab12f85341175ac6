"""A network compared with another: first as they are, layer by layer, then what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.verification.comparison.alignment import align
from cnncost.verification.comparison.differences import findings
from cnncost.verification.comparison.reference import Other
from cnncost.verification.comparison.steps import steps_of
from cnncost.verification.comparison.totals import totals_of_graph, totals_of_model
from cnncost.verification.result import ModelComparison

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report
    from cnncost.verification.comparison.reference import Reference


def compare(graph: Graph, report: Report, reference: Reference) -> ModelComparison:
    """Compare a network with another one.

    Args:
        graph: the network.
        report: its analysis; its settings say with what batch and in what mode the totals are taken.
        reference: the other one.

    Raises:
        SpecError: it cannot be imported; with the line of its code.
    """
    other = Other.of(reference, graph)
    found = findings(align(steps_of(graph), steps_of(other.graph)), other.name_of)
    if other.imported is None:
        totals = totals_of_graph(graph, report, other.graph)
    else:
        totals = totals_of_model(graph, report, other.imported)
    return ModelComparison(
        model=reference.name,
        compared=found.compared,
        following=found.following,
        differences=found.differences,
        totals=tuple(totals),
    )
