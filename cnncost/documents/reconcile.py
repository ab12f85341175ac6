"""The JSON of `cnncost reconcile`: the ways of counting that give a published figure."""

from __future__ import annotations

from typing import ClassVar, Literal

from cnncost.documents.base import Document
from cnncost.validation import Count, Flag, Fraction, Record, Text


class Way(Record):
    """A number of the network or of a variation of it, beside the published figure."""

    network: Text
    """name of the network that was counted"""
    changes: tuple[Text, ...]
    """what makes it of the spec"""
    documented: Flag
    """whether the spec itself names the changes: its variants and switches"""
    quantity: Literal["params", "flops"]
    """what was counted"""
    countings: tuple[Text, ...]
    """the ways of counting that give the value"""
    value: Count
    """the number"""
    agreement: Literal["exact", "rounded", "truncated"] | None
    """how the figure follows from the number; null where it does not"""
    difference: Fraction
    """how far the number is from the figure, as a share of the figure"""
    thousand: Literal[1000, 1024] = 1000
    """what a K of the figure stands for, and an M and a G the square and the cube of"""


class Reconciliation(Record):
    """What was found of one published figure."""

    network: Text
    """name of the spec's own network"""
    figure: Text
    """as published"""
    published_by: Text | None
    """the source, where the spec has it"""
    matches: tuple[Way, ...]
    """the ways that give it, the likeliest first"""
    nearest: tuple[Way, ...]
    """the closest of the others"""
    tried: Count
    """how many numbers were compared with it"""
    untried: tuple[Text, ...] = ()
    """what was not compared with it, since the network is large"""
    interrupted: Flag = False
    """whether the search was interrupted before it was through"""
    unknown: tuple[Text, ...] = ()
    """what was not compared with it, since a layer leaves it unsaid"""


class ReconciliationDocument(Document):
    """Which way of counting gives published figures."""

    label: ClassVar[str] = "a reconciliation"

    figures: tuple[Reconciliation, ...]
    """the one that was asked for, or all that the spec publishes"""
