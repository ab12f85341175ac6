"""The JSON of `cnncost zoo`: the architectures that ship."""

from __future__ import annotations

from typing import ClassVar

from cnncost.documents import base
from cnncost.documents.base import Document, Printed
from cnncost.validation import Count, Fraction, Record, Text, Whole


class Architecture(Record):
    """One architecture; what is not known is null."""

    name: Text
    """as commands take it"""
    family: Text
    """the file that it stands in"""
    year: Whole | None
    """when it was published"""
    task: Text | None
    """what it was published for"""
    params: Count | None
    """parameters, exact"""
    macs: Count | None
    """multiply-accumulates of one sample, exact"""
    accuracy: Fraction | None
    """in percent: the first that is published, or the first of the metric that was asked for"""
    metric: Text | None
    """what the accuracy is of"""
    accuracy_source: Text | None
    """who prints the accuracy"""
    source: Text | None
    """where the architecture was published"""
    published: tuple[Printed, ...]
    """all that others print of it"""
    peak_bytes: Count | None
    """the most memory that the tensors of a step of `mode` take at once, of one sample, on CUDA"""


class ZooDocument(Document):
    """Architectures that ship with cnncost; with `--frontier` those that no cheaper one matches in accuracy."""

    label: ClassVar[str] = "a list of architectures"

    metric: Text | None
    """what all accuracies are of, where that was asked for, as it is with `--frontier`"""
    mode: base.Mode
    amp: base.Amp
    architectures: tuple[Architecture, ...]
    """in the order that was asked for"""
