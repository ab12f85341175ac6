"""What counterparts in PyTorch are built with, where ``torch.nn`` has no module for a layer.

``torch.nn`` is handed in by whoever builds the model: nothing here imports torch.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def written(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of modules or tensors which code that is written for a layer calls by its name.

    It is run on what PyTorch has. Whoever hands in something else than ``torch.nn``, to see what a layer makes of it,
    gets the call; the source of the function must stand alone, with ``torch``, ``nn`` and what it is given.
    """

    @wraps(function)
    def call(*arguments: Any) -> Any:
        for argument in arguments:
            noted = getattr(type(argument), "written_call", None)
            if noted is not None:
                return noted(argument, function, arguments)
        return function(*arguments)

    return call


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


@written
def buffered(module: Any) -> Any:
    """The same module with buffers in place of its parameters: stored, and never trained."""
    for name, weight in list(module._parameters.items()):
        if weight is not None:
            delattr(module, name)
            module.register_buffer(name, weight.detach())
    return module


@written
def computed(nn: Any, module: Any, sources: tuple[int, ...]) -> Any:
    """The same module with weights that are made of so many trained numbers, and so many given ones beside them.

    They are repeated as often as it takes: how they are made of them does not matter to what is counted.
    """

    class Repeated(nn.Module):  # type: ignore[misc]  # torch is not there to be typed
        def __init__(self, weight: Any, trained: int, given: int) -> None:
            super().__init__()
            self.shape, self.trained = weight.shape, trained
            self.register_buffer("given", weight.new_zeros(given) if given else None)

        def forward(self, numbers: Any) -> Any:
            size = self.shape.numel()
            if not self.trained:
                return numbers.new_ones(self.shape)
            return numbers.repeat(-(-size // self.trained))[:size].view(self.shape)

        def right_inverse(self, weight: Any) -> Any:
            return weight.detach().flatten()[:1].expand(self.trained).clone()

    trained, given = sources
    parametrize = nn.utils.parametrize
    for name in [name for name, weight in module._parameters.items() if weight is not None]:
        source = Repeated(getattr(module, name), trained, given)
        parametrize.register_parametrization(module, name, source, unsafe=True)
        trained = given = 0  # the weights have all of them, the bias none
    return module
