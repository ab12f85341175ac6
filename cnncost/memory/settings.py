"""What a step of training or of inference is: the settings that its memory depends on."""

from __future__ import annotations

from cnncost.records import NamedTuple


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
    """``cpu`` or ``cuda``."""
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

    @property
    def trains(self) -> bool:
        """Whether it is a training step."""
        return self.mode == "train"
