"""What an optimizer keeps between two steps, and what it allocates in one, as ``torch.optim`` does.

A step for each parameter in turn (``forloop``) has a few temporaries of one parameter at a time, one over lists of
parameters (``foreach``) has them of all, and a fused kernel has none. In a for-loop Python lets go of a temporary only
where the next parameter's takes its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.settings import OPTIMIZER_STATES, STATES_WITHOUT_GRADIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Storage, Weight
    from cnncost.footprint.settings import StepSettings

_COUNTS_STEPS = frozenset(("adam", "adamw", "rmsprop", "adagrad"))
"""Optimizers that count the steps of each parameter, in a tensor of one float32; they divide by roots as well."""

_COUNTER_BYTES = 4


def implementation_of(settings: StepSettings) -> str:
    """How the optimizer steps: as the settings say, or as PyTorch chooses: over lists on a GPU."""
    return settings.implementation or ("foreach" if settings.on_cuda else "forloop")


def make_states(tape: Tape, settings: StepSettings) -> None:
    """Place the states of every parameter that got a gradient; some optimizers make them without one.

    Step counters lie in the processor's memory, unless a fused step on a GPU reads them.
    """
    fused = implementation_of(settings) == "fused"
    counts = settings.optimizer in _COUNTS_STEPS and (fused or not settings.on_cuda)
    for weight in list(tape.weights.values()):
        if weight.trained and (weight.gradient is not None or settings.optimizer in STATES_WITHOUT_GRADIENT):
            sizes = [_COUNTER_BYTES] if counts else []
            sizes += [weight.storage.requested] * OPTIMIZER_STATES[settings.optimizer]
            for size in sizes:
                tape.heap.place(size, "optimizer").layer = weight.storage.layer


def step_optimizer(tape: Tape, settings: StepSettings) -> None:
    """One step: its temporaries, in the order in which they come and go."""
    weights = [weight for weight in tape.weights.values() if weight.gradient is not None]
    implementation = implementation_of(settings)
    if implementation == "fused" or not weights:
        return
    step = _over_lists if implementation == "foreach" else _one_by_one
    step(tape.heap, weights, settings)


def _over_lists(heap: Heap, weights: Sequence[Weight], settings: StepSettings) -> None:
    """Lists of temporaries: the decayed gradients; the roots of the second moments; Adagrad's scaled gradients."""
    optimizer = settings.optimizer
    decayed = _like(heap, weights) if _decays(settings) else []
    if optimizer in ("adam", "adamw"):
        _release(heap, decayed)
        _release(heap, _like(heap, weights))
    elif optimizer == "rmsprop":
        _release(heap, _like(heap, weights) + decayed)
    elif optimizer == "adagrad":
        roots = _like(heap, weights)
        _release(heap, (decayed or _like(heap, weights)) + roots)
    else:
        _release(heap, decayed)


def _one_by_one(heap: Heap, weights: Sequence[Weight], settings: StepSettings) -> None:
    """Of each parameter in turn the decayed gradient, and the root of the second moment until the next one's is there.

    Adam and AdamW divide the root by its bias correction, which makes another tensor.
    """
    decayed: list[Storage] = []
    root: list[Storage] = []
    for weight in weights:
        _release(heap, decayed)
        decayed = _like(heap, [weight]) if _decays(settings) else []
        if settings.optimizer in _COUNTS_STEPS:
            earlier, root = root, _like(heap, [weight])
            if settings.optimizer in ("adam", "adamw"):
                plain, root = root, _like(heap, [weight])
                _release(heap, plain)
            _release(heap, earlier)
    _release(heap, decayed + root)


def _decays(settings: StepSettings) -> bool:
    """Whether the step makes gradients with the decayed weights added; AdamW decays weights in place."""
    return settings.weight_decay and settings.optimizer != "adamw"


def _like(heap: Heap, weights: Sequence[Weight]) -> list[Storage]:
    """A temporary as large as each of the parameters."""
    made = [heap.allocate(weight.storage.requested, "optimizer step") for weight in weights]
    for storage, weight in zip(made, weights, strict=True):
        storage.layer = weight.storage.layer
    return made


def _release(heap: Heap, storages: Sequence[Storage]) -> None:
    for storage in storages:
        heap.release(storage)
