"""The JSON of `cnncost explain --symbolic`: the figures of a network as formulas of some letters."""

from __future__ import annotations

from typing import ClassVar

from cnncost.documents import base
from cnncost.documents.base import Document
from cnncost.documents.explain import Meaning
from cnncost.validation import Count, Record, Text


class Term(Record):
    """A term of a polynomial."""

    coefficient: Text
    """a whole number, or a fraction, `47751/8`"""
    powers: dict[Text, Count]
    """the exponent of each letter in it"""


class Rounding(Record):
    """A floor or a ceiling in a formula."""

    floor: Text
    """as it is written"""
    layer: Text | None
    """the first layer whose output has it for a size; null where none has"""


class Formula(Record):
    """One figure as a formula."""

    name: Text
    """as in the report"""
    unit: Text
    """what is counted"""
    value: Count | None
    """what it is for the present numbers; null where it is not known"""
    formula: Text | None
    """for all numbers that the layers take, with floors and ceilings; null where there is none"""
    polynomial: Text | None
    """without floors; null where there is none"""
    terms: tuple[Term, ...] | None
    """the terms of the polynomial, of the highest degree first; null where there is none"""
    holds: tuple[Text, ...]
    """the numbers for which the polynomial holds"""
    roundings: tuple[Rounding, ...]
    """what stops the polynomial for other numbers"""
    note: Text
    """why there is no formula, or no polynomial"""


class ClosedFormsDocument(Document):
    """The figures of a network as formulas of some letters."""

    label: ClassVar[str] = "formulas of a network"

    network: Text
    """name of the network"""
    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    amp: base.Amp = None
    convention: base.Convention
    symbols: tuple[Meaning, ...]
    """the letters, and what they are here"""
    formulas: tuple[Formula, ...]
    """the figures that were asked for"""
    conditions: tuple[Text, ...]
    """where the formulas hold: layers take the sizes, and branch on them as they do here"""
    warnings: base.Warnings
