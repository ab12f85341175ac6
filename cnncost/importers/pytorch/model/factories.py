"""What makes a model: a builder of torchvision or timm, or a function, class or model of the user's own."""

from __future__ import annotations

import importlib
import inspect
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean, install_hint
from cnncost.importers.pytorch.model.code_files import module_of_file
from cnncost.importers.pytorch.model.compiled import let_torchvision_load
from cnncost.importers.pytorch.model.faults import fault, is_interruption, said
from cnncost.importers.pytorch.model.library import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from cnncost.importers.sources import ModelSource

_FORM = "write `package.module:factory` or `path/to/file.py:factory`: a function, a class, or a model that is there"
_OF_PACKAGE = "a file of a package is imported as a part of it: `package.module:factory`"
_CLIP = (3, 16, 112, 112)
_IMAGE = (3, 224, 224)


class Factory(NamedTuple):
    """What makes a model, and what the library says of its input."""

    make: Callable[..., Any]
    """Called with the user's arguments, it returns the model."""
    input: Callable[[Any], tuple[int, ...] | None]
    """The shape of one sample of a model's input, where the library says it."""
    usual: Mapping[str, object] = {}
    """Arguments that keep a library from loading weights, unless the user gives them."""


def find_factory(source: ModelSource) -> Factory:
    """What makes the model of a source.

    Raises:
        SpecError: the library is not installed, or has no such model; or the user's code does not run.
    """
    import_torch()
    let_torchvision_load()
    if source.place == "torchvision":
        return _of_torchvision(source)
    if source.place == "timm":
        return _of_timm(source)
    made = _attribute(_module(source), source)
    torch = import_torch()
    if isinstance(made, torch.nn.Module):
        return Factory(lambda: made, _unknown_input)
    if not callable(made):
        raise SpecError(f"`{source}` is neither a model nor a function that returns one", hint=_FORM)
    return Factory(made, _unknown_input)


def _unknown_input(_: Any) -> None:
    """Nothing is known of the input of a user's own model."""


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name == name:
            message = f"`{name}:` names models of {name}, which is not installed"
            raise SpecError(message, hint=install_hint(name)) from None
        raise SpecError(f"{name} does not load: {said(error)}") from None


def _of_torchvision(source: ModelSource) -> Factory:
    models = _library("torchvision").models
    names = models.list_models()
    if source.name not in names:
        close = did_you_mean(source.name, names)
        hint = None if close else "`torchvision.models.list_models()` lists them"
        raise SpecError(f"torchvision has no model `{source.name[:80]}`{close}", hint=hint)
    builder = models.get_model_builder(source.name)
    if ".detection." in builder.__module__:
        message = f"`{source}` picks boxes by the numbers that it computes: its cost is not known beforehand"
        hint = "a function of your own can return a part of it, such as its `backbone`"
        raise SpecError(message, hint=hint)
    usual = {name: None for name in inspect.signature(builder).parameters if name.startswith("weights")}
    return Factory(builder, lambda model: _torchvision_input(models, source.name, builder, model), usual)


def _torchvision_input(models: ModuleType, name: str, builder: Any, model: Any) -> tuple[int, ...]:
    """The size that the model is made for, or else what the transforms of its weights make of an image or a clip.

    A model has weights for several sizes where some were tuned on larger images; its own is the smallest.
    """
    if isinstance(getattr(model, "image_size", None), int):
        return (3, model.image_size, model.image_size)
    is_video = ".video." in builder.__module__
    size = min(_sizes(models, name), default=(_CLIP if is_video else _IMAGE)[-2:])
    return (3, _frames(models, name), *size) if is_video else (3, *size)


def _sizes(models: ModuleType, name: str) -> list[tuple[int, ...]]:
    """Height and width of what the transforms that belong to a model's weights make, for each that says them."""
    transforms = [getattr(weights.transforms, "keywords", {}) for weights in models.get_model_weights(name)]
    given = [each.get("crop_size") or each.get("resize_size") for each in transforms]
    return [(each, each) if isinstance(each, int) else tuple(each) * (3 - len(each)) for each in given if each]


def _frames(models: ModuleType, name: str) -> int:
    """Frames of the clips that a video model was trained on, as the metadata of its weights say."""
    meta = models.get_model_weights(name).DEFAULT.meta
    return int(meta.get("min_temporal_size", _CLIP[1]))


def _of_timm(source: ModelSource) -> Factory:
    timm = _library("timm")
    architecture = source.name.partition(".")[0]
    if not timm.is_model(architecture):
        close = did_you_mean(architecture, timm.list_models())
        hint = None if close else "`timm.list_models()` lists them"
        raise SpecError(f"timm has no model `{source.name[:80]}`{close}", hint=hint)

    def make(**arguments: Any) -> Any:
        return timm.create_model(source.name, **arguments)

    return Factory(make, _timm_input, {"pretrained": False})


def _timm_input(model: Any) -> tuple[int, ...] | None:
    settings = getattr(model, "pretrained_cfg", None) or getattr(model, "default_cfg", None) or {}
    size = settings.get("input_size")
    return tuple(size) if size else None


def _module(source: ModelSource) -> ModuleType:
    """The user's module, from the current directory too, or from a file.

    Raises:
        SpecError: there is none, or its code does not run.
    """
    try:
        with redirect_stdout(sys.stderr):  # what it prints is no result of ours
            return _of_file(source.place) if source.place.endswith(".py") else _of_module(source.place)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if source.place == missing or source.place.startswith(missing + "."):
            raise SpecError(f"there is no module `{missing}`", hint=_FORM) from None
        hint = f"is `{missing}` installed where cnncost is?"
        raise fault(f"`{source.place}` does not import: {said(error)}", error, hint=hint) from error
    except SpecError:
        raise
    except BaseException as error:  # whatever the user's module does, leaving included
        if is_interruption(error):
            raise
        form = _OF_PACKAGE if "relative import" in str(error) else None
        raise fault(f"`{source.place}` does not import: {said(error)}", error, hint=form) from error


def _of_module(name: str) -> ModuleType:
    if "" not in sys.path:  # the current directory, as in an interactive Python
        sys.path.insert(0, "")
    return importlib.import_module(name)


def _of_file(path: str) -> ModuleType:
    """The module in a file; what lies beside it can be imported too, as where Python runs the file."""
    file = Path(path).resolve()
    if not file.is_file():
        raise SpecError(f"there is no file `{path[-80:]}`", hint=_FORM)
    return module_of_file(file)


def _attribute(module: ModuleType, source: ModelSource) -> Any:
    found: Any = module
    for name in source.name.split("."):
        if not hasattr(found, name):
            close = did_you_mean(name, [known for known in dir(found) if not known.startswith("_")])
            raise SpecError(f"`{source.place}` has no `{source.name}`{close}")
        found = getattr(found, name)
    return found
