"""PyTorch, if it is there."""

from __future__ import annotations

from typing import Any

from cnncost.errors import SpecError


def import_torch() -> Any:
    """The ``torch`` module.

    Raises:
        SpecError: it is not installed, or does not load.
    """
    try:
        import torch
    except ImportError as error:
        if error.name == "torch":
            raise SpecError("verify needs PyTorch", hint="install it: pip install torch") from None
        raise SpecError(f"PyTorch does not load: {error}") from None
    return torch
