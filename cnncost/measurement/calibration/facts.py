"""What a device says of itself."""

from __future__ import annotations

from pathlib import Path

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

_CACHE_OF_A_CORE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
_USUAL_CACHE_BYTES = 2**20
_VECTORS = {"AVX512": 16, "AVX2": 8}
_SHORT_VECTOR = 4
_UNITS = {"K": 2**10, "M": 2**20}


class Facts(NamedTuple):
    """What a device says of itself."""

    device: str
    """``cpu`` or ``cuda``."""
    units: int
    """Multiprocessors, or threads that PyTorch uses."""
    cache_bytes: int
    """Of a GPU's cache; of the caches that cores have for themselves."""
    vector: int | None = None
    """Numbers of float32 that a CPU computes with at once; ``None`` for a GPU."""


def facts_of(device: str) -> Facts:
    """What a device says of itself, as PyTorch and the system tell."""
    torch = import_torch()
    if device.startswith("cuda"):
        properties = torch.cuda.get_device_properties(device)
        return Facts("cuda", properties.multi_processor_count, properties.L2_cache_size)
    threads = torch.get_num_threads()
    vector = _VECTORS.get(torch.backends.cpu.get_cpu_capability(), _SHORT_VECTOR)
    return Facts("cpu", threads, threads * _cache_of_a_core(), vector)


def _cache_of_a_core() -> int:
    """The bytes of a core's second cache, which only Linux says."""
    try:
        text = _CACHE_OF_A_CORE.read_text(encoding="ascii").strip()
    except OSError:
        return _USUAL_CACHE_BYTES
    return int(text.rstrip("KM")) * _UNITS.get(text[-1], 1)
