"""What a convolution costs by each algorithm, in symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.algorithms import ALGORITHMS, ConvolutionCall
from cnncost.explanation.figure import AlgorithmExplanation, Figure
from cnncost.explanation.symbolic import BATCH, ITEM_SIZE
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.convolution_algorithms import bytes_of, multiplications_of
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from cnncost.algorithms import Algorithm
    from cnncost.explanation.symbolic import Formula, SymbolicFormulas
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.symbolic.expression import Value


def explain_algorithms(
    analysis: Analysis, symbolic: SymbolicFormulas, node: Node
) -> tuple[tuple[AlgorithmExplanation, ...], str | None]:
    """Every algorithm, and the name of the cheapest; nothing for what is no convolution, or does not run."""
    if not node.layer.is_convolution or (node.auxiliary and not analysis.settings.training):
        return (), None
    writer = _Writer(analysis, symbolic, node)
    explained = tuple([writer.explained(algorithm) for algorithm in ALGORITHMS.values()])
    costs = {each.name: [figure.value for figure in each.figures[-2:]] for each in explained if not each.refusal}
    return explained, min(costs, key=lambda name: tuple(costs[name]))


class _Writer:
    """The algorithms of one convolution, written one after the other."""

    def __init__(self, analysis: Analysis, symbolic: SymbolicFormulas, node: Node) -> None:
        self.analysis = analysis
        self.symbolic = symbolic
        self.node = node
        formulas = symbolic.formulas[0]
        self.call = ConvolutionCall(formulas.layer, formulas.xs[0], formulas.y, BATCH)  # type: ignore[arg-type]  # in symbols

    def explained(self, algorithm: Algorithm) -> AlgorithmExplanation:
        """One algorithm: its sizes, multiplications and extra memory, or why it cannot compute this convolution."""
        refusal = algorithm.refusal(self.node.layer, self.node.xs[0])
        if refusal is not None:
            return AlgorithmExplanation(algorithm.name, algorithm.title, refusal)
        sizes = {name: self.symbolic.formula(0, size) for name, size in algorithm.sizes(self.call).items()}
        letters: dict[str, Any] = {name: Symbol(name) for name in sizes}
        known = {name: size.result for name, size in sizes.items()}
        settings, node = self.analysis.settings, self.node
        here = ConvolutionCall(node.layer, node.xs[0], node.y, settings.batch)  # type: ignore[arg-type]
        count, elements = algorithm.multiplications(here, **known), algorithm.extra_elements(here, **known)
        costs = (
            (multiplications_of(algorithm), algorithm.multiplications(self.call, **letters), count),
            (
                bytes_of(algorithm),
                ITEM_SIZE * algorithm.extra_elements(self.call, **letters),
                settings.item_size * elements,
            ),
        )
        figures = (
            *(_figure(name, size, "", note=algorithm.letters[name]) for name, size in sizes.items()),
            *(self._cost(algorithm, name, value, known, expected) for name, value, expected in costs),
        )
        return AlgorithmExplanation(algorithm.name, algorithm.title, None, figures)

    def _cost(self, algorithm: Algorithm, name: str, value: Value, known: dict[str, int], expected: int) -> Figure:
        """Multiplications or bytes; `known` are the numbers of the algorithm's own letters."""
        formula = self.symbolic.formula(0, value)
        formula = formula._replace(numbers={**formula.numbers, **known})
        assert formula.result == expected, f"{name} of {self.node.name} is {expected}, its formula {formula.result}"
        return _figure(name, formula, metric_called(name).unit.value, source=algorithm.source)


def _figure(name: str, formula: Formula, unit: str, source: str = "", note: str = "") -> Figure:
    return Figure(name, formula.result, unit, formula.text, formula.substituted, source, note)
