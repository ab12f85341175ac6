"""What runs where: the settings of a step, its device, and what products are computed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.footprint.settings import StepSettings
from cnncost.records import NamedTuple
from cnncost.settings import ITEM_SIZES, refuse_unknown

if TYPE_CHECKING:
    from cnncost.roofline.place import Place

NUMBER_FORMATS = {
    "float32": "float32",
    "tf32": "tf32",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "fp32": "float32",
    "fp16": "float16",
    "bf16": "bfloat16",
    "half": "float16",
}
"""Number formats by what people call them."""

MOST_PASSES = 256
"""Passes of a step whose gradients are added up, at most."""


class Run(NamedTuple):
    """A step as it is to run."""

    place: Place
    """Where."""
    settings: StepSettings
    """How."""
    tf32: bool = False
    """Whether products of float32 numbers are computed in TF32."""

    @classmethod
    def checked(cls, place: Place, *, dtype: str = "float32", **step: Any) -> Run:
        """The run with these settings.

        Raises:
            SpecError: a number format whose speed nobody knows; an unknown setting or value, or ones that exclude each
                other.

        >>> from cnncost.roofline.place import place_called
        >>> run = Run.checked(place_called("rtx4090"), dtype="tf32", mode="infer", batch=8)
        >>> run.settings.dtype, run.number_format
        ('float32', 'tf32')
        """
        if dtype == "int8":
            raise SpecError(
                "how fast int8 runs is not known: PyTorch's eager modules have no int8 convolution on a GPU",
                hint="`float16` and `bfloat16` run on the same matrix units",
            )
        refuse_unknown("dtype", dtype, NUMBER_FORMATS)
        if "device" in step:
            raise SpecError("the device is given twice", hint="it is the second argument")
        chosen = NUMBER_FORMATS[dtype]
        stored = chosen if chosen in ITEM_SIZES else "float32"
        settings = StepSettings.checked(dtype=stored, device=place.step_device, **step)
        if settings.accumulate > MOST_PASSES:
            raise SpecError(
                f"a step that adds up {settings.accumulate:,} passes has too many kernels: at most {MOST_PASSES} "
                "are timed",
                hint="the time of each further pass is that of one more",
            )
        return cls(place, settings, tf32=chosen == "tf32")

    @property
    def number_format(self) -> str:
        """What products are computed in: autocast's format where there is autocast."""
        dtype = self.settings.amp or self.settings.dtype
        return "tf32" if self.tf32 and dtype == "float32" else dtype
