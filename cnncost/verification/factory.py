"""A model of the user's own, by where it is made: ``package.module:factory``."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.foreign import module_of
from cnncost.measurement.outcome import is_interruption
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_FORM = "write `package.module:factory`: a function or class that is called without arguments, or a model"


def load_factory(text: str) -> Callable[[], Any]:
    """What makes the model that `text` names: a function, a class, or a model that is there already.

    The current directory is searched too. The model is made on meta tensors where that works, else on the CPU.

    Raises:
        SpecError: there is no such thing. What it returns raises it too, when nothing comes out that is a model.
    """
    torch = import_torch()
    module_name, colon, path = text.partition(":")
    if not (module_name and colon and path):
        module = module_of(PurePath(text)) if text.endswith(".py") else None
        hint = f"write `{module}:factory` for the function or class `factory` in it" if module else _FORM
        raise SpecError(f"`{text}` does not name a model", hint=hint)
    made = _attribute(_module(module_name), path)
    if isinstance(made, torch.nn.Module):
        return lambda: made
    if not callable(made):
        raise SpecError(f"`{text}` is neither a model nor a function that returns one", hint=_FORM)
    return lambda: _make(text, made)


def _module(name: str) -> ModuleType:
    import importlib
    import sys

    if "" not in sys.path:  # the current directory, as in an interactive Python
        sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise SpecError(f"there is no module `{error.name}`", hint=_FORM) from None
        raise SpecError(f"`{name}` does not import: {_message(error)}") from error
    except BaseException as error:  # whatever the user's module does, leaving included
        if is_interruption(error):
            raise
        raise SpecError(f"`{name}` does not import: {_message(error)}") from error


def _attribute(module: ModuleType, path: str) -> Any:
    found: Any = module
    for name in path.split("."):
        if not hasattr(found, name):
            close = did_you_mean(name, [known for known in dir(found) if not known.startswith("_")])
            raise SpecError(f"`{module.__name__}` has no `{path}`{close}")
        found = getattr(found, name)
    return found


def _make(text: str, factory: Callable[[], Any]) -> Any:
    """The model that a factory makes."""
    torch = import_torch()
    try:
        try:
            with torch.device("meta"):
                model = factory()
        except Exception:  # some look at their numbers as they initialise them
            model = factory()
    except BaseException as error:  # whatever the user's function does, leaving included
        if is_interruption(error):
            raise
        raise SpecError(f"`{text}` fails: {_message(error)}") from error
    if not isinstance(model, torch.nn.Module):
        raise SpecError(f"`{text}` makes no model, but a {type(model).__name__}", hint=_FORM)
    return model


def _message(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
