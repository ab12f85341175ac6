"""What a step of training or of inference is: the settings that its memory depends on."""

from __future__ import annotations

from typing import Any

from cnncost.arguments import described, flag, integer, number, text, wrong_type
from cnncost.errors import SpecError
from cnncost.footprint.contradictions import refuse_contradictions
from cnncost.records import NamedTuple
from cnncost.settings import ITEM_SIZES, MODES, OPTIMIZER_STATES, batch_of, checked_amp, refuse_unknown

IMPLEMENTATIONS = ("foreach", "fused", "forloop")
"""How PyTorch's optimizers step: lists of tensors at once, one kernel, or one parameter after the other."""

LOSSES = ("cross_entropy", "mse", "sum")
"""What the outputs are made one number by."""


class StepSettings(NamedTuple):
    """How a step runs."""

    mode: str = "train"
    """``train`` or ``infer``."""
    batch: int = 1
    """Samples at once."""
    dtype: str = "float32"
    """Of the parameters and of the inputs."""
    amp: str | None = None
    """``bfloat16`` or ``float16``: autocast, with a gradient scaler or without."""
    scaler: bool = False
    """Whether a gradient scaler scales the loss, as float16 needs it."""
    optimizer: str = "adam"
    """One of :data:`cnncost.settings.OPTIMIZER_STATES`."""
    implementation: str | None = None
    """``foreach``, ``fused`` or ``forloop``: how PyTorch's optimizer steps; ``None`` as it does by itself."""
    weight_decay: bool = False
    """Whether the optimizer decays weights."""
    device: str = "cuda"
    """``cpu``, ``cuda``, or a card that has a profile: its name, or the path of the profile."""
    channels_last: bool = False
    """Whether maps lie in memory with their channels last."""
    inplace: bool = False
    """Whether activations work in place wherever nothing else reads what they overwrite."""
    set_to_none: bool = True
    """Whether the gradients are freed before a step, not zeroed."""
    accumulate: int = 1
    """Passes forward and backward before the optimizer steps."""
    checkpoint: tuple[str, ...] = ()
    """Blocks whose activations are computed again in backward instead of being kept, by name or by kind."""
    loss: str = "cross_entropy"
    """``cross_entropy``, ``mse`` or ``sum`` of the outputs."""
    adds_in_place: bool | None = None
    """Whether backward adds gradients in place where it can; ``None`` as the device does."""
    nested: bool = True
    """Whether a container holds its inputs until it returns, as modules called from modules do."""

    @classmethod
    def checked(cls, **values: Any) -> StepSettings:
        """The settings with these values.

        Raises:
            SpecError: an unknown setting or value, or settings that exclude each other.

        >>> StepSettings.checked(batch=8, amp="bf16").amp
        'bfloat16'
        >>> StepSettings.checked(optimizer="adamm")
        Traceback (most recent call last):
        cnncost.errors.SpecError: error: unknown optimizer `adamm`; did you mean `adam`?
          = hint: known are `sgd`, `momentum`, `adam`, `adamw`, `rmsprop`, `adagrad`, `lion`
        """
        for name in values:
            refuse_unknown("setting", name, cls._fields)
        settings = cls(**values)
        refuse_unknown("mode", settings.mode, MODES)
        refuse_unknown("dtype", settings.dtype, ITEM_SIZES)
        refuse_unknown("optimizer", settings.optimizer, OPTIMIZER_STATES)
        refuse_unknown("loss", settings.loss, LOSSES)
        if settings.implementation is not None:
            refuse_unknown("implementation", settings.implementation, IMPLEMENTATIONS)
        for name in _FLAGS:
            flag(f"`{name}`", getattr(settings, name))
        if settings.adds_in_place is not None:
            flag("`adds_in_place`", settings.adds_in_place)
        settings = settings._replace(
            batch=batch_of(settings.batch),
            weight_decay=_decays(settings.weight_decay),
            amp=checked_amp(settings.amp, settings.dtype),
            accumulate=integer("`accumulate`", settings.accumulate, 1),
            checkpoint=_names(settings.checkpoint),
        )
        refuse_contradictions(settings)
        return settings

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {**self._asdict(), "checkpoint": list(self.checkpoint)}

    @property
    def on_cuda(self) -> bool:
        """Whether it runs on a GPU, known or not."""
        return self.device != "cpu"

    @property
    def has_profile(self) -> bool:
        """Whether its device is one that was measured."""
        return self.device not in ("cpu", "cuda")

    @property
    def trains(self) -> bool:
        """Whether it is a training step."""
        return self.mode == "train"


_FLAGS = ("scaler", "channels_last", "inplace", "set_to_none", "nested")


def _decays(decay: object) -> bool:
    """Whether weights decay: said as such, or as how much they do, as PyTorch's optimizers are told."""
    if isinstance(decay, bool):
        return decay
    amount = number("`weight_decay`", decay)
    if amount < 0:
        raise SpecError(f"`weight_decay` must not be negative, and {described(amount)} is")
    return amount > 0


def _names(names: object) -> tuple[str, ...]:
    """The names of blocks: several, or one alone."""
    several = [names] if isinstance(names, str) else names
    if not isinstance(several, list | tuple):
        raise wrong_type("`checkpoint`", "a list of names", names)
    return tuple([text("`checkpoint`", name, "a list of names") for name in several])
