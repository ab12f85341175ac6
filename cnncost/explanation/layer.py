"""Where every figure of one layer comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.conventions.quantities import QUANTITIES, LayerCall
from cnncost.explanation.algorithms import explain_algorithms
from cnncost.explanation.figure import Figure, LayerExplanation, Meaning
from cnncost.explanation.kept import explain_kept
from cnncost.explanation.receptive_field import explain_receptive_field, seen_by
from cnncost.explanation.symbolic import BATCH, ITEM_SIZE, Formula, SymbolicFormulas
from cnncost.explanation.zeros import why_nothing, why_unknown
from cnncost.layers.gap import Gap
from cnncost.layers.own import OwnLayer
from cnncost.metrics.metric import METRICS, Unit
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.symbolic.terms import Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.metrics.metric import Metric

_BEFORE_OPERATIONS, _BEFORE_INPUTS = "macs", "optimizer_bytes"
"""Where figures that are no metrics stand among them: operations by kind, and the bytes of what is read."""

_OPERATIONS = {
    "add": "additions",
    "mul": "multiplications",
    "div": "divisions",
    "cmp": "comparisons",
    "exp": "transcendental functions",
}

OF_A_LAYER = (
    *("output_shape", "input_bytes", "kept", "receptive_field", "jump", "start_padding"),
    *(f"ops.{kind}" for kind in _OPERATIONS),
)
"""The figures of a layer that are no metrics, and do not add up."""


def explain_layer(analysis: Analysis, node: Node) -> LayerExplanation:
    """The formulas of a node of `analysis`, with its numbers.

    >>> from cnncost import load
    >>> from cnncost.metrics import Analysis
    >>> graph = load("lenet5")
    >>> explain_layer(Analysis(graph), graph.layers[0]).figure("params").substituted
    '6·(1/1)·5² + 6'
    """
    writer = _Writer(analysis, node)
    figures = list(writer.figures())
    found = seen_by(receptive_fields(analysis).values(), node)
    seen, formulas = explain_receptive_field(found, node, writer.symbolic.formulas[0])
    algorithms, cheapest = explain_algorithms(analysis, writer.symbolic, node)
    return LayerExplanation(
        analysis.graph.name,
        node.name,
        node.type,
        _about(node),
        analysis.settings,
        (*_meanings([*writer.used, *formulas]), *writer.names),
        (*figures, *seen, *_times(analysis, node)),
        algorithms,
        cheapest,
        analysis.graph.warnings,
    )


def _times(analysis: Analysis, node: Node) -> Iterable[Figure]:
    """The times of the layer's kernels, where the settings name a device."""
    if analysis.settings.device is None:
        return ()
    from cnncost.explanation.latency import explain_latency  # few ask for a latency

    return explain_latency(analysis, node)


def _about(node: Node) -> str:
    """What the layer is, in a sentence."""
    if isinstance(node.layer, Gap):
        return "An operator that is not known: a gap."
    if node.layer.is_own:
        return "A layer of the spec's own."
    return (node.layer.__doc__ or node.type).strip().splitlines()[0]


def unit_of(figure: Metric, convention: Convention) -> str:
    """What a figure counts.

    >>> from cnncost.conventions import CONVENTIONS
    >>> unit_of(METRICS["backward_flops"], CONVENTIONS["macs"]), unit_of(METRICS["params"], CONVENTIONS["macs"])
    ('MACs', 'parameters')
    """
    return convention.unit if figure.unit is Unit.FLOPS else figure.unit.value


