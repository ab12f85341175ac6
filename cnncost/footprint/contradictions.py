"""Settings of a step that exclude each other, or say nothing together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.footprint.settings import StepSettings

_OF_TRAINING = ("scaler", "implementation", "weight_decay", "set_to_none", "accumulate", "checkpoint", "loss")
"""Settings that inference has no use for; the optimizer is one too, and may be named all the same."""


def refuse_contradictions(settings: StepSettings) -> None:
    """Refuse settings that exclude each other.

    Raises:
        SpecError: there are some.
    """
    if settings.dtype == "int8" and settings.trains:
        raise SpecError("int8 is an inference type", hint="train in `float32`, `float16` or `bfloat16`")
    if settings.implementation == "fused" and settings.optimizer == "rmsprop":
        raise SpecError("PyTorch has no fused RMSprop", hint="`foreach` steps over lists of parameters")
    if settings.scaler and "float16" not in (settings.amp, settings.dtype):
        raise SpecError(
            "`scaler` is for gradients in float16, and there are none", hint="autocast with `fp16` makes some"
        )
    if settings.trains:
        return
    for name in _OF_TRAINING:
        if getattr(settings, name) != type(settings)._field_defaults[name]:
            hint = f"leave `{name}` out, or choose the mode `train`"
            raise SpecError(f"`{name}` is of training, and this is inference", hint=hint)
