"""Graph -> report: every metric and receptive field of every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.frozen import NOTHING, FrozenDict
from cnncost.graph.graph import INPUT
from cnncost.metrics import METRICS, Analysis
from cnncost.metrics.counting import ConventionTotal, forward_counts, sum_of
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.figures import Figures, merged, total
from cnncost.metrics.metric import AtLeast
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.metrics.step_memory import STEP_METRICS
from cnncost.report.report import Report
from cnncost.report.rows import Row
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph


def analyze_graph(
    graph: Graph,
    settings: Settings = Settings(),
    *,
    algorithms: bool = False,
    conventions: Sequence[Convention] = (),
) -> Report:
    """What `graph` costs under `settings`, which must have been checked.

    If asked, also by every convolution algorithm, and as each of several `conventions` counts it.

    >>> from cnncost.graph.graph import Graph
    >>> analyze_graph(Graph("empty", (), (), ())).totals.params
    0
    """
    return report_of(Analysis(graph, settings), algorithms=algorithms, conventions=conventions)


def report_of(analysis: Analysis, *, algorithms: bool = False, conventions: Sequence[Convention] = ()) -> Report:
    """The report of an analysis, from which others take more."""
    graph, settings = analysis.graph, analysis.settings
    names = (*METRICS, *STEP_METRICS, *(_names_of_algorithms() if algorithms else ()))
    columns = {name: analysis.column(name) for name in names}
    counts = {convention.name: forward_counts(analysis, convention) for convention in conventions}
    rows = tuple(_rows(analysis, columns, counts))
    return Report(
        graph.name,
        graph.source,
        settings,
        FrozenDict({graph.nodes[i].name: (settings.batch, *graph.nodes[i].y.dims) for i in graph.inputs}),
        tuple([graph.nodes[i].name for i in graph.outputs]),
        _totals(analysis, columns, rows),
        rows,
        graph.warnings,
        FrozenDict(graph.variables),
        FrozenDict({each.name: _total(each, counts[each.name]) for each in conventions}),
    )


def _totals(analysis: Analysis, columns: Mapping[str, Sequence[int | None]], rows: Sequence[Row]) -> Figures:
    """The metrics of the whole network and its estimates, with what is known of those that a layer leaves unsaid."""
    totals = total(columns)
    values: dict[str, int | None] = dict(totals)
    least = dict(merged([row.figures for row in rows]).at_least) if any(row.figures.at_least for row in rows) else {}
    for name, each in (ESTIMATES if analysis.settings.device is None else ESTIMATES | ON_DEVICE).items():
        value = each.compute(analysis)
        values[name] = None if isinstance(value, AtLeast) else value
        if isinstance(value, AtLeast):
            least[name] = value.value
    return Figures(values, FrozenDict(least) if least else NOTHING)


def _total(convention: Convention, counts: Sequence[int | None]) -> ConventionTotal:
    whole = sum_of(counts)
    least = sum(count or 0 for count in counts) if whole is None else None
    return ConventionTotal(convention.unit, whole, convention.source, least)


def _names_of_algorithms() -> tuple[str, ...]:
    from cnncost.metrics import convolution_algorithms as algorithms

    return algorithms.names()


def _rows(
    analysis: Analysis, columns: Mapping[str, Sequence[int | None]], counts: Mapping[str, Sequence[int | None]]
) -> Iterator[Row]:
    figures = [
        Figures(zip(columns, values, strict=True), FrozenDict(least) if (least := analysis.at_least(node)) else NOTHING)
        for node, values in zip(analysis.nodes, zip(*columns.values(), strict=True), strict=True)
    ]
    fields = receptive_fields(analysis)
    for node in analysis.nodes:
        if node.layer is INPUT:
            continue
        reached = {name: field for name, column in fields.items() if (field := column[node.id]) is not None}
        yield Row(
            node.name,
            node.type,
            tuple([analysis.nodes[i].name for i in node.inputs]),
            (analysis.settings.batch, *node.y.dims),
            figures[node.id],
            None if "operations" in node.layer.unsaid else analysis.operations[node.id],
            next(iter(reached.values()), None),
            FrozenDict(reached) if len(fields) > 1 else None,
            tuple([container.kind for container in node.containers]),
            counts=FrozenDict({name: column[node.id] for name, column in counts.items()}) if counts else NOTHING,
            kernel=getattr(node.layer, "kernel", None),
            stride=getattr(node.layer, "stride", None),
        )
