"""The JSON of `cnncost conventions`: the ways to count, or all of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from cnncost.documents.base import Document
from cnncost.validation import Count, Record, Text


class Convention(Record):
    """A way to count operations."""

    name: Text
    """as `--convention` takes it"""
    unit: Literal["FLOPs", "MACs"]
    """what it counts"""
    flops_per_mac: Count
    """FLOPs that a multiply-accumulate counts"""
    about: Text
    """how it counts, in one line"""
    source: Text
    """the tool and its version, or who published the rules"""


class ConventionsDocument(Document):
    """The conventions that operations can be counted by."""

    label: ClassVar[str] = "a list of conventions"

    conventions: tuple[Convention, ...]
    """all that ship"""


class ConventionDocument(Document, Convention):
    """One convention with its rules; these are null where the convention is a program."""

    label: ClassVar[str] = "a convention"

    quirks: tuple[Text, ...]
    """what it gets wrong, a sentence each"""
    vars: Mapping[str, Text] | None
    """what its rules share, by name"""
    rules: Mapping[str, Text] | None
    """what one of each of these layer types counts"""
    free: tuple[Text, ...] | None
    """layer types and families that count nothing"""
    otherwise: Text | None
    """what one of all other layer types counts; null where these are refused"""
