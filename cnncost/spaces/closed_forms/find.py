"""From a spec to its closed forms: it is expanded and counted once, and what was computed is written in letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.language.family import read_family
from cnncost.metrics import METRICS, Analysis
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import Unit
from cnncost.settings import Settings
from cnncost.spaces.closed_forms.closed_form import ClosedForm, ClosedForms, Rounding
from cnncost.spaces.closed_forms.letters import asked
from cnncost.spaces.closed_forms.translation import Translation
from cnncost.spaces.evaluation.quantities import quantity
from cnncost.symbolic.columns.column import column
from cnncost.symbolic.polynomials.floors import Floor
from cnncost.symbolic.polynomials.polynomial import Polynomial
from cnncost.symbolic.polynomials.progressions import Inexact, exact
from cnncost.symbolic.tracing import Trace, Traced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.spaces.closed_forms.letters import Asked
    from cnncost.symbolic.polynomials.polynomial import Number

USUAL = ("params", "macs", "flops", "activation_bytes")
"""What formulas are written of, unless somebody asks for others."""


def closed_forms(
    spec: str | Path,
    letters: Sequence[str],
    figures: Sequence[str] = USUAL,
    settings: Settings = Settings(),
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: object = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
) -> ClosedForms:
    """The figures of a network as formulas of some letters.

    Args:
        spec: as for :func:`cnncost.language.load.load`.
        letters: ``batch``, ``input``, ``resolution``, or variables of the spec.
        figures: totals, by name.
        settings: how the network runs at present.
        set: variables that are set.
        input: another input shape at present.
        limits: how large the network may be.

    Raises:
        SpecError: no such spec, letter or figure; a letter that decides what no formula says, such as how many layers
            there are.

    >>> forms = closed_forms("resnet50", ["batch", "input"], ["macs"])
    >>> str(forms.form("macs").polynomial), forms.form("macs").holds
    ('81,456·B·H·W + 2,048,000·B', ('H a multiple of 32', 'W a multiple of 32'))
    """
    family = read_family(spec, set, limits)
    graph = family.network({}, shapes=input)
    wanted = asked(letters, graph, settings.batch, family.variables())
    quantities = {name: quantity(name) for name in figures}
    trace = Trace(1)
    numbers = {letter.symbol: trace.add(column([letter.number])) for letter in wanted.letters}
    shapes = _shapes(graph, wanted, numbers)
    traced = family.network({name: numbers[name] for name in wanted.variables}, shapes=shapes)
    batch: Any = numbers[wanted.batch] if wanted.batch else settings.batch
    analysis = Analysis(traced, settings._replace(batch=batch))
    totals = {name: compute(analysis) for name, compute in quantities.items()}
    try:
        translation = Translation(trace, wanted.numbers, wanted.polynomials)
    except Inexact as inexact:
        note = f"{inexact.part} decides what is computed"
        forms = [ClosedForm(name, _unit(name, settings), _number(total), note=note) for name, total in totals.items()]
        return ClosedForms(graph.name, settings, wanted.letters, tuple(forms), (), graph.warnings)
    writer = _Writer(translation, wanted.numbers, traced)
    forms = [writer.form(name, _unit(name, settings), total) for name, total in totals.items()]
    return ClosedForms(graph.name, settings, wanted.letters, tuple(forms), translation.conditions, graph.warnings)


def _shapes(graph: Graph, wanted: Asked, numbers: Mapping[str, Any]) -> dict[str, list[Any]] | None:
    """The shapes of the inputs, with values of the trace for sizes that are letters."""
    shapes = {}
    for place in graph.inputs:
        node = graph.nodes[place]
        symbols = (wanted.sizes or {}).get(node.name)
        spatial = node.y.spatial if symbols is None else [numbers[symbol] for symbol in symbols]
        shapes[node.name] = [node.y.channels, *spatial]
    return shapes


class _Writer:
    """The formulas of figures.

    Args:
        translation: of what was computed.
        numbers: the present number of each letter.
        graph: the network, in values of the trace.
    """

    def __init__(self, translation: Translation, numbers: Mapping[str, Number], graph: Graph) -> None:
        self.translation = translation
        self.numbers = numbers
        self.graph = graph
        self._layers: dict[Any, str] | None = None

    def form(self, name: str, unit: str, total: Any) -> ClosedForm:
        """A figure as a formula, and as a polynomial where it is one."""
        value = _number(total)
        if total is None:
            return ClosedForm(name, unit, None, note="it is not known of every layer")
        try:
            formula = self.translation.of(total)
        except Inexact as inexact:
            return ClosedForm(name, unit, value, note=f"{inexact.part} is in it, which is no formula of whole numbers")
        roundings = self._roundings(formula)
        try:
            found = exact(formula, self.translation.conditions, self.numbers)
        except Inexact as inexact:
            return ClosedForm(name, unit, value, formula, roundings=roundings, note=f"no polynomial: {inexact.part}")
        return ClosedForm(name, unit, value, formula, found.polynomial, found.steps, found.conditions, roundings)

    def _roundings(self, formula: Any) -> tuple[Rounding, ...]:
        """The floors of a formula, and the first layers whose outputs have them for a size."""
        factors = formula.factors if isinstance(formula, Polynomial) else []
        return tuple([Rounding(str(each), self.layers.get(each)) for each in factors if isinstance(each, Floor)])

    @property
    def layers(self) -> dict[Any, str]:
        """The first layer whose output has a size that is a floor, by the floor."""
        if self._layers is None:
            self._layers = {}
            for node in self.graph.layers:
                for size in node.y.dims:
                    formula = self.translation.of(size)
                    for factor in formula.factors if isinstance(formula, Polynomial) else []:
                        self._layers.setdefault(factor, node.name)
        return self._layers


def _number(total: Any) -> int | None:
    """A total as a plain number: the trace has one point."""
    return None if total is None else int(total.column.of(1)[0] if type(total) is Traced else total)


def _unit(name: str, settings: Settings) -> str:
    """What a figure counts."""
    unit = METRICS[name].unit if name in METRICS else ESTIMATES[name].unit if name in ESTIMATES else Unit.FLOPS
    return settings.convention.unit if unit is Unit.FLOPS else unit.value
