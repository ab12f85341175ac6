"""The JSON of `cnncost latency`: how long a step takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from cnncost.documents import base
from cnncost.documents.base import Document
from cnncost.documents.memory import Step
from cnncost.validation import Count, Flag, Number, Positive, Record, Text

Seconds = Annotated[Number, Field(ge=0), WithJsonSchema({"type": "number", "minimum": 0})]
Part = Annotated[Number, Field(ge=0, le=1), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Bound = Literal["compute", "bandwidth", "launches"]


class LatencyDevice(Record):
    """The device, and what is known of it."""

    name: Text
    """what it was asked for as: a card, or the path of a profile"""
    title: Text
    """the name that its maker gave it"""
    basis: Literal["profile", "datasheet"]
    """whether it was measured, or its datasheet is all that is known"""
    source: Text
    """what was measured, or who prints the figures"""
    flops_per_second: Seconds | None
    """the most operations in a second, in the number format; null where that is not known"""
    bytes_per_second: Seconds
    """the most bytes in a second, from and to its memory"""


class TimedLayer(Record):
    """The time of one layer, or of several that were merged: a bound where the whole is one."""

    name: Text
    """unique and hierarchical; `loss` and `optimizer` are no layers"""
    type: Text
    """the layer type, or the kind of block that was merged"""
    output_shape: base.Shape | None
    """with the batch; of the last layer of a block"""
    seconds: Seconds
    """of all of its kernels; the least that they take where `is_bound`"""
    forward_seconds: Seconds
    """of those in the forward pass"""
    backward_seconds: Seconds
    """of those in the backward pass: none in inference"""
    bound_by: Bound | None
    """what binds most of its time; null where it runs nothing"""
    flops: Count
    """what its kernels compute: two for each multiply-accumulate, in both passes"""
    bytes: Count
    """what they read and write, each tensor once for each kernel"""
    flops_per_byte: Number | None
    """its arithmetic intensity; null where nothing is moved"""
    kernels: Count
    """how many they are"""
    scopes: tuple[Text, ...]
    """kinds of the containers it lies in, outermost first"""
    count: Positive
    """layers that it stands for"""


class LatencyDocument(Document):
    """How long a step of a network takes on a device."""

    label: ClassVar[str] = "the latency of a step"

    name: Text
    """name of the network"""
    settings: Step
    """how the step runs"""
    number_format: Literal["float32", "tf32", "float16", "bfloat16"]
    """what products are computed in"""
    inputs: base.Inputs
    device: LatencyDevice
    """where it runs"""
    is_bound: Flag
    """whether times are what a step takes at the least, and no prediction: of a datasheet, or without some layers"""
    seconds: Seconds | None
    """what is predicted; null for a bound"""
    low_seconds: Seconds | None
    """the lower end of an interval that four measurements in five should fall inside; null for a bound"""
    high_seconds: Seconds | None
    """its upper end; null for a bound"""
    at_least_seconds: Seconds | None
    """what a step takes at the least; null for a prediction"""
    latency_ns: Count | None
    """the prediction in whole nanoseconds, as comparisons, sweeps and budgets have it; null for a bound"""
    samples: Text
    """what a sample is: `images`, `videos` or `samples`"""
    samples_per_second: Seconds | None
    """throughput; null for a bound, and where nothing runs"""
    at_most_samples_per_second: Seconds | None
    """the most that there can be; null for a prediction, and where nothing runs"""
    bound_by: Bound
    """what binds the step: launches, or what binds most of its kernels' time"""
    kernel_seconds: Seconds
    """what the kernels take by themselves, one behind the other: the times of all layers"""
    device_seconds: Seconds
    """what the device needs for them, with what lies between two of them"""
    launch_seconds: Seconds | None
    """what launching them takes the processor; null for a bound"""
    launch_free_batch: Positive | None
    """the smallest batch at which launches do not bind; null where that is not known"""
    unmeasured_share: Part | None
    """the part of the kernels' time taken by kernels that were not measured; null for a bound of a datasheet"""
    unknown_layers: tuple[Text, ...]
    """the layers of which it is not known what they run: where there are any, times are bounds"""
    phases: Annotated[Mapping[str, Seconds], Field(description="seconds of the kernels by phase")]
    layers: tuple[TimedLayer, ...]
    """in the order of execution"""
    notes: tuple[Text, ...]
    """what one must know to read the figures"""
    warnings: base.Warnings
