"""The file of a device's profile, checked. Only who brings a file of their own imports this module, and pydantic."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.devices.kinds import KINDS
from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.validation import Count, Flag, Fraction, Positive, Record, Text, first_fault

Range = Annotated[tuple[Count | None, Count | None], Field(strict=False)]
"""From and to, either of which may be open."""

PositiveFraction = Annotated[Fraction, Field(gt=1e-12, le=1e12)]
"""A number above 0 that can be measured: sums and quotients of such numbers stay far from what a float cannot hold."""

Factors = Annotated[tuple[PositiveFraction, PositiveFraction], Field(strict=False)]
"""What a time is divided by and multiplied by for an interval."""

Direction = Literal["forward", "input_gradient", "weight_gradient"]
Dtype = Literal["float32", "float16", "bfloat16", "int8"]


def _known(name: str) -> str:
    if name not in WORKSPACES:
        raise ValueError("must be one of " + ", ".join(f"`{each}`" for each in WORKSPACES))
    return name


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError("must be one of " + ", ".join(f"`{each}`" for each in KINDS))
    return name


class RuleRecord(Record):
    """Which way is taken for a convolution where all that is said holds."""

    algorithm: Annotated[Text, AfterValidator(_known)]
    """the way: `none`, `winograd`, `tiled_fft`, `fft`, `layout_copies`, `partial_sums` or `sample_sums`"""
    directions: tuple[Direction, ...] | None = None
    """what is computed: `forward`, `input_gradient`, `weight_gradient`; all of them unless said"""
    dtypes: tuple[Dtype, ...] | None = None
    """of the tensors, as the convolution reads them"""
    axes: Positive | None = None
    """axes of the map"""
    kernel: tuple[Positive, ...] | None = None
    """exactly this kernel"""
    pointwise: Flag | None = None
    """whether the kernel is of one element"""
    strided: Flag | None = None
    """whether outputs are left out"""
    dilated: Flag | None = None
    """whether the kernel has holes"""
    widens: Flag | None = None
    """whether there are more output than input channels"""
    ragged: Positive | None = None
    """the channels, which are in no groups, of the input or of the output are no multiple of so many"""
    batch: Range | None = None
    """samples"""
    in_channels: Range | None = None
    """input channels"""
    out_channels: Range | None = None
    """output channels"""
    weights: Range | None = None
    """weights"""
    map: Range | None = None
    """the shortest axis of the output"""
    positions: Range | None = None
    """outputs of one channel, of the whole batch"""
    channels_per_tile: Positive | None = None
    """at most so many input channels for each tile of 30 × 30 outputs of the batch"""


class AlgorithmRecord(RuleRecord):
    """Which convolutions are computed by another way than by loops."""

    algorithm: Annotated[Text, AfterValidator(_kind)]
    """the kind of kernels that they are then, such as `winograd` or `fft`"""


class KernelsRecord(Record):
    """The coefficients of one kind of kernels."""

    kind: Annotated[Text, AfterValidator(_kind)]
    """what they are to a device, such as `pointwise` or `pool`"""
    dtype: Literal["float32", "tf32", "float16", "bfloat16", "int8"]
    """of the numbers that they read"""
    channels_last: Flag
    """whether maps lie in memory with their channels last"""
    direction: Literal["forward", "backward", "input_gradient", "weight_gradient", "optimizer"] = "forward"
    """what is computed"""
    operation: Text | None = None
    """what PyTorch calls it; all other operations of the kind where it is left out"""
    launch: PositiveFraction
    """µs that a kernel takes at least"""
    rate: PositiveFraction | None = None
    """10¹² operations per second"""
    bandwidth: PositiveFraction | None = None
    """GB/s, read and written"""
    cached: PositiveFraction | None = None
    """GB/s of tensors in the cache"""
    unaligned: PositiveFraction | None = None
    """GB/s where the positions of a channel are no multiple of four"""
    tiles: tuple[Annotated[tuple[Positive, Positive], Field(strict=False)], ...] | None = None
    """rows and columns of the tiles that products are computed in"""
    grain: Positive | None = None
    """channels that the depth of a convolution is rounded up to a multiple of"""
    step: PositiveFraction | None = None
    """ns for each number that a product sums"""
    load: PositiveFraction | None = None
    """ps for each row and each column of a tile"""
    separate: Flag | None = None
    """whether groups of channels are kernels of their own"""
    overlap: PositiveFraction | None = None
    """seconds that pass for each second of such kernels"""


class HostRecord(Record):
    """What the processor needs that launches kernels."""

    operation: PositiveFraction
    """µs for each"""
    gap: Annotated[Fraction, Field(ge=0, le=1e12)]
    """µs between two where the device is waited for"""
    factors: Factors
    """what its time is divided by, and multiplied by, for four times in five"""


class IntervalRecord(Record):
    """How far off totals are, four times in five."""

    dtype: Literal["float32", "tf32", "float16", "bfloat16", "int8"]
    """of the step's products"""
    mode: Literal["infer", "train"]
    """training or inference"""
    factors: Factors
    """what a total is divided by, and multiplied by"""


