"""PyTorch, if it is there."""

from __future__ import annotations

from typing import Any

from cnncost.errors import SpecError, install_hint


def import_torch(purpose: str = "running a network") -> Any:
    """The ``torch`` module.

    Args:
        purpose: what was asked for that needs it.

    Raises:
        SpecError: it is not installed, or does not load.
    """
    try:
        import torch
    except ImportError as error:
        if error.name == "torch":
            raise SpecError(f"{purpose} needs PyTorch, which is not installed", hint=install_hint("torch")) from None
        raise SpecError(f"PyTorch does not load: {error}") from None
    return torch
