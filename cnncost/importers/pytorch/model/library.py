"""PyTorch, and whatever modules of Python a model comes from."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from types import ModuleType

_OPERATORS = ("nms", "qnms")
"""What torchvision's import looks for in its compiled part, which does not load beside every build of PyTorch."""

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def import_torch() -> Any:
    """The ``torch`` module.

    Raises:
        SpecError: it is not installed, or does not load.
    """
    try:
        import torch
    except ImportError as error:
        if error.name == "torch":
            message = "models are imported with PyTorch, which is not installed"
            raise SpecError(message, hint="install it: pip install 'cnncost[torch]'") from None
        raise SpecError(f"PyTorch does not load: {error}") from None
    return torch


def import_code(name: str) -> ModuleType:
    """The module of that name, with the operators declared that an import of torchvision misses.

    Raises:
        Exception: whatever its code raises.
    """
    try:
        return importlib.import_module(name)
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        declare_operators()
        return importlib.import_module(name)


def declare_operators() -> None:
    """Declare torchvision's compiled operators that are missing, without an implementation."""
    torch = import_torch()
    for operator in _OPERATORS:
        if not hasattr(torch.ops.torchvision, operator):
            torch.library.define(f"torchvision::{operator}", _SCHEMA)
