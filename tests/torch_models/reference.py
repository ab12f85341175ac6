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
    sample: tuple[Shape, ...] | None = None
    """Shapes that are large enough for every layer and small enough to compute: outputs are compared there."""


def typed(
    source: str, *input_shape: int, build: Callable[..., nn.Module], sample: Shape | None = None, **kwargs: Any
) -> Reference:
    """A model that this package defines, or changes: `build(**kwargs)`; outputs are compared on a small `sample`."""
    return Reference(partial(build, **kwargs), (input_shape,), source, sample and (sample,))


def _colours(resolution: int) -> tuple[Shape, ...]:
    return ((3, resolution, resolution),)


def torchvision_reference(name: str, resolution: int = 224, sample: int | None = None, **kwargs: Any) -> Reference:
    """torchvision's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(torchvision.models.get_model, name, weights=None, **kwargs)
    return Reference(factory, _colours(resolution), f"torchvision {name}{settings}", sample and _colours(sample))


def timm_reference(name: str, resolution: int = 224, sample: int | None = None, **kwargs: Any) -> Reference:
    """timm's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(_timm_model, name, **kwargs)
    return Reference(factory, _colours(resolution), f"timm {name}{settings}", sample and _colours(sample))


def _timm_model(name: str, **kwargs: Any) -> nn.Module:
    import timm  # takes seconds, and only some references need it

    model: nn.Module = timm.create_model(name, pretrained=False, **kwargs)
    return model


def pytorchcv_reference(name: str, resolution: int = 224, sample: int | None = None, **kwargs: Any) -> Reference:
    """pytorchcv's image model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(_pytorchcv_model, name, **kwargs)
    return Reference(factory, _colours(resolution), f"pytorchcv {name}{settings}", sample and _colours(sample))


def _pytorchcv_model(name: str, **kwargs: Any) -> nn.Module:
    from pytorchcv.model_provider import get_model  # takes seconds too

    model: nn.Module = get_model(name, pretrained=False, **kwargs)
    return model
