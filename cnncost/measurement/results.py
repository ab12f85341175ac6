"""What is measured of latency and memory, as records: they are written to files and read back as they are.

Their fields are written in the order of the definitions; of several base classes, the last comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, Tag

from cnncost.measurement.ceilings import Ceilings, Rates
from cnncost.measurement.outcome import BY_OUTCOME, CompilerFailure, Failure, OutOfMemory
from cnncost.measurement.timing import Timing
from cnncost.validation import Count, Flag, Fraction, Positive, Record, Text


def _is_absent(value: object) -> bool:
    return value is None


def _optional() -> Any:
    """A field that is absent from a document where it is ``None``."""
    return Field(default=None, exclude_if=_is_absent)


class RatedTiming(Rates, Timing):
    """What repetitions of a step took, and the rates that it achieves."""


class CompiledTiming(RatedTiming):
    """What repetitions of a compiled step took, and how long compiling it took."""

    compile_seconds: Fraction
    """seconds until the first step was compiled and run"""


class PredictedLatency(Record):
    """How long a step was predicted to take."""

    profile: Text
    """of the device, by which it is predicted: its name, or its file"""
    seconds: Fraction
    """of the step"""
    low_seconds: Fraction
    """the lower end of an interval that four measurements in five should fall inside"""
    high_seconds: Fraction | None
    """its upper end; null where it is not known of some layers what they run, so that all of it is a lower bound"""
    bound_by: Text
    """what binds: `compute`, `bandwidth` or `launches`"""
    kernel_seconds: Fraction
    """of the kernels alone, one behind the other"""
    launch_seconds: Fraction
    """what launching them takes the processor"""


class LayerTimes(Record):
    """What one layer took within runs of the network."""

    name: Text
    """of the layer"""
    type: Text
    """of the layer"""
    median_seconds: Fraction
    """half of its forward passes took no longer"""
    p10_seconds: Fraction
    """a tenth of its forward passes took no longer"""
    p90_seconds: Fraction
    """nine tenths of its forward passes took no longer"""
    backward_seconds: Fraction | None
    """median of its backward pass; null in inference, and where none runs"""
    predicted_seconds: Fraction | None = _optional()
    """what its kernels are predicted to take, in both passes; absent without a profile"""


class LayerLatency(Rates, LayerTimes):
    """What one layer took within runs of the network, and the rates that its forward pass achieves."""


class LatencySetting(Record):
    """Under which conditions latency was measured."""

    device: Text
    """as PyTorch calls it: `cpu`, `cuda:0`"""
    batch: Positive
    """samples at once"""
    dtype: Text
    """number format: `float32`, `tf32`, `float16` or `bfloat16`"""
    mode: Text
    """`infer` or `train`"""
    channels_last: Flag
    """whether maps lay with their channels last in memory"""
    optimizer: Text | None
    """whose step ends a training step; null in inference"""


class Latency(LatencySetting):
    """How long one inference, or one training step, takes."""

    ceilings: Ceilings
    """what the device can do at most"""
    predicted: PredictedLatency | None = _optional()
    """what was predicted of the step; absent without a profile"""
    eager: RatedTiming
    """the step as PyTorch runs it"""
    phases: Mapping[Text, Timing] | None = _optional()
    """the phases of a training step: forward, loss, backward, optimizer; absent without the layers"""
    layers: tuple[LayerLatency, ...] | None = _optional()
    """every layer, in the order of execution; absent where they were not asked for"""
    compiled: (
        Annotated[
            Annotated[CompiledTiming, Tag("measured")]
            | Annotated[OutOfMemory, Tag("out_of_memory")]
            | Annotated[CompilerFailure, Tag("failure")],
            BY_OUTCOME,
        ]
        | None
    ) = _optional()
    """the step with the model compiled, or why it does not compile; absent where it was not asked for"""
    notes: tuple[Text, ...]
    """what was done otherwise than asked, and what is odd about the outputs"""


class LatencyOutOfMemory(OutOfMemory, LatencySetting):
    """There was not enough memory to measure latency."""


class LatencyFailure(Failure, LatencySetting):
    """The step whose latency was to be measured does not run."""


LatencyResult = Annotated[
    Annotated[Latency, Tag("measured")]
    | Annotated[LatencyOutOfMemory, Tag("out_of_memory")]
    | Annotated[LatencyFailure, Tag("failure")],
    BY_OUTCOME,
]


class PredictedMemory(Record):
    """The most memory that the tensors of a step are predicted to take at once."""

    peak_bytes: Count
    """of all tensors, with parameters, buffers and inputs"""
    peak_phase: Text
    """when: in `forward`, `loss`, `backward` or `optimizer`"""
    peak_layer: Text | None
    """the layer that runs then, or whose backward does; null where none does"""
    parts: Mapping[Text, Count]
    """what lives then, in bytes by kind"""


class MemorySetting(Record):
    """Under which conditions memory was measured, and what is predicted of it."""

    device: Text
    """as PyTorch calls it: `cpu`, `cuda:0`"""
    batch: Positive
    """samples at once"""
    dtype: Text
    """number format: `float32`, `tf32`, `float16` or `bfloat16`"""
    mode: Text
    """`infer` or `train`"""
    optimizer: Text | None
    """whose step ends a training step; null in inference"""
    predicted: PredictedMemory
    """what is predicted of it"""


BlockEvent = tuple[int, int]
"""A block of memory with its bytes: its number where it is allocated, minus that where it is freed."""


class PeakMemory(Record):
    """The most memory that a step took at once."""

    method: Text
    """how it was measured"""
    peak_bytes: Count
    """with parameters, buffers, inputs, and workspaces inside operators"""
    tensor_bytes: Count | None = None
    """the most between two operators, without workspaces; null where that is not known, as on a GPU"""
    reserved_bytes: Count | None
    """what the allocator of a GPU held; null on a CPU"""
    input_bytes: Count
    """of the batch"""
    trace: tuple[BlockEvent, ...] = ()
    """every allocation of another step on a GPU: `[block, bytes]`, freed with minus the block; 0 was there before"""


class Memory(PeakMemory, MemorySetting):
    """The peak memory of one inference, or of one training step once the optimizer has its state."""

    ratio: Fraction | None
    """of what the tensors took to the prediction, or of the peak where that is not known"""
    notes: tuple[Text, ...]
    """what is between the prediction and the peak, and what was done otherwise than asked"""


class MemoryOutOfMemory(OutOfMemory, MemorySetting):
    """There was not enough memory to run the step."""


class MemoryFailure(Failure, MemorySetting):
    """The step whose memory was to be measured does not run."""


MemoryResult = Annotated[
    Annotated[Memory, Tag("measured")]
    | Annotated[MemoryOutOfMemory, Tag("out_of_memory")]
    | Annotated[MemoryFailure, Tag("failure")],
    BY_OUTCOME,
]
