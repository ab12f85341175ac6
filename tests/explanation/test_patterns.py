"""Explanations that layers share say of each layer what it is told alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings

from cnncost import load
from cnncost.explanation import explain_layer
from cnncost.explanation.patterns import explain_all, is_substituted, substituted
from cnncost.language.load import loads
from cnncost.layers import REGISTRY
from cnncost.metrics import METRICS, Analysis
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.settings import Settings
from tests.explanation.test_layers import TRAINING, placed
from tests.layers.strategies import PATIENT, Placement, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.explanation import Figure
    from cnncost.explanation.patterns import Follows, Pattern
    from cnncost.graph.graph import Node
    from cnncost.metrics.receptive_field.figures import ReceptiveField

_OWN = """
input: [3, 8, 8]
layers:
  swirl(width):
    output: [width, spatial]
    parameters: width * channels
    operations: {mac: width * channels * output_positions}
  mystery: {output: input, parameters: 2 * channels}
blocks:
  unit(width): [{swirl: width}, relu, mystery, {conv: [width, 3, 1, 1]}]
network: [{unit: 4, repeat: 2}, {unit: 6}]
"""

_SHARED = """
input: [3, 9, 9]
network:
  - {conv: [3, 3, 1, 1], name: one}
  - {conv: [3, 3, 1, 1], share: one}
  - {batchnorm: [], trainable: false}
"""


@pytest.mark.parametrize("run", [Settings(), TRAINING], ids=["inference", "training"])
@pytest.mark.parametrize("name", ["resnet18", "inception_v3", "mobilenet_v3_small", "swin_t", "slowfast_r50", "unet"])
def test_layers_of_shipped_networks(name: str, run: Settings) -> None:
    check(Analysis(load(name), run), every=5)


@pytest.mark.parametrize("spec", [_OWN, _SHARED])
@pytest.mark.parametrize("run", [Settings(), TRAINING], ids=["inference", "training"])
def test_layers_of_ones_own_and_shared_weights(spec: str, run: Settings) -> None:
    check(Analysis(loads(spec), run))


@pytest.mark.parametrize("convention", ["fvcore", "torch", "thop"])
def test_rules_of_other_conventions(convention: str) -> None:
    check(Analysis(load("convnext_tiny"), Settings.checked(convention=convention)), every=5)


def test_a_dtype_that_is_not_trained_in() -> None:
    found = check(Analysis(load("resnet18"), Settings(dtype="int8")), every=5)
    assert found < 20


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_any_layer(keyword: str) -> None:
    @settings(PATIENT, max_examples=3)
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        assume(min(placement.layer.output(*placement.xs).dims) > 0)
        check(Analysis(placed(placement), TRAINING))

    compare()


def test_layers_that_differ_in_numbers_share_a_pattern() -> None:
    found = explain_all(Analysis(load("vgg16")))
    convolutions = {each.pattern for each in found.layers if found.patterns[each.pattern].explanation.type == "conv"}
    assert len(convolutions) == 2  # the first has nothing upstream that is trained, and so no gradient of its input


def check(analysis: Analysis, every: int = 1) -> int:
    """Compare the explanation of every so many layers; how many patterns there are."""
    found = explain_all(analysis)
    fields = receptive_fields(analysis)
    for node, follows in list(zip(analysis.graph.layers, found.layers, strict=True))[::every]:
        alone = explain_layer(analysis, node)
        reader = _Reader(analysis, node, found.patterns[follows.pattern], follows)
        field = next((column[node.id] for column in fields.values() if column[node.id] is not None), None)
        assert [*reader.figures(field)] == [*alone.figures]
        letters = {symbol.symbol: (symbol.number, symbol.meaning) for symbol in alone.symbols}
        assert {name: (reader.numbers[name], meaning) for name, (_, meaning) in letters.items()} == letters
        assert [*reader.algorithms()] == [
            (each.refusal, [(it.value, it.formula, it.substituted) for it in each.figures]) for each in alone.algorithms
        ]
    return len(found.patterns)


class _Reader:
    """Puts the explanation of a layer together again, as the page does."""

    def __init__(self, analysis: Analysis, node: Node, pattern: Pattern, follows: Follows) -> None:
        self.analysis, self.node, self.pattern = analysis, node, pattern
        self.numbers: dict[str, Any] = dict(zip(pattern.letters, follows.numbers, strict=True))
        self.values = iter(follows.values)
        self.notes = dict(follows.notes)

    def figures(self, field: ReceptiveField | None) -> Iterator[Figure]:
        first = {symbol.symbol: symbol.number for symbol in self.pattern.explanation.symbols}
        for figure in self.pattern.explanation.figures:
            text = figure.substituted
            if is_substituted(figure, first):
                text = substituted(figure.formula or "", self.numbers)
            group = "receptive_field" if figure.source.startswith("notes 004, 10.1") else figure.name
            value = self._value(figure, field)
            yield figure._replace(value=value, substituted=text, note=self.notes.get(group, figure.note))

    def algorithms(self) -> Iterator[tuple[str | None, list[tuple[Any, str | None, str]]]]:
        for algorithm in self.pattern.explanation.algorithms:
            known = dict(self.numbers)
            figures = []
            for figure in algorithm.figures:
                known[figure.name] = next(self.values)
                figures.append((known[figure.name], figure.formula, substituted(figure.formula or "", known)))
            yield algorithm.refusal, figures

    def _value(self, figure: Figure, field: ReceptiveField | None) -> Any:
        if figure in self.pattern.valued:
            return next(self.values)
        if figure.name in METRICS or figure.name == "kept_bytes":
            return self.analysis.column(figure.name)[self.node.id]
        name, axis = figure.name, ""
        if name[-2:] in ("_l", "_h", "_w", "_d"):
            name, axis = name[:-2], name[-1]
        values = getattr(field, {"receptive_field": "size"}.get(name, name))
        if figure.formula is None:
            return values
        return values[("l", "hw", "dhw")[len(values) - 1].index(axis)] if axis else values[0]
