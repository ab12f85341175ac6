"""One figure out of the explanation of a layer, with the letters of its formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.explanation.figure import AlgorithmExplanation, Figure, LayerExplanation


def only(explanation: LayerExplanation, name: str) -> LayerExplanation:
    """The explanation with one figure; a receptive field that differs between axes has a figure for each of them.

    Raises:
        SpecError: the layer has no such figure.
    """
    figures = tuple([figure for figure in explanation.figures if _is_called(figure, name)])
    algorithms = () if figures else tuple(_of_algorithms(explanation.algorithms, name))
    if not figures and not algorithms:
        raise _unknown(explanation, name)
    letters = {
        letter
        for figure in (*figures, *(figure for each in algorithms for figure in each.figures))
        for letter in re.findall(r"[A-Za-z_]+", figure.formula or "")
    }
    return explanation._replace(
        figures=figures,
        algorithms=algorithms,
        symbols=tuple([each for each in explanation.symbols if each.symbol in letters]),
    )


def _is_called(figure: Figure, name: str) -> bool:
    """Whether a figure has the name, or is that of an axis: `jump_h` of `jump`."""
    first, _, axis = figure.name.rpartition("_")
    return figure.name == name or (first == name and len(axis) == 1)


def _of_algorithms(algorithms: Iterable[AlgorithmExplanation], name: str) -> Iterable[AlgorithmExplanation]:
    """The algorithm whose figure it is, with that figure and the sizes that its formula has letters for.

    Raises:
        SpecError: the algorithm cannot compute this convolution.
    """
    for algorithm in algorithms:
        if algorithm.refusal is not None and name.startswith(f"{algorithm.name}_"):
            raise SpecError(f"`{name[:80]}` is of {algorithm.title}, which does not apply: {algorithm.refusal}")
        if any(figure.name == name for figure in algorithm.figures):
            sizes = [figure for figure in algorithm.figures if figure.name == name or not figure.unit]
            yield algorithm._replace(figures=tuple(sizes))


def _unknown(explanation: LayerExplanation, name: str) -> SpecError:
    figures = (*explanation.figures, *(figure for each in explanation.algorithms for figure in each.figures))
    known = list(dict.fromkeys(figure.name for figure in figures))
    close = did_you_mean(name, known) or did_you_mean(name.lower(), known)
    message = f"`{explanation.layer}` has no figure `{name[:80]}`{close}"
    return SpecError(message, hint=None if close else f"it has {', '.join(known)}")
