"""Measurements that fail: a result too, of a type of its own for what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import Discriminator

from cnncost.errors import SpecError
from cnncost.measurement.devices import synchronise
from cnncost.pytorch.importing import import_torch
from cnncost.validation import Count, Flag, Record, Text

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_NO_MEMORY = ("out of memory", "not enough memory", "DefaultCPUAllocator: can't allocate")
_LONGEST_MESSAGE = 300


class OutOfMemory(Record):
    """There was not enough memory for what was to be measured."""

    out_of_memory: Literal[True] = True
    """always true: the sign of this kind of result"""
    predicted_bytes: Count | None
    """bytes that the report predicts; null where it cannot"""
    message: Text
    """first line of the error"""


class Failure(Record):
    """What was to be measured does not run."""

    failure: Text
    """first line of the error"""
    device_lost: Flag
    """whether the device no longer answers, so that nothing else can be measured on it"""


class CompilerFailure(Record):
    """What was to be measured does not compile."""

    failure: Text
    """first line of the error"""


def _tag(result: Any) -> str | None:
    if not isinstance(result, dict | Record):
        return None
    fields = result if isinstance(result, dict) else type(result).model_fields
    return next((name for name in ("out_of_memory", "failure") if name in fields), "measured")


BY_OUTCOME = Discriminator(_tag, custom_error_type="not_an_object", custom_error_message="Input should be an object")
"""Tells the alternatives ``measured``, ``out_of_memory`` and ``failure`` of a result apart by the fields it has."""


def attempt(measure: Callable[[], T], device: str, predicted_bytes: int | None) -> T | OutOfMemory | Failure:
    """What `measure` returns, or what kept it from that.

    A device that is lost answers no later measurement either; what another failure has taken of it is given back.

    Args:
        measure: the measurement.
        device: where it is made, as PyTorch calls it.
        predicted_bytes: memory that the report predicts; ``None`` where it cannot.

    Raises:
        SpecError: what was asked for cannot be measured at all.
        KeyboardInterrupt: it is not caught.

    >>> def measure():
    ...     raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    >>> attempt(measure, "cpu", 4096)
    Failure(failure='mat1 and mat2 shapes cannot be multiplied', device_lost=False)
    """
    found: T | OutOfMemory | Failure
    try:
        found = measure()
    except SpecError:
        raise
    except Exception as error:
        # Whatever a model of somebody's spec makes PyTorch raise: the next network shall be measured all the same.
        found = _failed(error, device, predicted_bytes)
    if not (isinstance(found, Failure) and found.device_lost):
        release(device)
    return found


def _failed(error: Exception, device: str, predicted_bytes: int | None) -> OutOfMemory | Failure:
    if is_out_of_memory(error):
        return OutOfMemory(predicted_bytes=predicted_bytes, message=first_line(error))
    return Failure(failure=first_line(error), device_lost=is_lost(device))


def first_line(error: Exception) -> str:
    """The first line of an error that says something, cut to 300 characters.

    >>> first_line(RuntimeError("CUDA error: device lost\\nCompile with ...")), first_line(MemoryError())
    ('CUDA error: device lost', 'MemoryError')
    """
    message = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return message[:_LONGEST_MESSAGE]


def is_interruption(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C; whatever else a model of somebody's own raises is a failure of that model.

    >>> is_interruption(KeyboardInterrupt()), is_interruption(SystemExit(3))
    (True, False)
    """
    return type(error) is KeyboardInterrupt


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that there was no memory left."""
    kinds = (MemoryError, import_torch().cuda.OutOfMemoryError)
    return isinstance(error, kinds) or any(sign in str(error) for sign in _NO_MEMORY)


def is_lost(device: str) -> bool:
    """Whether a device no longer answers: after an illegal access, say, every call to a GPU fails."""
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
