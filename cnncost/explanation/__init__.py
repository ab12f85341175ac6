"""Where figures come from: formulas in symbols, with their numbers, and what they add up to. Plain data.

What is written here is what the analysis computes: its metrics, run on symbols in place of numbers.
"""

from __future__ import annotations

from cnncost.explanation.figure import (
    AlgorithmExplanation,
    Breakdown,
    Figure,
    LayerExplanation,
    Meaning,
    Part,
    SumExplanation,
)
from cnncost.explanation.layer import explain_layer
from cnncost.explanation.sums import explain_sum

__all__ = [
    "AlgorithmExplanation",
    "Breakdown",
    "Figure",
    "LayerExplanation",
    "Meaning",
    "Part",
    "SumExplanation",
    "explain_layer",
    "explain_sum",
]
