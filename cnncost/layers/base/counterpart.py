"""What counterparts in PyTorch are built with, where ``torch.nn`` has no module for a layer.

``torch.nn`` is handed in by whoever builds the model: nothing here imports torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def torch_of(nn: Any) -> Any:
    """The ``torch`` that ``torch.nn`` belongs to, for its functions that are no tensor methods (``cat``)."""
    return nn.modules.module.torch


def parameter(nn: Any, *shape: int) -> Any:
    """A trainable tensor of ones."""
    return nn.Parameter(torch_of(nn).ones(*shape))


def module_of(nn: Any, forward: Callable[..., Any], **parts: Any) -> Any:
    """A module that holds `parts` (parameters, modules) and computes ``forward(module, *inputs)``."""

    class Counterpart(nn.Module):  # type: ignore[misc]  # torch is not there to be typed
        def forward(self, *inputs: Any) -> Any:
            return forward(self, *inputs)

    module = Counterpart()
    for name, part in parts.items():
        setattr(module, name, part)
    return module


def buffered(module: Any) -> Any:
    """The same module with buffers in place of its parameters: stored, and never trained."""
    for name, weight in list(module._parameters.items()):
        if weight is not None:
            delattr(module, name)
            module.register_buffer(name, weight.detach())
    return module
