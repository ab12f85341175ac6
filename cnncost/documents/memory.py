"""The JSON of `cnncost memory`: what a step takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from cnncost.documents import base
from cnncost.documents.base import Document, OneOf
from cnncost.footprint.settings import IMPLEMENTATIONS, LOSSES
from cnncost.validation import Count, Flag, Positive, Record, Text, Whole


class Step(Record):
    """How a step runs."""

    mode: Annotated[str, OneOf(("train", "infer"))]
    """training or inference"""
    batch: base.Batch
    dtype: base.Dtype
    amp: base.Amp
    scaler: Flag
    """whether a gradient scaler scales the loss"""
    optimizer: base.Optimizer
    implementation: Annotated[str, OneOf(IMPLEMENTATIONS)] | None
    """how the optimizer steps; null where PyTorch chooses"""
    weight_decay: Flag
    """whether the optimizer decays weights"""
    device: Text
    """where it runs"""
    channels_last: Flag
    """whether maps lie in memory with their channels last"""
    inplace: Flag
    """whether activations overwrite what they read wherever nothing else reads it"""
    set_to_none: Flag
    """whether gradients are freed before a step, not zeroed"""
    accumulate: Positive
    """passes whose gradients are added up before a step"""
    checkpoint: tuple[Text, ...]
    """blocks that are computed again in backward"""
    loss: Annotated[str, OneOf(LOSSES)]
    """what the outputs are made one number by"""
    adds_in_place: Flag | None
    """whether backward adds gradients in place where it can; null as the device does"""
    nested: Flag
    """whether a container holds its inputs until it returns"""


class Verdict(Record):
    """Whether a step fits into a memory."""

    capacity_bytes: Positive
    """what there is"""
    capacity_source: Text
    """what was asked for: an amount as it was written, or a card"""
    capacity_about: Text
    """of a card, what of its memory this is, and who says so"""
    basis: Annotated[str, OneOf(("reserved_bytes", "peak_bytes"))]
    """which figure is compared"""
    needed_bytes: Count
    """what is needed at the least"""
    most_bytes: Count | None
    """what is needed at the most; null where that is not known"""
    fits: Flag | None
    """whether it fits; null where what is known allows both"""
    free_bytes: Whole
    """what is left beside `needed_bytes`; negative where it is too little"""


class Part(Record):
    """One kind of what lives at the peak."""

    kind: Text
    """`parameters`, `buffers`, `optimizer`, `weight gradients`, `kept`, `activation`, `gradient`, `input` and others"""
    bytes: Count
    """of all of it"""
    stages: Mapping[str, Count]
    """the same by where in the network it was made; empty where that says nothing"""


class Moment(Record):
    """One operation in the course of a step."""

    phase: Text
    """`forward`, `loss`, `backward` or `optimizer`"""
    layer: Text | None
    """the layer that runs, or whose backward does; null where none does"""
    peak_bytes: Count
    """the most that lived while it ran"""
    bytes: Count
    """what lives once it has run"""
    parts: Mapping[str, Count]
    """what lived at that most, by kind"""


class MemoryDocument(Document):
    """What a steady step of a network takes."""

    label: ClassVar[str] = "the memory of a step"

    name: Text
    """name of the network"""
    settings: Step
    """how the step runs"""
    inputs: base.Inputs
    peak_bytes: Count
    """the most that lives at once: live tensors, in PyTorch's order"""
    kept_bytes: Count
    """what autograd keeps for backward, parameters and buffers aside; 0 in inference"""
    steady_bytes: Count
    """what lives between two steps"""
    allocated_bytes: Count | None
    """the most that PyTorch's allocator hands out at once on the card; null where that is not known"""
    reserved_bytes: Count | None
    """the most that the allocator takes from the card; null where that is not known"""
    workspace_bytes: Count | None
    """workspaces at the peak, or the largest that there may be; null where that is not known"""
    peak_phase: Text
    """when the peak is: `forward`, `loss`, `backward` or `optimizer`"""
    peak_layer: Text | None
    """the layer that runs at the peak, or whose backward does; null where none does"""
    lower_bound: Flag
    """whether all figures are no more than the truth, and perhaps less"""
    unknown_layers: tuple[Text, ...]
    """the layers that make them so: they leave open what they keep or store"""
    verdict: Verdict | None
    """whether it fits; null where no memory was given"""
    parts: tuple[Part, ...]
    """what lives at the peak, the largest first"""
    kept_by_layer: Annotated[Mapping[str, Count], Field(description="what is kept, by the layer that keeps it first")]
    timeline: tuple[Moment, ...]
    """the step in its course, operation by operation"""
    warnings: base.Warnings
