"""PyTorch, and whatever modules of Python a model comes from."""

from __future__ import annotations

from typing import Any

from cnncost.errors import SpecError, install_hint


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
            raise SpecError(message, hint=install_hint("torch")) from None
        raise SpecError(f"PyTorch does not load: {error}") from None
    return torch


def is_lazy(tensor: Any) -> bool:
    """Whether a parameter or buffer has no shape until its module first runs."""
    return isinstance(tensor, import_torch().nn.parameter.UninitializedTensorMixin)
