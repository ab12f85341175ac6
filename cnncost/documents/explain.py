"""The JSON of `cnncost explain`: where the figures of a layer come from, or those of a network or block."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cnncost.documents import base
from cnncost.documents.base import Document
from cnncost.validation import Count, Flag, Fraction, Number, Record, Text


def _is_absent(value: object) -> bool:
    return value is None


class Figure(Record):
    """One figure and where it comes from."""

    name: Text
    """as in the report, or a letter that other formulas use"""
    value: Number | tuple[Number, ...] | None
    """what the report says, per axis where there are several; null where there is no answer"""
    unit: Text
    """what is counted"""
    formula: Text | None
    """in symbols; null where only words can say it"""
    substituted: Text | None
    """the formula with numbers for the symbols"""
    source: Text
    """who published the formula"""
    note: Text
    """what the formula does not say"""


class Meaning(Record):
    """A letter of the formulas."""

    symbol: Text
    """the letter"""
    number: Number
    """what it is here"""
    meaning: Text
    """what it stands for"""


class Algorithm(Record):
    """What a convolution costs by one algorithm."""

    name: Text
    """as in the report"""
    title: Text
    """for people"""
    refusal: Text | None
    """why it cannot compute this convolution; then there are no figures"""
    figures: tuple[Figure, ...]
    """the sizes that its formulas have letters for, its multiplications and its extra memory"""


class LayerExplanationDocument(Document):
    """Where every figure of one layer comes from."""

    label: ClassVar[str] = "the explanation of a layer"

    network: Text
    """name of the network, or the layer type where there is none"""
    layer: Text
    """name of the layer"""
    type: Text
    """layer type"""
    about: Text
    """what such a layer is, in one line"""
    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    amp: base.Amp = None
    device: base.Device = Field(default=None, exclude_if=_is_absent)
    channels_last: Flag | None = Field(default=None, exclude_if=_is_absent)
    """whether maps lie in memory with their channels last on the device"""
    convention: base.Convention
    symbols: tuple[Meaning, ...]
    """what the letters of the formulas stand for"""
    figures: tuple[Figure, ...]
    """those of the report, and the sizes that their formulas have letters for; or the one that was asked for"""
    algorithms: tuple[Algorithm, ...]
    """how a convolution can be computed; none for other layers"""
    cheapest_algorithm: Text | None
    """what computes the convolution with the fewest multiplications; null for other layers"""
    warnings: base.Warnings


class Part(Record):
    """A part of a sum."""

    name: Text
    """of the layer type, the block or the figure"""
    count: Count
    """layers in it that are not zero"""
    value: Count
    """what it adds"""
    share: Fraction | None = Field(ge=0, le=1)
    """the part of the whole, from 0 to 1; null where the whole is zero"""
    formula: Text | None
    """of its layers, where that is one for all of them"""
    substituted: Text | None
    """what its value adds up from"""


class Breakdown(Figure):
    """Where a total comes from; both ways of cutting it add up to all of it."""

    total: Literal["sum", "max"]
    """whether it is the sum of the layers or the largest of them"""
    by_type: tuple[Part, ...]
    """by layer type and formula, or, of memory, by what it holds"""
    by_block: tuple[Part, ...]
    """by the blocks of the next level"""


class SumExplanationDocument(Document):
    """Where the figures of a network, or of one block of it, come from."""

    label: ClassVar[str] = "the explanation of totals"

    network: Text
    """name of the network"""
    block: Text | None
    """name of the block; null for the whole network"""
    layers: Count
    """how many layers there are"""
    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    amp: base.Amp = None
    convention: base.Convention
    totals: tuple[Breakdown, ...]
    """the figures that were asked for"""
    warnings: base.Warnings
