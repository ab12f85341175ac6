"""How a network runs and how its operations are counted: what an analysis is given besides the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.arguments import flag, is_path, whole_number, wrong_type
from cnncost.conventions import CONVENTIONS, find
from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.conventions import Convention

ITEM_SIZES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes of one number, by dtype."""

OPTIMIZER_STATES = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1, "lion": 1}
"""Numbers that an optimizer keeps for each trainable parameter.

Adam and AdamW keep both moments, the notes' 8P (004, Memory Formulas; Kingma & Ba 2015, algorithm 1; Loshchilov &
Hutter 2019, algorithm 2). Momentum keeps its buffer, RMSprop the square average, Adagrad the sum of squares, as the
state of ``torch.optim.SGD``, ``RMSprop`` and ``Adagrad`` holds them. Lion keeps one moment (Chen et al. 2023,
algorithm 2). Step counters are not among them: one number per tensor.
"""

STATES_WITHOUT_GRADIENT = ("adagrad",)
"""Optimizers that make their state for every trainable parameter at once; others when a parameter first has a gradient.

So do ``torch.optim``'s: a parameter whose ``grad`` is ``None`` is skipped.
"""

AMP = {"bf16": "bfloat16", "fp16": "float16", "bfloat16": "bfloat16", "float16": "float16"}
"""What autocast runs operations in, by what people call it."""

MODES = ("infer", "train")
"""Training runs auxiliary heads and dropout too."""

LARGEST_BATCH = 10**9


class Settings(NamedTuple):
    """How the network runs, and by what rule its operations are counted.

    >>> Settings.checked(batch=8, convention="fvcore").convention.unit
    'MACs'
    """

    batch: int = 1
    """Samples at once."""
    dtype: str = "float32"
    """Of parameters, gradients, activations and optimizer states, one of :data:`ITEM_SIZES`."""
    optimizer: str = "adam"
    """Whose state training keeps, one of :data:`OPTIMIZER_STATES`."""
    mode: str = "infer"
    """``infer`` or ``train``: which layers run."""
    convention: Convention = CONVENTIONS["textbook"]
    """How operations become FLOPs."""
    amp: str | None = None
    """``bfloat16`` or ``float16``, where autocast runs operations in it; parameters stay in `dtype`."""
    device: str | None = None
    """Where a step runs whose latency is asked for, as ``cnncost latency`` takes it; ``None`` where none is."""
    channels_last: bool = False
    """Whether maps lie in memory with their channels last there."""

    @classmethod
    def checked(cls, **values: Any) -> Settings:
        """The settings with these values; a convention may also be a name, or a file.

        Raises:
            SpecError: an unknown setting or value, or settings that exclude each other.

        >>> Settings.checked(batch=8, optimizer="sgd").batch
        8
        >>> Settings.checked(dtype="flaot16")
        Traceback (most recent call last):
        cnncost.errors.SpecError: error: unknown dtype `flaot16`; did you mean `float16`?
          = hint: known are `float32`, `float16`, `bfloat16`, `int8`
        """
        for name in values:
            refuse_unknown("setting", name, cls._fields)
        settings = cls(**values)
        settings = settings._replace(convention=find(settings.convention), batch=batch_of(settings.batch))
        refuse_unknown("dtype", settings.dtype, ITEM_SIZES)
        refuse_unknown("optimizer", settings.optimizer, OPTIMIZER_STATES)
        refuse_unknown("mode", settings.mode, MODES)
        if settings.dtype == "int8" and settings.mode == "train":
            raise SpecError("int8 is an inference type", hint="train in `float32`, `float16` or `bfloat16`")
        if settings.device is not None and not is_path(settings.device):
            raise wrong_type("`device`", "the name of a device, or the path of a profile", settings.device)
        return settings._replace(
            amp=checked_amp(settings.amp, settings.dtype),
            device=None if settings.device is None else str(settings.device),
            channels_last=flag("`channels_last`", settings.channels_last),
        )

    @property
    def item_size(self) -> int:
        """Bytes of one number."""
        return ITEM_SIZES[self.dtype]

    @property
    def training(self) -> bool:
        """Whether the layers run as in training."""
        return self.mode == "train"

    @property
    def trains(self) -> bool:
        """Whether the dtype can be trained in: where it can't, figures of training are gaps."""
        return self.dtype != "int8"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it: the convention by its name, and no device where none is named.

        >>> Settings().to_dict()
        {'batch': 1, 'dtype': 'float32', 'optimizer': 'adam', 'mode': 'infer', 'convention': 'textbook', 'amp': None}
        """
        values = {**self._asdict(), "convention": self.convention.name}
        if self.device is None:
            del values["device"], values["channels_last"]
        return values


def checked_amp(amp: object, dtype: str) -> str | None:
    """What autocast runs operations in, by its full name; ``None`` where there is no autocast.

    Raises:
        SpecError: it is no such format, or the parameters are not in float32.

    >>> checked_amp("bf16", "float32")
    'bfloat16'
    """
    if amp is None:
        return None
    refuse_unknown("format of autocast", amp, AMP)
    if dtype != "float32":
        hint = "leave out one of them: autocast keeps parameters in float32"
        raise SpecError(f"autocast is for parameters in float32, not in {dtype}", hint=hint)
    return AMP[str(amp)]


def batch_text(text: str) -> int:
    """The samples at once that a text says.

    >>> batch_text("8")
    8
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_BATCH))):
        raise SpecError(f"the batch must be a whole number from 1 to {LARGEST_BATCH:,}, not `{text[:80]}`")
    return batch_of(int(text))


def batch_of(batch: object) -> int:
    """The samples at once, whatever kind of whole number they are given as."""
    number = whole_number(batch)
    if number is None or not 1 <= number <= LARGEST_BATCH:
        what, wanted = "the batch", f"a whole number from 1 to {LARGEST_BATCH:,}"
        if number is None:
            raise wrong_type(what, wanted, float(batch) if isinstance(batch, float) else batch)
        shown = f"`{number}`" if abs(number) < 10**20 else "a number of more digits"  # Python refuses the very long
        raise SpecError(f"{what} must be {wanted}, not {shown}")
    return number


def refuse_unknown(what: str, name: Any, known: Iterable[str]) -> None:
    """Raise a SpecError for a name that is none of the known ones, or no name at all."""
    names = list(known)
    hint = "known are " + ", ".join(f"`{each}`" for each in names)
    if not isinstance(name, str | list):
        raise wrong_type(f"the {what}", "a name", name, hint)
    if name not in names:
        shown = str(name)[:80]
        raise SpecError(f"unknown {what} `{shown}`{did_you_mean(shown, names)}", hint=hint)
