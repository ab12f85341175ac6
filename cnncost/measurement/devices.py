"""Devices: which one is meant, whether it is there, and what it is."""

from __future__ import annotations

import re
from typing import Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple
from cnncost.validation import Record, Text

_NAMES = ("auto", "cpu", "cuda", "meta")

_TF32_CAPABILITY = (8, 0)
"""The first NVIDIA GPUs that compute in TF32 are those of compute capability 8.0 (Ampere)."""


class Machine(Record):
    """Where something was measured."""

    device: Text
    """`cpu`, `cuda:0` or `meta`"""
    name: Text
    """of the processor or GPU"""
    driver: Text
    """of the GPU, and the CUDA version; empty on a CPU"""
    torch: Text
    """version of PyTorch"""
    date: Text
    """of the measurement, as ISO 8601 has it"""


class Choice(NamedTuple):
    """The device that is meant."""

    device: str
    """As PyTorch calls it: ``cpu``, ``cuda:0``, ``meta``."""
    note: str = ""
    """What a user should know of the choice; empty when it is what was asked for."""

    @property
    def is_cuda(self) -> bool:
        """Whether it is a GPU."""
        return self.device.startswith("cuda")

    @property
    def measures(self) -> bool:
        """Whether anything can be timed there: tensors on ``meta`` have shapes only."""
        return self.device != "meta"


def resolve(device: str) -> Choice:
    """The device that a user's word means; ``auto`` is a GPU where there is one.

    Raises:
        SpecError: no such device, or PyTorch is not installed.

    >>> resolve("cpu")
    Choice(device='cpu', note='')
    >>> resolve("cpv")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: unknown device `cpv`; did you mean `cpu`?
      = hint: known are `auto`, `cpu`, `cuda`, `cuda:1`, `meta`
    """
    if device in ("cpu", "meta"):
        return Choice(device)
    torch = import_torch()
    if device == "auto":
        if torch.cuda.is_available():
            return Choice("cuda:0")
        return Choice("cpu", "no GPU is there: counts are taken on meta tensors, latency and memory on the CPU")
    index = re.fullmatch(r"cuda(?::(\d{1,4}))?", device, re.ASCII)
    if index is None:
        hint = "known are `auto`, `cpu`, `cuda`, `cuda:1`, `meta`"
        close = "; did you mean `cuda`?" if device.lower() == "gpu" else did_you_mean(device, _NAMES)
        raise SpecError(f"unknown device `{device[:80]}`{close}", hint=hint)
    return Choice(f"cuda:{_gpu_index(torch, device, int(index[1] or 0))}")


def _gpu_index(torch: Any, device: str, index: int) -> int:
    """`index`, if there is a GPU of that number."""
    if not torch.cuda.is_available():
        built = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built without CUDA"
        why = f"PyTorch {torch.__version__} is {built} and finds {torch.cuda.device_count()} GPUs"
        raise SpecError(f"`{device}` is not there: {why}", hint="measure on `cpu`, or let `auto` choose")
    count = torch.cuda.device_count()
    if index >= count:
        there = ", ".join(f"`cuda:{number}`" for number in range(count))
        raise SpecError(f"there is no `{device}`: PyTorch finds {count} GPUs", hint=f"there are {there}")
    return index


def describe(device: str) -> Machine:
    """What a device is, now: its name, its driver, PyTorch's version and the date.

    Raises:
        SpecError: as :func:`resolve`.

    >>> describe("meta").name
    'shapes without numbers'
    """
    from datetime import UTC, datetime

    torch = import_torch()
    choice = resolve(device)
    date = datetime.now(UTC).date().isoformat()
    if choice.is_cuda:
        name, driver = torch.cuda.get_device_name(choice.device), _driver(torch)
    else:
        name, driver = _processor() if choice.measures else "shapes without numbers", ""
    return Machine(device=choice.device, name=name, driver=driver, torch=str(torch.__version__), date=date)


def refuse_unsupported(choice: Choice, dtype: str) -> None:
    """Refuse what a device cannot measure.

    Raises:
        SpecError: anything on ``meta``, tf32 where there is none.
    """
    if not choice.measures:
        raise SpecError("nothing can be timed on `meta`: its tensors hold no numbers", hint="measure on `cpu`")
    if dtype == "tf32" and not (choice.is_cuda and _capability(choice.device) >= _TF32_CAPABILITY):
        hint = "measure in `float32`, `float16` or `bfloat16`"
        raise SpecError(f"`{choice.device}` has no tf32: it takes an NVIDIA GPU of compute capability 8.0", hint=hint)


def dtypes_of(choice: Choice) -> tuple[str, ...]:
    """The number formats that networks are run in on a device, the most common first.

    >>> dtypes_of(Choice("cpu"))
    ('float32', 'bfloat16')
    """
    if not choice.is_cuda:
        return ("float32", "bfloat16")
    if _capability(choice.device) >= _TF32_CAPABILITY:
        return ("float32", "bfloat16", "tf32", "float16")
    return ("float32", "float16")


def synchronise(device: str) -> None:
    """Wait until a GPU has done all it was given; a CPU has."""
    if device.startswith("cuda"):
        import_torch().cuda.synchronize(device)


def _capability(device: str) -> tuple[int, int]:
    major, minor = import_torch().cuda.get_device_capability(device)
    return major, minor


def _processor() -> str:
    """The processor's model name, with the number of threads that PyTorch uses."""
    threads = import_torch().get_num_threads()
    return f"{_processor_model()}, {threads} thread{'s' if threads > 1 else ''}"


def _processor_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as information:
            for line in information:
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    return " ".join(value.split())
    except OSError:
        pass  # only Linux has that file
    import platform

    return platform.processor() or platform.machine()


def _driver(torch: Any) -> str:
    """``driver 550.54.15, CUDA 12.4``; the CUDA version alone where nvidia-smi does not answer."""
    import subprocess

    # PyTorch counts the devices that CUDA_VISIBLE_DEVICES leaves; one driver serves them all, whatever their numbers.
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    cuda = f"CUDA {torch.version.cuda}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return cuda
    versions = done.stdout.split()
    return f"driver {versions[0]}, {cuda}" if versions else cuda
