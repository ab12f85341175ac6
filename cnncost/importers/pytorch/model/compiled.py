"""The compiled part of torchvision, which does not load beside every build of PyTorch: what its code needs of it."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.library import import_torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_LIBRARY = "torchvision"

_OPERATORS = ("nms", "qnms")
"""What torchvision's import looks for in its compiled part."""

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_DEFORM_CONV = "torchvision::deform_conv2d"

_SCHEMA_OF_DEFORM_CONV = (
    "(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, "
    "bool use_mask) -> Tensor"
)


def let_torchvision_load() -> None:
    """From now on torchvision can be imported, by whatever code and whenever that does it."""
    if not any(isinstance(finder, _BeforeTorchvision) for finder in sys.meta_path):
        sys.meta_path.insert(0, _BeforeTorchvision())


def let_convolutions_deform() -> None:
    """Declare the operator of torchvision's deformable convolution, by the size of what it gives.

    Its module asks first whether the compiled part is there, which it need not be for shapes alone.
    """
    torch, deforming = import_torch(), sys.modules.get("torchvision.ops.deform_conv")
    if deforming is None or hasattr(torch.ops.torchvision, "deform_conv2d"):
        return
    torch.library.define(_DEFORM_CONV, _SCHEMA_OF_DEFORM_CONV)
    torch.library.register_fake(_DEFORM_CONV, _deformed)
    vars(deforming)["_assert_has_ops"] = lambda: None


class _BeforeTorchvision(MetaPathFinder):
    """Finds nothing: asked for torchvision, it declares the operators whose compiled part does not load."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _LIBRARY:
            found = PathFinder.find_spec(_LIBRARY)
            _declare_missing([Path(place) for place in (found and found.submodule_search_locations) or ()])
        return None


def _declare_missing(folders: Iterable[Path]) -> None:
    """Declare the operators that the compiled part in these folders does not bring, without an implementation."""
    torch = import_torch()
    for library in [folder / f"_C{suffix}" for folder in folders for suffix in EXTENSION_SUFFIXES]:
        if library.is_file():
            try:
                torch.ops.load_library(str(library))
            except OSError:  # made for another build of PyTorch
                continue
    for operator in _OPERATORS:
        if not hasattr(torch.ops.torchvision, operator):
            torch.library.define(f"torchvision::{operator}", _SCHEMA)


def _deformed(x: Any, weight: Any, offset: Any, *_: Any) -> Any:
    """An empty tensor of the output's size: as many positions as there are offsets for."""
    return x.new_empty((x.shape[0], weight.shape[0], *offset.shape[2:]))