class LatencyRecord(Record):
    """How long kernels take."""

    device: Literal["cuda", "cpu"]
    """what PyTorch calls such a device"""
    units: Annotated[Positive, Field(le=10**9)]
    """multiprocessors, or cores"""
    cache_bytes: Positive
    """of the cache that they share"""
    peaks: dict[Literal["float32", "tf32", "float16", "bfloat16", "int8"], PositiveFraction]
    """10¹² operations per second of a large product of matrices, by dtype"""
    bandwidth: PositiveFraction
    """GB/s of a large copy, read and written"""
    host: HostRecord
    """what launching costs"""
    kernels: Annotated[tuple[KernelsRecord, ...], Field(min_length=1)]
    """the coefficients, kind by kind"""
    algorithms: tuple[AlgorithmRecord, ...] = ()
    """which way is taken for a convolution: the first rule that fits; by loops where none does"""
    intervals: tuple[IntervalRecord, ...] = ()
    """how far off totals are, by dtype and mode"""


class MatrixWorkspaces(Record):
    """What is taken for products of matrices, and kept."""

    forward: tuple[Count, ...]
    """blocks of the thread that calls the modules, in bytes"""
    backward: tuple[Count, ...]
    """blocks of the thread that runs backward, in bytes"""


class MemoryRecord(Record):
    """What a step takes of memory besides its tensors."""

    matrix_workspaces: MatrixWorkspaces
    """what cuBLAS takes and keeps"""
    context: tuple[Count, Count]
    """bounds of what lies outside of PyTorch's allocator, in bytes"""
    workspaces: tuple[RuleRecord, ...]
    """which way is taken for a convolution: the first rule that fits"""


class ProfileRecord(Record):
    """A device's profile."""

    name: Text
    """what it is called in options"""
    title: Text
    """the device's name"""
    card: Text | None = None
    """the device in the table of known cards"""
    driver: Text
    """version of the driver that was measured with"""
    cuda: Text
    """version of CUDA"""
    torch: Text
    """version of PyTorch"""
    source: Text
    """what was measured, and when"""
    memory: MemoryRecord | None = None
    """what a step takes of memory besides its tensors"""
    latency: LatencyRecord | None = None
    """how long its kernels take"""


def checked(data: Any, path: object) -> dict[str, Any]:
    """The plain data of a profile.

    Raises:
        SpecError: something is missing, unknown or of another type.
    """
    try:
        record = ProfileRecord.model_validate(data)
    except ValidationError as error:
        raise SpecError(
            f"`{shown_path(path)}` is not a device's profile: {first_fault(error, data)}",
            hint="`cnncost/devices/h200.yaml` is one to start from",
        ) from None
    return record.model_dump(exclude_none=True)
