"""The JSON of `cnncost compare`: networks side by side, two of them by stage, or what is published of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from cnncost.documents import base
from cnncost.documents.base import Document, Printed, Sparse
from cnncost.documents.figures import BlockFigures, Changes, Ratios, Totals
from cnncost.validation import Count, Fraction, Record, Text, Whole

__all__ = ["ComparisonDocument", "PublishedComparisonDocument", "StageComparisonDocument"]


class ComparedCount(base.Count):
    """What one of several conventions counts of a network, and how that compares with the baseline."""

    ratio: Fraction | None
    """to the count of the baseline; null where that is zero"""


class ComparedNetwork(Sparse):
    """One of the networks that are compared."""

    name: Text
    """as it was asked for; numbered where it was asked for twice"""
    network: Text
    """name of the network"""
    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    amp: base.Amp = None
    device: base.Device = None
    channels_last: base.ChannelsLast = False
    convention: base.Convention
    inputs: base.Inputs
    layers: Count
    """how many layers it has"""
    totals: Totals
    """the whole network"""
    at_least: Mapping[str, Count] = {}
    """what is known of totals that are null since a layer of the spec's own leaves something unsaid"""
    ratios: Ratios
    """of the totals to those of the baseline; null where either is not known, and where that of the baseline is zero"""
    counts: Mapping[str, ComparedCount] = {}
    """what each of several conventions counts, by name, where `--convention` asks for several"""


class ComparisonDocument(Document):
    """What networks cost, side by side."""

    label: ClassVar[str] = "a comparison"

    baseline: Text
    """what ratios refer to: the `name` of one of the networks"""
    networks: tuple[ComparedNetwork, ...]
    """in the order in which they were asked for"""


class Stage(Record):
    """A stage of the first network and its counterpart in the second; null where there is none."""

    names: tuple[Text | None, Text | None]
    """of the stage in the first network and in the second"""
    figures: tuple[BlockFigures | None, BlockFigures | None]
    """of the stage in the first network and in the second"""
    change: Changes
    """what the second has more; null where either is not known"""


class StageComparisonDocument(Document):
    """Two networks, stage by stage: what `--stages` prints."""

    label: ClassVar[str] = "a comparison by stage"

    networks: tuple[Text, Text]
    """the first and the second network"""
    stages: tuple[Stage, ...]
    """the top-level blocks of both, aligned by name"""


class Judgement(Record):
    """Which exact figure a printed one is."""

    what: Literal["params", "params_without_heads", "macs", "double_macs", "flops"]
    """the exact figure: the first that the printed one agrees with, or else the nearest"""
    agreement: Literal["exact", "rounded", "truncated"] | None
    """how the printed figure follows from it; null where it does not"""
    error: Fraction
    """printed over exact, less one"""


class Claim(Record):
    """What one source prints of a network, beside the exact figures of one sample in inference."""

    network: Text
    """as it was asked for"""
    year: Whole | None
    """when it was published"""
    params: Count
    """parameters"""
    params_without_heads: Count
    """parameters without those that only auxiliary outputs read"""
    macs: Count
    """multiply-accumulates"""
    flops: Count
    """operations as the convention counts them"""
    printed: Printed
    """what the source prints"""
    params_judged: Judgement | None
    """what the printed parameters are; null where none are printed"""
    flops_judged: Judgement | None
    """what the printed FLOPs are; null where none are printed"""
    printed_flops_per_param: Fraction | None
    """quotient of the printed figures"""
    macs_per_param: Fraction | None
    """multiply-accumulates for each parameter, exact"""
    flops_per_param: Fraction | None
    """FLOPs for each parameter, exact"""


class PublishedComparisonDocument(Document):
    """Networks beside what is published of them: what `--published` prints."""

    label: ClassVar[str] = "a comparison with published figures"

    convention: Text
    """how operations become `flops`"""
    claims: tuple[Claim, ...]
    """of one network after the other"""
    silent: tuple[Text, ...]
    """the networks of which nothing is published"""