class _Writer:
    """The figures of one layer, written one after the other."""

    def __init__(self, analysis: Analysis, node: Node) -> None:
        self.analysis = analysis
        self.node = node
        self.symbolic = SymbolicFormulas(analysis, [node])
        self.used: list[Formula] = []
        """The formulas that were written."""
        self.names: tuple[Meaning, ...] = ()
        """What the rule of a convention calls things by."""

    def figures(self) -> Iterator[Figure]:
        """The figures of the report, in its order."""
        yield from self._sizes()
        yield self._output_shape()
        for metric in METRICS.values():
            yield self._counted(metric) if metric.by_convention else self._metric(metric)
            if metric.name == _BEFORE_OPERATIONS:
                yield from self._operations()
            if metric.name == _BEFORE_INPUTS:
                yield self._input_bytes()
                yield from self._kept()
        if self.analysis.settings.training:
            yield explain_kept(self.analysis, self.node)

    def _formula(self, value: Any) -> Formula:
        self.used.append(self.symbolic.formula(0, value))
        return self.used[-1]

    def _figure(self, name: str, value: Any, expected: int, *, unit: str, source: str, note: str = "") -> Figure:
        """A figure whose formula must come to what the report says."""
        if name in self.node.layer.texts and expected:
            return self._as_defined(name, expected, unit, note)
        formula = self._formula(value)
        assert formula.result == expected, f"{name} of {self.node.name} is {expected}, its formula {formula.result}"
        return Figure(name, expected, unit, formula.text, formula.substituted, source, note)

    def _as_defined(self, name: str, value: int, unit: str, note: str) -> Figure:
        """A figure as the spec's own definition of the layer writes it, which is of one sample."""
        formula, numbers = self.node.layer.texts[name]
        if name not in METRICS or not METRICS[name].stored:
            formula, numbers = f"B·({formula})", f"{self.analysis.settings.batch}·({numbers})"
        return Figure(name, value, unit, formula, numbers, self.node.layer.source, note)

    def _kept(self) -> Iterator[Figure]:
        """What a layer of the spec's own keeps for backward besides its input."""
        layer = self.node.layer
        if not isinstance(layer, OwnLayer):
            return
        kept = layer.call.said.kept
        if kept is None:
            note = f"the definition of `{layer.keyword}` does not say its `kept`"
            yield Figure("kept", None, "numbers", source=layer.source, note=note)
        else:
            yield self._as_defined("kept", self.analysis.settings.batch * kept, "numbers", "")

    def _sizes(self) -> Iterator[Figure]:
        """The sizes of the output that have letters of their own."""
        formulas, layer = self.symbolic.formulas[0], self.node.layer
        for letter, size, number in zip(formulas.y.spatial, formulas.output.spatial, self.node.y.spatial, strict=True):
            if letter != size:
                yield self._figure(str(letter), size, number, unit="positions", source=layer.source)

    def _output_shape(self) -> Figure:
        formulas = self.symbolic.formulas[0]
        dims = [self._formula(size) for size in (BATCH, *formulas.y.dims)]
        value = (self.analysis.settings.batch, *self.node.y.dims)
        assert tuple(dim.result for dim in dims) == value
        text = " × ".join(f"({dim.text})" if isinstance(dim.value, Sum) else dim.text for dim in dims)
        numbers = " × ".join(f"({dim.substituted})" if isinstance(dim.value, Sum) else dim.substituted for dim in dims)
        return Figure("output_shape", value, "", text, numbers, self.node.layer.source)

    def _metric(self, metric: Metric) -> Figure:
        name, unit = metric.name, unit_of(metric, self.analysis.convention)
        value = self.analysis.column(name)[self.node.id]
        source = metric.source or self.node.layer.source
        if value is None:
            return Figure(name, None, unit, source=source, note=why_unknown(self.analysis, metric, [self.node]))
        note = "" if value else why_nothing(metric, self.analysis, self.node)
        return self._figure(name, self.symbolic.written(name)[0], value, unit=unit, source=source, note=note)

    def _counted(self, metric: Metric) -> Figure:
        """By the rule of the convention: its text where it is one, else its arithmetic on symbols."""
        analysis, node, convention = self.analysis, self.node, self.analysis.convention
        batch, training = analysis.settings.batch, analysis.settings.training
        name, source = metric.name, convention.source
        value = analysis.column(name)[node.id]
        if value is None:
            note = why_unknown(analysis, metric, [node])
            return Figure(name, None, convention.unit, source=source, note=note)
        note = "" if value else why_nothing(metric, analysis, node)
        place = LayerCall(node, node.batch_operations(batch, training), batch, training)
        rule = convention.written(*place)
        if rule is None:
            written = self.symbolic.written(name)[0]
            return self._figure(name, written, value, unit=convention.unit, source=source, note=note)
        if node.auxiliary and not training:
            return Figure(name, value, convention.unit, "0", "0", source, note)
        self.names = tuple(_names_in(rule.formula, place))
        assert rule.value == value, f"{convention.name} counts {value} for {node.name}, its text {rule.value}"
        return Figure(name, value, convention.unit, rule.formula, rule.numbers, source, note)

    def _operations(self) -> Iterator[Figure]:
        """Operations by kind, where there are any; multiply-accumulates are `macs`."""
        layer = self.node.layer
        counted = self.analysis.operations[self.node.id]._asdict()
        written = self.symbolic.analysis.operations[0]._asdict()
        for kind, unit in _OPERATIONS.items():
            if counted[kind]:
                yield self._figure(f"ops.{kind}", written[kind], counted[kind], unit=unit, source=layer.source)

    def _input_bytes(self) -> Figure:
        """What the layer reads, for the whole batch: what training keeps of it is at most this."""
        formulas = self.symbolic.formulas[0]
        written = sum(x.elements for x, is_read in zip(formulas.xs, self.node.reads, strict=True) if is_read)
        runs = self.analysis.settings.training or not self.node.auxiliary
        return self._figure(
            "input_bytes",
            BATCH * ITEM_SIZE * written * runs,
            input_bytes(self.analysis, self.node),
            unit="bytes",
            source="notes 004, 9.1; Sohoni et al. 2019, section 2",
        )


def input_bytes(analysis: Analysis, node: Node) -> int:
    """The bytes that a layer reads, for the whole batch."""
    settings = analysis.settings
    elements = sum(x.elements for x, is_read in zip(node.xs, node.reads, strict=True) if is_read)
    return settings.batch * settings.item_size * elements * (settings.training or not node.auxiliary)


def _names_in(rule: str, place: LayerCall) -> Iterator[Meaning]:
    """The names in a convention's rule that stand for numbers."""
    for name in dict.fromkeys(re.findall(r"[a-z_]+", rule)):
        if name in QUANTITIES and type(value := QUANTITIES[name].value(place)) is int:
            yield Meaning(name, value, QUANTITIES[name].about)


def _meanings(formulas: Iterable[Formula]) -> Iterator[Meaning]:
    """The letters of the formulas, each once."""
    seen = set()
    for formula in formulas:
        for letter in formula.letters:
            if letter not in seen:
                seen.add(letter)
                yield Meaning(letter, formula.numbers[letter], formula.meanings[letter])
