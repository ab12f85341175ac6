"""Fake tensors on a GPU with a build of PyTorch for CPUs, where autograd asks for the GPU's device guard.

Builds for CUDA have a guard that does nothing where no GPU is found; builds for CPUs have none, and PyTorch stops. The
guard of the `meta` device does nothing either, and takes its place.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import torch

_CUDA, _META = 1, 14  # c10/core/DeviceType.h
_GUARDS = "_ZN3c104impl26device_guard_impl_registryE"  # c10/core/impl/DeviceGuardImplInterface.h


@cache
def guard_fake_cuda() -> None:
    """Have operations on fake CUDA tensors guarded, for the rest of the process."""
    if torch.version.cuda is not None:
        return
    library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libc10.so"))
    guards = (ctypes.c_void_p * (_META + 1)).in_dll(library, _GUARDS)
    guards[_CUDA] = guards[_META]
