"""Measurements that fail: a result too, told apart by what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.measurement.devices import synchronise
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_MEMORY = ("out of memory", "not enough memory", "DefaultCPUAllocator: can't allocate")
_LONGEST_MESSAGE = 300


def outcome(measure: Callable[[], dict[str, Any]], device: str, predicted_bytes: int | None) -> dict[str, Any]:
    """What `measure` returns, or what kept it from that, as data.

    Out of memory is ``{"out_of_memory": True, "predicted_bytes": ..., "message": ...}``, anything else that PyTorch
    raises ``{"failure": ..., "device_lost": ...}``; a lost device answers no later measurement either.

    Raises:
        SpecError: what was asked for cannot be measured at all.
        KeyboardInterrupt: it is not caught.

    >>> def measure():
    ...     raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    >>> outcome(measure, "cpu", 4096)
    {'failure': 'mat1 and mat2 shapes cannot be multiplied', 'device_lost': False}
    """
    try:
        found = measure()
    except SpecError:
        raise
    except Exception as error:
        # Whatever a model of somebody's spec makes PyTorch raise: the next network shall be measured all the same.
        found = failed(error, predicted_bytes)
    if "failure" in found:
        found["device_lost"] = is_lost(device)
    if not found.get("device_lost"):
        release(device)
    return found


def failed(error: Exception, predicted_bytes: int | None = None) -> dict[str, Any]:
    """An error as data, with its first line.

    >>> failed(MemoryError(), 4096)
    {'out_of_memory': True, 'predicted_bytes': 4096, 'message': 'MemoryError'}
    """
    message = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    message = message[:_LONGEST_MESSAGE]
    if is_out_of_memory(error):
        return {"out_of_memory": True, "predicted_bytes": predicted_bytes, "message": message}
    return {"failure": message}


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that there was no memory left."""
    kinds = (MemoryError, import_torch().cuda.OutOfMemoryError)
    return isinstance(error, kinds) or any(sign in str(error) for sign in _NO_MEMORY)


def is_lost(device: str) -> bool:
    """Whether a device answers no more: after an illegal access, say, every call to a GPU fails."""
    try:
        synchronise(device)
    except RuntimeError:
        return True
    return False


def release(device: str) -> None:
    """Give the GPU's memory that nothing uses back, so that the next network finds it."""
    if device.startswith("cuda"):
        import gc

        gc.collect()  # models hang in cycles
        import_torch().cuda.empty_cache()
