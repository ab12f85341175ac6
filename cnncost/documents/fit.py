"""The JSON of `cnncost fit`: what fits into a memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from cnncost.documents import base
from cnncost.documents.base import Document, Shape, Sparse
from cnncost.documents.memory import Step, Verdict
from cnncost.validation import Count, Flag, Record, Text, Whole


class LargestInputs(Record):
    """The largest resolution that may fit."""

    inputs: Annotated[Mapping[str, Shape], Field(description="shape of one sample of every input")] | None
    """the shape of one sample of every input; null where there is none"""
    certain_inputs: Annotated[Mapping[str, Shape], Field(description="shape of one sample of every input")] | None
    """the shapes of the largest that fit for certain; null where none do, or that is not known"""
    needed_bytes: Count | None
    """what a step then needs at the least"""
    why_not: Text | None
    """why there is none; null where there is"""
    same_parameters: Flag
    """whether the network has as many parameters there as at its own resolution"""
    is_all: Flag
    """whether nothing larger was looked for"""


class ChangedSettings(Sparse):
    """Settings of a step that a change sets; the others are absent."""

    amp: Text | None = None
    """what autocast runs operations in"""
    inplace: Flag | None = None
    """whether activations overwrite what they read"""
    optimizer: base.Optimizer | None = None
    """whose states training keeps"""
    implementation: Text | None = None
    """how the optimizer steps; null where PyTorch chooses"""
    set_to_none: Flag | None = None
    """whether gradients are freed before a step"""
    checkpoint: tuple[Text, ...] | None = None
    """blocks that are computed again in backward"""


class Change(Record):
    """Something that would help."""

    name: Text
    """what it is"""
    sets: ChangedSettings
    """the settings that it changes, with their values"""
    verdict: Verdict
    """whether the batch that was asked for fits then"""
    saved_bytes: Whole
    """what a step of that batch needs less"""
    largest_batch: Count
    """the largest batch that may fit then"""
    certain_batch: Count | None
    """the largest batch that fits for certain then; null where that is not known"""


class FitDocument(Document):
    """What of a network fits into a memory."""

    label: ClassVar[str] = "what fits into a memory"

    name: Text
    """name of the network"""
    settings: Step
    """how the step runs, with the batch that was asked for"""
    inputs: base.Inputs
    verdict: Verdict
    """whether that batch fits"""
    largest_batch: Count
    """the largest batch that may fit, and no larger one does; 0 where not even one sample fits"""
    certain_batch: Count | None
    """the largest batch that fits for certain; null where that is not known"""
    all_batches_fit: Flag
    """whether any batch fits that a step may have"""
    resolution: LargestInputs
    """the largest inputs that may fit, at the batch that was asked for"""
    changes: tuple[Change, ...]
    """what would help, the most first; all together last"""
    unknown_layers: tuple[Text, ...]
    """layers that leave open what they keep or store: more is needed than is known"""
    warnings: base.Warnings
