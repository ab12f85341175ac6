"""The JSON of `cnncost sweep`: points of a design space and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from cnncost.documents import base
from cnncost.documents.base import Document, Sparse
from cnncost.validation import Count, Flag, Number, Record, Text

Value = Flag | Number | Text | tuple[Any, ...]


class Run(Sparse):
    """How the network runs, wherever that does not vary."""

    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    convention: base.Convention
    amp: base.Amp
    device: base.Device = None
    channels_last: base.ChannelsLast = False


class Wanted(Record):
    """What the frontier is of."""

    name: Text
    """a figure, or another column"""
    maximise: Flag
    """whether more is better"""


class DesignPoint(Record):
    """One point of the space."""

    index: Count
    """which of the points it is, from 0"""
    variables: Annotated[Mapping[str, Value], Field(description="what varies: a number, a word, a list or a shape")]
    figures: Annotated[Mapping[str, Count | None], Field(description="what it costs; null where that is not known")]
    others: Annotated[Mapping[str, Number | Text | None], Field(description="its score, and what was measured of it")]


class Fault(Record):
    """A point that does not hold."""

    index: Count
    """which of the points it is"""
    error: Text
    """what is wrong with it"""


class SweepDocument(Document):
    """Points of a design space: all that fulfil the conditions, the frontier, or the best ones."""

    label: ClassVar[str] = "a sweep"

    name: Text
    """name of the network"""
    settings: Run | None
    """how the network runs; null where results are read that were written before"""
    conditions: tuple[Text, ...]
    """what the points fulfil"""
    objectives: tuple[Wanted, ...]
    """what the frontier is of, where the points are those on it"""
    evaluated: Count
    """points that were computed"""
    failed: Count
    """those among them that do not hold"""
    fulfilling: Count
    """those that hold, and fulfil all conditions"""
    points: tuple[DesignPoint, ...]
    """the points that were asked for"""
    first_fault: Fault | None
    """the first point that does not hold"""
