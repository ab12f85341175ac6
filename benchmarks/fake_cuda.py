"""Steps of training on fake CUDA tensors, also with PyTorch's CPU build on a machine without a GPU."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = Path(__file__).with_suffix(".cpp")


def let_cuda_be_faked() -> None:
    """Compile and load what a CPU build lacks, which must come before PyTorch's import.

    Raises:
        RuntimeError: there is no C++ compiler, or PyTorch is not installed.
    """
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        raise RuntimeError("PyTorch is not installed")
    folder = Path(spec.origin).parent
    libraries = folder / "lib"
    if [*libraries.glob("*torch_cuda*")]:
        return
    with tempfile.TemporaryDirectory() as place:
        built = Path(place) / "fake_cuda.so"
        options = [
            "-std=c++20",
            "-shared",
            "-fPIC",
            f"-I{folder / 'include'}",
            f"-L{libraries}",
            "-lc10",
            "-ltorch_cpu",
        ]
        command = ["c++", str(_SOURCE), "-o", str(built), *options, f"-Wl,-rpath,{libraries}"]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except OSError as error:
            raise RuntimeError("PyTorch's CPU build needs a C++ compiler to fake CUDA") from error
        ctypes.CDLL(str(built))


@contextmanager
def autocast(device: str, *, enabled: bool) -> Iterator[None]:
    """What `torch.autocast` does in bfloat16, which refuses CUDA where no GPU is found."""
    import torch

    if not enabled:
        yield
        return
    torch.set_autocast_dtype(device, torch.bfloat16)
    torch.set_autocast_enabled(device, True)
    torch.autocast_increment_nesting()
    try:
        yield
    finally:
        torch.autocast_decrement_nesting()
        torch.clear_autocast_cache()
        torch.set_autocast_enabled(device, False)
