"""The global switches of PyTorch under which something is measured, put back afterwards whatever happens."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEED = 0


@contextmanager
def conditions(device: str, dtype: str, *, search: bool = True) -> Iterator[None]:
    """Measure on `device`, in float32 exactly or in TF32.

    With `search`, cuDNN tries its algorithms in the first run and keeps to the fastest, whatever memory that takes.
    PyTorch itself lets convolutions run in TF32 unless told otherwise: here ``float32`` means float32. Random numbers
    start from the same seed every time, and go on as if nothing had been drawn.

    >>> import torch
    >>> before = torch.get_rng_state()
    >>> with conditions("cpu", "float32"):
    ...     drawn = torch.rand(1)
    >>> torch.equal(before, torch.get_rng_state())
    True
    """
    torch = import_torch()
    gpus = [torch.device(device).index] if device.startswith("cuda") else []
    with ExitStack() as switches:
        switches.enter_context(torch.random.fork_rng(gpus))
        switches.enter_context(torch.inference_mode(mode=False))
        switches.enter_context(torch.enable_grad())
        switches.enter_context(_tf32(torch, allowed=dtype == "tf32"))
        switches.enter_context(_attribute(torch.backends.cudnn, "benchmark", search))
        for gpu in gpus:
            switches.enter_context(torch.cuda.device(gpu))
        torch.manual_seed(_SEED)
        yield


@contextmanager
def _tf32(torch: Any, allowed: bool) -> Iterator[None]:
    """Allow or forbid TF32 in matrix products and convolutions."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    with ExitStack() as switches:
        if hasattr(matmul, "fp32_precision"):
            # The switches of PyTorch 2.9 and later, which refuses to have them mixed with the earlier ones.
            for backend in (matmul, cudnn.conv, cudnn.rnn):
                switches.enter_context(_attribute(backend, "fp32_precision", "tf32" if allowed else "ieee"))
        else:
            for backend in (matmul, cudnn):
                switches.enter_context(_attribute(backend, "allow_tf32", allowed))
        yield


@contextmanager
def _attribute(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
