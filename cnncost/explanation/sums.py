"""Where the figures of a network, or of a block, come from: what they add up from, by layer type and by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.explanation.figure import Breakdown, Figure, Part, SumExplanation
from cnncost.explanation.layer import unit_of
from cnncost.explanation.symbolic import SymbolicFormulas
from cnncost.explanation.zeros import why_unknown
from cnncost.graph.graph import INPUT
from cnncost.graph.names import joined, segments
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.metrics.step_memory import STEP_METRICS
from cnncost.records import NamedTuple
from cnncost.report.totals import unknown_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.metrics.metric import Metric

USUAL = ("params", "macs", "flops", "textbook_bytes")
"""What is explained unless somebody asks for a figure."""

_MOST_TERMS = 12
"""Longer sums are not written out."""


class _Term(NamedTuple):
    """What one layer adds to a total."""

    node: Node
    """The layer."""
    value: int
    """Never 0."""
    formula: str | None
    """In symbols; ``None`` where there is none."""


def explain_sum(analysis: Analysis, block: str | None = None, names: Sequence[str] = USUAL) -> SumExplanation:
    """What figures of the network, or of one block of it, add up from.

    Raises:
        SpecError: there is no such figure.

    >>> from cnncost import load
    >>> from cnncost.metrics import Analysis
    >>> parts = explain_sum(Analysis(load("lenet5")), names=["params"]).breakdowns[0].by_type
    >>> [(part.name, part.formula, part.value) for part in parts]
    [('linear', 'C_o·C_i + C_o', 59134), ('conv', 'C_o·(C_i/g)·k² + C_o', 2572)]
    """
    nodes = [node for node in analysis.nodes if node.layer is not INPUT and _lies_in(node.name, block)]
    writer = _Writer(analysis, nodes, block)
    breakdowns = tuple([writer.breakdown(name) for name in names])
    return SumExplanation(
        analysis.graph.name, block, len(nodes), analysis.settings, breakdowns, analysis.graph.warnings
    )


def blocks_of(names: Iterable[str]) -> dict[str, None]:
    """Every block that layers of these names lie in, outermost first; `stage` is all of `stage[0]` and `stage[1]`.

    >>> list(blocks_of(["stage[0].conv", "stage[1].conv", "linear"]))
    ['stage', 'stage[0]', 'stage[1]']
    """
    found: dict[str, None] = {}
    for name in names:
        parts = segments(name)
        for depth in range(len(parts)):
            block = joined(parts[: depth + 1])
            if "[" in parts[depth]:
                found[block.rpartition("[")[0]] = None
            if depth + 1 < len(parts):
                found[block] = None
    return found


class _Writer:
    """The breakdowns of the figures of some layers."""

    def __init__(self, analysis: Analysis, nodes: list[Node], block: str | None) -> None:
        self.analysis = analysis
        self.settings = analysis.settings
        self.nodes = nodes
        self.block = block
        self.symbolic = SymbolicFormulas(analysis, nodes)

    def breakdown(self, name: str) -> Breakdown:
        """Where one figure comes from."""
        if name in ESTIMATES or name in ON_DEVICE:
            raise SpecError(f"`{name}` is estimated for the network as a whole: there is nothing to add up")
        if name in STEP_METRICS:
            hint = "`cnncost memory` shows which layers keep it"
            raise SpecError(f"`{name}` is found by running a step: there is no formula to add up", hint=hint)
        if name not in METRICS:
            raise unknown_figure(name, METRICS)
        metric = METRICS[name]
        return self._metric(metric) if metric.parts is None else self._of_figures(metric, metric.parts(self.settings))

    def _metric(self, metric: Metric) -> Breakdown:
        """The values of the layers, added up."""
        name, how, convention = metric.name, metric.total, self.analysis.convention
        unit = unit_of(metric, convention)
        terms = self._terms(name)
        if terms is None:
            return Breakdown(Figure(name, None, unit, note=self._why_unknown(metric)), how, (), ())
        by_type = _parts(terms, how, lambda term: (term.node.type, term.formula))
        by_block = self._by_block(terms, how)
        values = [part.value for part in by_block]
        source = convention.source if metric.by_convention else metric.source
        figure = Figure(name, _joined(values, how), unit, substituted=_written_out(values, how), source=source)
        return Breakdown(figure, how, by_type, by_block)

    def _of_figures(self, metric: Metric, names: Sequence[str]) -> Breakdown:
        """A sum of other metrics, figure by figure."""
        found = {name: self._terms(name) for name in names}
        if None in found.values():
            unit = unit_of(metric, self.analysis.convention)
            return Breakdown(Figure(metric.name, None, unit, note=self._why_unknown(metric)), "sum", (), ())
        by_name = {name: terms or [] for name, terms in found.items()}
        whole = sum(term.value for terms in by_name.values() for term in terms)
        kept = tuple([_part(name, terms, "sum", whole, formula=_only(terms)) for name, terms in by_name.items()])
        by_block = self._by_block([term for terms in by_name.values() for term in terms], "sum")
        substituted = " + ".join(str(part.value) for part in kept)
        unit = unit_of(metric, self.analysis.convention)
        figure = Figure(metric.name, whole, unit, " + ".join(names), substituted, metric.source)
        return Breakdown(figure, "sum", kept, by_block, of_figures=True)

    def _why_unknown(self, metric: Metric) -> str:
        """Why there is no sum, and what it is at least."""
        why = why_unknown(self.analysis, metric, self.nodes)
        column = self.analysis.column(metric.name)
        values = [self.analysis.at_least(node).get(metric.name, column[node.id]) for node in self.nodes]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or not any(known):
            return why
        return f">={_joined(known, metric.total):,}: {why}"

    def _terms(self, name: str) -> list[_Term] | None:
        """What every layer adds, those that add something; ``None`` where there is no answer."""
        column = self.analysis.column(name)
        values = [column[node.id] for node in self.nodes]
        formulas = self._formulas(METRICS[name])
        if any(value is None for value in values):
            return None
        return [
            _Term(node, value, formula)
            for node, value, formula in zip(self.nodes, values, formulas, strict=True)
            if value
        ]

    def _formulas(self, metric: Metric) -> list[str | None]:
        """The formula of every layer, as text."""
        if metric.by_convention:
            rules = [self._rule(node) for node in self.nodes]
            if any(rule is not None for rule in rules):
                return rules
        return [_text(value) for value in self.symbolic.written(metric.name)]

    def _rule(self, node: Node) -> str | None:
        batch, training = self.analysis.settings.batch, self.analysis.settings.training
        rule = self.analysis.convention.written(node, node.batch_operations(batch, training), batch, training)
        return rule and rule.formula

    def _by_block(self, terms: list[_Term], how: str) -> tuple[Part, ...]:
        """The parts of the next level, in the order of the network."""
        whole = _joined([term.value for term in terms], how)
        blocks: dict[str, list[_Term]] = {}
        for term in terms:
            blocks.setdefault(_child(term.node.name, self.block), []).append(term)
        parts = []
        for block, inside in blocks.items():
            below: dict[str, list[int]] = {}
            for term in inside:
                below.setdefault(_child(term.node.name, block), []).append(term.value)
            values = [_joined(found, how) for found in below.values()]
            formula = inside[0].formula if len(inside) == 1 else None
            parts.append(_part(block, inside, how, whole, formula=formula, values=values))
        return tuple(parts)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _parts(terms: list[_Term], how: str, key: Callable[[_Term], tuple[str, str | None]]) -> tuple[Part, ...]:
    """Terms of the same name and formula together, the largest first."""
    whole = _joined([term.value for term in terms], how)
    groups: dict[tuple[str, str | None], list[_Term]] = {}
    for term in terms:
        groups.setdefault(key(term), []).append(term)
    parts = [_part(name, group, how, whole, formula=formula) for (name, formula), group in groups.items()]
    return tuple(sorted(parts, key=lambda part: -part.value))


def _part(
    name: str, terms: list[_Term], how: str, whole: int, *, formula: str | None = None, values: Sequence[int] = ()
) -> Part:
    value = _joined([term.value for term in terms], how)
    layers = len({term.node.id for term in terms})
    return Part(name, layers, value, value / whole if whole else None, formula, _written_out(values, how))


def _joined(values: Iterable[int], how: str) -> int:
    return sum(values) if how == "sum" else max(values, default=0)


def _written_out(values: Sequence[int], how: str) -> str | None:
    """`75008 + 70400 + 70400`, where that is short enough to read."""
    if not 1 < len(values) <= _MOST_TERMS:
        return None
    return " + ".join(map(str, values)) if how == "sum" else f"max({', '.join(map(str, values))})"


def _only(terms: Sequence[_Term]) -> str | None:
    """The one formula of all, if there is one."""
    formulas = {term.formula for term in terms}
    return formulas.pop() if len(formulas) == 1 else None


def _lies_in(name: str, block: str | None) -> bool:
    return block is None or name == block or name.startswith((f"{block}.", f"{block}["))


def _child(name: str, block: str | None) -> str:
    """The next level below `block` on the way to `name`.

    >>> _child("stage[0].conv.relu", None), _child("stage[0].conv.relu", "stage[0]"), _child("stage[0].conv", "stage")
    ('stage[0]', 'stage[0].conv', 'stage[0]')
    """
    parts = segments(name)
    if block is None:
        return parts[0]
    depth = len(segments(block))
    return joined(parts[: depth + 1 if joined(parts[:depth]) == block else depth])
