"""The formulas of the layers, as a page holds them: each once, with the numbers of the layers that have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.explanation.patterns import is_substituted
from cnncost.render.page.packing import packed
from cnncost.render.parts.explained import explained_as
from cnncost.render.parts.headings import TEXTBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncost.conventions import Convention
    from cnncost.explanation.figure import AlgorithmExplanation, Figure
    from cnncost.explanation.patterns import Follows, Pattern, Patterns


def formulas_data(found: Patterns, convention: Convention = TEXTBOOK) -> dict[str, Any]:
    """Patterns, with numbers for their texts, which stand once, and columns of what their layers have for themselves;
    which of them each layer follows, and what their figures are called.

    >>> from cnncost import load
    >>> from cnncost.explanation.patterns import explain_all
    >>> from cnncost.metrics import Analysis
    >>> data = formulas_data(explain_all(Analysis(load("lenet5"))))
    >>> "C_o·(C_i/g)·k² + C_o" in data["texts"], data["follows"]
    (True, [0, 1, 2, 3, 1, 2, 4, 5, 6, 5, 6, 5])
    """
    writer = _Writer()
    followers: list[list[Follows]] = [[] for _ in found.patterns]
    for layer in found.layers:
        followers[layer.pattern].append(layer)
    return {
        "patterns": [
            writer.pattern(pattern)
            | {
                "numbers": _columns([layer.numbers for layer in layers]),
                "values": _columns([layer.values for layer in layers]),
            }
            for pattern, layers in zip(found.patterns, followers, strict=True)
        ],
        "texts": [*writer.texts],
        "called": {name: explained_as(name, convention) for name in _names(found)},
        "follows": packed([layer.pattern for layer in found.layers]),
        "notes": packed([layer.notes for layer in found.layers]),
    }


def _names(found: Patterns) -> Iterator[str]:
    """The names of all figures."""
    for pattern in found.patterns:
        explanation = pattern.explanation
        for figures in (explanation.figures, *[algorithm.figures for algorithm in explanation.algorithms]):
            yield from [figure.name for figure in figures]


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """A column for each place of the rows of layers that follow a pattern: most have one number for all of them."""
    return [packed(values) for values in zip(*rows, strict=True)]


class _Writer:
    """Writes patterns, and remembers their texts."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def text(self, text: str | None) -> int | None:
        """The number of a text."""
        return None if text is None else self.texts.setdefault(text, len(self.texts))

    def pattern(self, pattern: Pattern) -> dict[str, Any]:
        """One pattern: its letters with what they stand for, its figures, and the algorithms of a convolution."""
        explanation = pattern.explanation
        meanings = {symbol.symbol: symbol.meaning for symbol in explanation.symbols}
        numbers = {symbol.symbol: symbol.number for symbol in explanation.symbols}
        return {
            "about": self.text(explanation.about),
            "letters": [[letter, self.text(meanings.get(letter))] for letter in pattern.letters],
            "figures": [
                [*self.figure(figure, numbers), int(figure in pattern.valued)] for figure in explanation.figures
            ],
            "algorithms": [self.algorithm(algorithm) for algorithm in explanation.algorithms],
        }

    def algorithm(self, algorithm: AlgorithmExplanation) -> list[Any]:
        """One algorithm: its name, why it does not apply, its figures, whose values stand beside the layers."""
        known = {figure.name: figure.value for figure in algorithm.figures}
        return [
            self.text(algorithm.title),
            self.text(algorithm.refusal),
            [self.figure(figure, known, is_written=True) for figure in algorithm.figures],
        ]

    def figure(self, figure: Figure, numbers: Mapping[str, Any], *, is_written: bool = False) -> list[Any]:
        """One figure: name, unit, formula, source, note, and the formula with numbers where those are not letters'."""
        follows = is_written or figure.formula is None or is_substituted(figure, numbers)
        texts = (figure.name, figure.unit, figure.formula, figure.source, figure.note)
        return [*[self.text(text) for text in texts], None if follows else self.text(figure.substituted)]
