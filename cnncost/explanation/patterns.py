"""The explanations of all layers of a network, where layers that differ in numbers only share one.

A *pattern* is the explanation of the first such layer. Of every layer there is which pattern it follows, the numbers of
its letters, and what else is its own; from these, :func:`explanation_of` gives what
:func:`~cnncost.explanation.layer.explain_layer` does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.algorithms import ALGORITHMS, ConvolutionCall
from cnncost.conventions.quantities import QUANTITIES, LayerCall
from cnncost.explanation.formulas import Letters, output_letters
from cnncost.explanation.kept import kept_note, tensors_kept
from cnncost.explanation.layer import explain_layer, input_bytes
from cnncost.explanation.receptive_field import marks_of, seen_by
from cnncost.metrics.metric import METRICS
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.metrics.step_memory import KEPT
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from cnncost.algorithms import Algorithm
    from cnncost.explanation.figure import Figure, LayerExplanation, Number
    from cnncost.explanation.receptive_field import Seen
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis

_LETTER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OF_RECEPTIVE_FIELD = re.compile(r"(receptive_field|jump|start_padding)(_[lhwd])?")


class Follows(NamedTuple):
    """How a layer follows a pattern."""

    pattern: int
    """Which one."""
    numbers: tuple[Any, ...]
    """Those of the pattern's letters."""
    values: tuple[Any, ...]
    """The figures of the pattern that are no metrics, and those of its algorithms."""
    notes: tuple[tuple[str, str], ...] = ()
    """What the layer's own notes say, by figure; that of the receptive field is of its jump and padding too."""


class Pattern(NamedTuple):
    """What layers that differ in numbers only have in common."""

    explanation: LayerExplanation
    """That of the first of them."""
    letters: tuple[str, ...]
    """Those of its formulas, also of its algorithms."""
    valued: tuple[Figure, ...]
    """The figures that are in no column: their values stand beside each layer."""


class Patterns(NamedTuple):
    """The explanations of a network."""

    patterns: tuple[Pattern, ...]
    """Those that differ in more than numbers."""
    layers: tuple[Follows, ...]
    """One for each layer, in the order of execution."""


def explain_all(analysis: Analysis) -> Patterns:
    """The explanations of all layers.

    >>> from cnncost import load
    >>> from cnncost.metrics import Analysis
    >>> found = explain_all(Analysis(load("resnet18")))
    >>> len(found.layers), len(found.patterns) < 20
    (69, True)
    """
    return _Finder(analysis).found()


def substituted(formula: str, numbers: Mapping[str, Any]) -> str:
    """A formula with numbers for its letters.

    >>> substituted("C_o·k² + C_o", {"C_o": 128, "k": 3})
    '128·3² + 128'
    """
    return _LETTER.sub(lambda letter: str(numbers.get(letter[0], letter[0])), formula)


def is_substituted(figure: Figure, numbers: Mapping[str, Any]) -> bool:
    """Whether what the figure says with numbers is its formula with numbers for letters, and nothing else."""
    return figure.formula is not None and substituted(figure.formula, numbers) == figure.substituted


def has_own_value(figure: Figure) -> bool:
    """Whether the value of a figure stands beside the layer, since it is in no column."""
    return figure.name not in METRICS and figure.name != KEPT.name and not _OF_RECEPTIVE_FIELD.fullmatch(figure.name)


