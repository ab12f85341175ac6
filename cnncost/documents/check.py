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
    limit: Count | None
    """what it may be at most, or must be; null where it may be anything, and is compared with the baseline alone"""
    exact: Flag
    """whether it must be the limit, to the unit"""
    source: Text | None
    """who says so: `budget` of the command, `its spec`, the file of the project, or the source that `expect` names"""
    before: Count | None
    """what it was in the baseline; null without one, and where it is not there"""
    holds: Flag
    """whether the figure keeps to its limit; one that is not known does not"""


class CheckDocument(Document):
    """Whether networks keep to budgets, and have the figures that their specs expect."""

    label: ClassVar[str] = "the outcome of checks"

    ok: Flag
    """whether all checks hold, of all networks"""
    baseline: Text | None
    """what figures are compared with besides: a file, or a revision of Git"""
    checks: tuple[Check, ...]
    """of one network after the other"""
    refused: tuple[Text, ...]
    """networks that could not be checked, since their specs are bad"""
