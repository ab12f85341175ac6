"""PyTorch, and whatever modules of Python a model comes from."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_OPERATORS = ("nms", "qnms")
"""What torchvision's import looks for in its compiled part, which does not load beside every build of PyTorch."""

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_DEFORM_CONV = "torchvision::deform_conv2d"

_SCHEMA_OF_DEFORM_CONV = (
    "(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, "
    "bool use_mask) -> Tensor"
)


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
    return with_operators(lambda: importlib.import_module(name))


def with_operators(run: Callable[[], ModuleType]) -> ModuleType:
    """What gives a module, run again with the operators declared that an import of torchvision misses.

    Raises:
        Exception: whatever its code raises.
    """
    try:
        module = run()
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        declare_operators()
        module = run()
    _let_convolutions_deform()
    return module


def declare_operators() -> None:
    """Declare torchvision's compiled operators that are missing, without an implementation."""
    torch = import_torch()
    for operator in _OPERATORS:
        if not hasattr(torch.ops.torchvision, operator):
            torch.library.define(f"torchvision::{operator}", _SCHEMA)


def _let_convolutions_deform() -> None:
    """Declare the operator of torchvision's deformable convolution, by the size of what it gives.

    Its module asks first whether the compiled part is there, which it need not be for shapes alone.
    """
    torch, deforming = import_torch(), sys.modules.get("torchvision.ops.deform_conv")
    if deforming is None or hasattr(torch.ops.torchvision, "deform_conv2d"):
        return
    torch.library.define(_DEFORM_CONV, _SCHEMA_OF_DEFORM_CONV)
    torch.library.register_fake(_DEFORM_CONV, _deformed)
    vars(deforming)["_assert_has_ops"] = lambda: None


def _deformed(x: Any, weight: Any, offset: Any, *_: Any) -> Any:
    """An empty tensor of the output's size: as many positions as there are offsets for."""
    return x.new_empty((x.shape[0], weight.shape[0], *offset.shape[2:]))