class _Finder:
    """Goes through the layers of a network, one after the other."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.fields = receptive_fields(analysis)
        self.kept = tensors_kept(analysis) if analysis.settings.training and analysis.settings.trains else {}
        self.patterns: list[Pattern] = []
        self.known: dict[Hashable, int] = {}
        self.letters: dict[Hashable, tuple[Hashable, dict[str, int]]] = {}
        self.algorithms: dict[Hashable, tuple[Any, ...]] = {}
        self.metrics = [analysis.column(name) for name in (*METRICS, *([KEPT.name] if self.kept else ()))]

    def found(self) -> Patterns:
        """The patterns, and what follows them."""
        layers = tuple([self._follows(node) for node in self.analysis.graph.layers])
        return Patterns(tuple(self.patterns), layers)

    def _follows(self, node: Node) -> Follows:
        seen = seen_by(self.fields.values(), node)
        form, letters = self._letters(node)
        algorithms = self._algorithms(node)
        refusals = tuple([refusal for refusal, _ in algorithms])
        key = (form, self._state(node), self._rule(node), _kind(seen, node), refusals)
        if key not in self.known:
            self.known[key] = len(self.patterns)
            self.patterns.append(_pattern(explain_layer(self.analysis, node), letters))
        place = self.known[key]
        pattern = self.patterns[place]
        numbers = {**letters, **({} if seen is None or not seen.read else seen.letters)}
        return Follows(
            place,
            tuple([self._number(letter, node, numbers) for letter in pattern.letters]),
            (
                *self._values(pattern.valued, node, numbers),
                *(value for _, values in algorithms for value in values),
            ),
            tuple(self._notes(pattern.explanation, node, seen)),
        )

    def _letters(self, node: Node) -> tuple[Hashable, dict[str, int]]:
        """What the formulas of a layer depend on, its fields and inputs in symbols, and the numbers of its letters."""
        place = (node.layer, node.xs)
        if place not in self.letters:
            letters = Letters(*place)
            form = node.layer if node.layer.is_own else (type(node.layer), *letters.fields.items())
            layouts = (node.y.layout, len(node.y.dims))
            numbers = {**output_letters(node.y), **letters.numbers} if node.y.layout == "map" else letters.numbers
            self.letters[place] = (form, letters.xs, layouts), numbers
        return self.letters[place]

    def _state(self, node: Node) -> Hashable:
        """What formulas and notes say of a layer besides: what is zero or unknown, and why."""
        analysis, number = self.analysis, node.id
        values = [column[number] for column in self.metrics]
        owner = None if node.owns_weights else node.weights
        gap = number if node.layer.is_own and None in values else None  # whose notes have its name
        return (
            tuple([value and 1 for value in values]),
            (owner, gap, node.auxiliary, node.reads),
            (analysis.trains_weights[number], analysis.trained_upstream[number] > 0),
            (analysis.gets_gradient[number], analysis.weights_get_gradient[number]),
            tuple([count > 0 for count in analysis.operations[number]]),
        )

    def _rule(self, node: Node) -> Hashable:
        """The rule of the convention for a layer; also with numbers, where that is not the rule with some for names."""
        settings, convention = self.analysis.settings, self.analysis.convention
        if convention.arithmetic or not convention.knows(node):
            return None
        call = LayerCall(
            node, node.batch_operations(settings.batch, settings.training), settings.batch, settings.training
        )
        rule = convention.written(*call)
        if rule is None:
            return None
        numbers = {name: value for name in QUANTITIES if type(value := QUANTITIES[name].value(call)) is int}
        return rule.formula if substituted(rule.formula, numbers) == rule.numbers else (rule.formula, rule.numbers)

    def _algorithms(self, node: Node) -> tuple[tuple[str | None, tuple[int, ...]], ...]:
        """Of each algorithm why it does not apply, or its sizes, multiplications and memory."""
        analysis = self.analysis
        if not node.layer.is_convolution or (node.auxiliary and not analysis.settings.training):
            return ()
        place = (node.layer, node.xs)
        if place not in self.algorithms:
            call = ConvolutionCall(node.layer, node.xs[0], node.y, analysis.settings.batch)  # type: ignore[arg-type]
            self.algorithms[place] = tuple([self._costs(algorithm, call) for algorithm in ALGORITHMS.values()])
        return self.algorithms[place]

    def _costs(self, algorithm: Algorithm, call: ConvolutionCall) -> tuple[str | None, tuple[int, ...]]:
        refusal = algorithm.refusal(call.layer, call.x)
        if refusal is not None:
            return refusal, ()
        sizes = algorithm.sizes(call)
        extra = self.analysis.item_size * algorithm.extra_elements(call, **sizes)
        return None, (*sizes.values(), algorithm.multiplications(call, **sizes), extra)

    def _number(self, letter: str, node: Node, numbers: Mapping[str, Any]) -> Any:
        """The number of a letter of a pattern at a layer."""
        settings = self.analysis.settings
        if letter in numbers:
            return numbers[letter]
        if letter in ("B", "b"):
            return settings.batch if letter == "B" else settings.item_size
        for metric in METRICS.values():
            if metric.symbol == letter:
                return self.analysis.column(metric.name)[node.id]
        operations = node.batch_operations(settings.batch, settings.training)
        return QUANTITIES[letter].value(LayerCall(node, operations, settings.batch, settings.training))

    def _values(self, figures: Iterable[Figure], node: Node, numbers: Mapping[str, Any]) -> Iterator[Number | None]:
        """The values of figures that are no metrics."""
        analysis = self.analysis
        for figure in figures:
            if figure.name in numbers:
                yield numbers[figure.name]
            elif figure.name == "output_shape":
                yield (analysis.settings.batch, *node.y.dims)
            elif figure.name == "input_bytes":
                yield input_bytes(analysis, node)
            elif figure.name.startswith("ops."):
                yield getattr(analysis.operations[node.id], figure.name.removeprefix("ops."))
            else:  # of a layer of the spec's own, which has a pattern for itself
                yield figure.value

    def _notes(self, pattern: LayerExplanation, node: Node, seen: Seen | None) -> Iterator[tuple[str, str]]:
        for figure in pattern.figures:
            if figure.name == KEPT.name:
                yield figure.name, kept_note(node, self.analysis.column(KEPT.name)[node.id], self.kept.get(node.id, {}))
            elif figure.name == "receptive_field" and figure.formula is None and seen is not None:
                yield figure.name, seen.note


def _pattern(explanation: LayerExplanation, known: Iterable[str]) -> Pattern:
    """The pattern of an explanation; its algorithms may have letters that nothing else has, of those that are known."""
    letters = {symbol.symbol: None for symbol in explanation.symbols}
    figures = [figure for algorithm in explanation.algorithms for figure in algorithm.figures]
    used = {name for figure in figures for name in _LETTER.findall(figure.formula or "")}
    valued = tuple([figure for figure in explanation.figures if has_own_value(figure)])
    return Pattern(explanation, tuple(letters | {name: None for name in known if name in used}), valued)


def _kind(seen: Seen | None, node: Node) -> Hashable:
    """How a receptive field may be written: which figures it has, and whether its numbers are the same for all axes."""
    if seen is None:
        return None
    field, read = seen
    there = (field.jump is not None, field.start_padding is not None)
    if len(read) != 1:
        return (len(read), *there)
    (before, place), *_ = read
    axes = (before.size, before.jump or (), before.start_padding or ())
    alike = len(set(zip(*axes, strict=False)))
    whole = all(isinstance(number, int) for values in axes for number in values)
    return (place, *there, alike, whole, seen.follows_recurrence(node), marks_of(field))
