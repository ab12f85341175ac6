"""The receptive field as one figure of a network, for points that are alike in all that it may depend on."""

from __future__ import annotations

from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.spaces.evaluation.plain import with_plain_sizes

RECEPTIVE_FIELD = "receptive_field"
"""What the figure is called."""


def receptive_field(analysis: Analysis) -> int | None:
    """How far a unit sees at the most, along the axis on which that is farthest, without what sees the whole input.

    Which unit another one sees is a matter of single numbers, not of formulas: points are alike in their sizes here.

    >>> from cnncost import load
    >>> receptive_field(Analysis(load("lenet5")))  # the last pool's: 1 + 4 + 1 + 2 * 4 + 2
    16
    """
    alike = with_plain_sizes(analysis.graph)
    columns = receptive_fields(Analysis(alike, analysis.settings._replace(batch=1))).values()
    fields = [field for column in columns for field in column if field is not None and not field.is_everything]
    return max([size for field in fields for size in field.size], default=None)
