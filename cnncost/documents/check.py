"""The JSON of `cnncost check`: figures and their limits."""

from __future__ import annotations

from typing import ClassVar

from cnncost.documents.base import Document
from cnncost.validation import Count, Flag, Record, Text


class Check(Record):
    """One figure of one network, and its limit."""

    network: Text
    """as it was asked for"""
    figure: Text
    """one of the `totals` of `analyze`, by its name"""
    actual: Count | None
    """what it is; null where it is not known"""
    limit: Count
    """what it may be at most, or must be"""
    exact: Flag
    """whether it must be the limit, to the unit"""
    source: Text
    """who says so: `budget`, or the source that the spec's `expect` names"""
    holds: Flag
    """whether the figure keeps to its limit; one that is not known does not"""


class CheckDocument(Document):
    """Whether networks keep to budgets, and have the figures that their specs expect."""

    label: ClassVar[str] = "the outcome of checks"

    ok: Flag
    """whether all checks hold, of all networks"""
    checks: tuple[Check, ...]
    """of one network after the other"""
    refused: tuple[Text, ...]
    """networks that could not be checked, since their specs are bad"""
