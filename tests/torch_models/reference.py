"""What a reference model is: a factory, the shape of its input, and who wrote the definition."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.compiled_operators import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

torchvision = import_torchvision()

Shape = tuple[int, ...]


class Reference(NamedTuple):
    """A factory, the shape of one sample of every input (channels first), and where the definition comes from.

    The model takes its inputs as positional arguments, in this order.
    """

    factory: Callable[[], nn.Module]
    shapes: tuple[Shape, ...]
    source: str


def typed(source: str, *input_shape: int, build: Callable[..., nn.Module], **kwargs: Any) -> Reference:
    """A model that this package defines, or changes: `build(**kwargs)`."""
    return Reference(partial(build, **kwargs), (input_shape,), source)


def torchvision_reference(name: str, resolution: int = 224, **kwargs: Any) -> Reference:
    """torchvision's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(torchvision.models.get_model, name, weights=None, **kwargs)
    return Reference(factory, ((3, resolution, resolution),), f"torchvision {name}{settings}")


def timm_reference(name: str, resolution: int = 224, **kwargs: Any) -> Reference:
    """timm's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    return Reference(partial(_timm_model, name, **kwargs), ((3, resolution, resolution),), f"timm {name}{settings}")


def _timm_model(name: str, **kwargs: Any) -> nn.Module:
    import timm  # takes seconds, and only some references need it

    model: nn.Module = timm.create_model(name, pretrained=False, **kwargs)
    return model


def pytorchcv_reference(name: str, resolution: int = 224, **kwargs: Any) -> Reference:
    """pytorchcv's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(_pytorchcv_model, name, **kwargs)
    return Reference(factory, ((3, resolution, resolution),), f"pytorchcv {name}{settings}")


def _pytorchcv_model(name: str, **kwargs: Any) -> nn.Module:
    from pytorchcv.model_provider import get_model  # takes seconds too

    model: nn.Module = get_model(name, pretrained=False, **kwargs)
    return model
