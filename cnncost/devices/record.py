"""The file of a device's profile, checked. Only who brings a file of their own imports this module, and pydantic."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.validation import Count, Flag, Positive, Record, Text, first_fault

Range = Annotated[tuple[Count | None, Count | None], Field(strict=False)]
"""From and to, either of which may be open."""

Direction = Literal["forward", "input_gradient", "weight_gradient"]
Dtype = Literal["float32", "float16", "bfloat16", "int8"]


def _known(name: str) -> str:
    if name not in WORKSPACES:
        raise ValueError("must be one of " + ", ".join(f"`{each}`" for each in WORKSPACES))
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
