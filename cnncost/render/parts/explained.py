"""What the figures of an explanation are called: some are of a layer alone, and no metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.parts.headings import title_of

if TYPE_CHECKING:
    from cnncost.conventions import Convention

_TITLES = {
    "output_shape": "output shape",
    "input_bytes": "input memory",
    "kept": "kept for backward besides",
    "receptive_field": "receptive field",
    "jump": "jump",
    "start_padding": "padding of the first field",
    "ops.add": "additions",
    "ops.mul": "multiplications",
    "ops.div": "divisions",
    "ops.cmp": "comparisons",
    "ops.exp": "transcendental functions",
}
_LONGEST_LETTER = 3
"""Longer names are those of figures: `H_o` is a letter."""


def explained_as(name: str, convention: Convention) -> str:
    """What a figure of an explanation is called; letters are called as they are.

    >>> from cnncost.render.parts.headings import TEXTBOOK
    >>> [explained_as(name, TEXTBOOK) for name in ("H_o", "ops.cmp", "jump_h", "flops")]
    ['H_o', 'comparisons', 'jump along H', 'FLOPs (textbook)']
    """
    group, _, axis = name.rpartition("_")
    if group in _TITLES and len(axis) == 1:
        return f"{_TITLES[group]} along {axis.upper()}"
    if len(name) <= _LONGEST_LETTER:
        return name
    return _TITLES.get(name) or title_of(name, convention)
