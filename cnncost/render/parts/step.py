"""How a step, and what it takes, is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.units import bytes_text, count_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.footprint.fitting.capacity import Verdict
    from cnncost.footprint.settings import StepSettings

KINDS = {
    "parameters": "parameters",
    "buffers": "buffers",
    "optimizer": "optimizer states",
    "weight gradients": "gradients of parameters",
    "kept": "kept for backward",
    "activation": "other activations",
    "gradient": "gradients of activations",
    "input": "input",
    "target": "target",
    "loss": "loss",
}
"""What lives in a step, as people call it."""

CALLED = {"bfloat16": "bf16", "float16": "fp16"}


def kind_called(kind: str) -> str:
    """A kind of what lives, as people call it.

    >>> kind_called("kept"), kind_called("workspace")
    ('kept for backward', 'workspace')
    """
    return KINDS.get(kind, kind)


def step_parts(settings: StepSettings) -> tuple[str, ...]:
    """What one must know of a step to read its figures; what PyTorch does unless it is told is not said.

    >>> from cnncost.footprint.settings import StepSettings
    >>> step_parts(StepSettings(batch=8, amp="bfloat16", channels_last=True))
    ('batch 8', 'float32', 'autocast to bf16', 'training with adam', 'cuda', 'channels last')
    """
    return (
        f"batch {settings.batch}",
        settings.dtype,
        *([f"autocast to {CALLED[settings.amp]}"] if settings.amp else []),
        *(_training_parts(settings) if settings.trains else ["inference"]),
        settings.device,
        *(["channels last"] if settings.channels_last else []),
        *(["in place"] if settings.inplace else []),
    )


def _training_parts(settings: StepSettings) -> Iterator[str]:
    how = f" ({settings.implementation})" if settings.implementation else ""
    decay = " and weight decay" if settings.weight_decay else ""
    yield f"training with {settings.optimizer}{how}{decay}"
    if settings.scaler:
        yield "gradient scaler"
    if settings.loss != "cross_entropy":
        yield f"loss {settings.loss}"
    if settings.accumulate != 1:
        yield f"gradients of {settings.accumulate} passes added up"
    if not settings.set_to_none:
        yield "gradients zeroed, not freed"
    if settings.checkpoint:
        yield f"checkpointed: {', '.join(settings.checkpoint)}"


def verdict_text(verdict: Verdict) -> str:
    """Whether it fits, and how much is left or missing.

    >>> from cnncost.footprint.fitting.capacity import Capacity, Verdict
    >>> verdict_text(Verdict(Capacity(2**30, "1GiB"), 2**29, 2**29, "peak_bytes"))
    'fits in 1GiB, 512 MiB left'
    >>> verdict_text(Verdict(Capacity(2**30, "1GiB"), 2**31, None, "peak_bytes"))
    'does not fit in 1GiB, 1.00 GiB short'
    >>> verdict_text(Verdict(Capacity(2**30, "1GiB"), 2**29, None, "peak_bytes"))
    'may fit in 1GiB: live tensors leave 512 MiB for what is not known'
    """
    place, free = verdict.capacity.place, verdict.free_bytes
    if verdict.fits is False:
        return f"does not fit {place}, {bytes_text(-free)} short"
    if verdict.fits is None:
        return f"may fit {place}: live tensors leave {bytes_text(free)} for what is not known"
    return f"fits {place}, {bytes_text(free)} left"


def capacity_note(verdict: Verdict) -> str:
    """How many bytes were assumed, in both units that people confuse."""
    size = verdict.capacity.bytes
    about = f"; {verdict.capacity.about}" if verdict.capacity.about else ""
    return f"{verdict.capacity.source}: {size:,} bytes, {count_text(size)}B or {bytes_text(size)}{about}"
