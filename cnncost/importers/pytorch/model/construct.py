"""A model made without its weights: on meta tensors, or on the CPU where its constructor needs numbers."""

from __future__ import annotations

import ast
import inspect
import sys
import warnings
from contextlib import AbstractContextManager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.importers.pytorch.model.downloads import without_weights
from cnncost.importers.pytorch.model.faults import fault, is_interruption, said
from cnncost.importers.pytorch.model.library import import_torch, is_lazy
from cnncost.language.limits import MOST_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.importers.pytorch.model.factories import Factory
    from cnncost.importers.sources import ModelSource


def construct(source: ModelSource, factory: Factory, given: Mapping[str, object]) -> Any:
    """The model, in evaluation mode, all of it on meta tensors.

    Raises:
        SpecError: arguments that it does not take, a constructor that fails, or something that is not a model.
    """
    torch = import_torch()
    arguments = {name: value_of(value) for name, value in given.items()}
    _refuse_unknown(source, factory, arguments)
    model = _made(source, lambda: factory.make(**{**_fitting(factory, arguments), **arguments}))
    if not isinstance(model, torch.nn.Module):
        hint = "what it names must return a `torch.nn.Module`, or be one"
        raise SpecError(f"`{source}` makes no model, but {_article(type(model).__name__)}", hint=hint)
    if isinstance(model, torch.jit.ScriptModule):
        hint = "return the module that it was compiled of"
        raise SpecError(f"`{source}` makes a module of TorchScript, which is compiled already", hint=hint)
    if getattr(model.forward, "__name__", None) == "_forward_unimplemented":
        raise SpecError(f"`{source}` makes a model without `forward`", hint="its class has to define what it computes")
    _refuse_absurd(source, model)
    return model.to("meta").eval()


def _refuse_absurd(source: ModelSource, model: Any) -> None:
    """Raise a SpecError for more numbers than any machine stores: on meta tensors they would cost nothing."""
    stored = {
        name: weight for name, weight in [*model.named_parameters(), *model.named_buffers()] if not is_lazy(weight)
    }
    if sum(weight.numel() for weight in stored.values()) > MOST_NUMBERS:
        name, largest = max(stored.items(), key=lambda item: item[1].numel())
        message = f"`{source}` stores more than {MOST_NUMBERS:,} numbers"
        raise SpecError(message, hint=f"the largest tensor is `{name}`, of {list(largest.shape)}")


def value_of(value: object) -> object:
    """An argument as Python has it: a text that is a literal is what it says, any other is a text.

    >>> value_of("10"), value_of("None"), value_of("[1, 2]"), value_of("relu"), value_of("true")
    (10, None, [1, 2], 'relu', True)
    """
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _fitting(factory: Factory, arguments: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in factory.usual.items() if name not in arguments}


def _refuse_unknown(source: ModelSource, factory: Factory, arguments: Mapping[str, object]) -> None:
    """Raise a SpecError for an argument that the signature does not have, or for one that it misses."""
    try:
        signature = inspect.signature(factory.make)
    except (ValueError, TypeError):
        return  # something compiled, which has none
    parameters = signature.parameters.values()
    takes = [parameter.name for parameter in parameters if parameter.kind != parameter.VAR_KEYWORD]
    if not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        for name in arguments:
            if name not in takes:
                hint = f"it takes {', '.join(takes)}" if takes else "it takes none"
                raise SpecError(f"`{source}` takes no argument `{name}`{did_you_mean(name, takes)}", hint=hint)
    positional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for parameter in parameters:
        needed = parameter.default is parameter.empty and parameter.kind not in positional
        if needed and parameter.name not in arguments:
            hint = f"`--arg {parameter.name}=...` gives it"
            raise SpecError(f"`{source}` needs the argument `{parameter.name}`", hint=hint)


def _made(source: ModelSource, make: Callable[[], Any]) -> Any:
    torch = import_torch()
    try:
        with without_weights(), warnings.catch_warnings(), redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")  # what libraries say of their weights, which nobody has
            for without_numbers in (torch.device("meta"), _uninitialised_on_meta()):
                with suppress(Exception), without_numbers:
                    return make()
            return make()  # some look at the numbers of their weights as they initialise them
    except BaseException as error:  # whatever the user's function does, leaving included
        if is_interruption(error):
            raise
        raise fault(f"`{source}` fails: {said(error)}", error) from error


def _uninitialised_on_meta() -> AbstractContextManager[Any]:
    """Within it, weights have no numbers, and what is computed from numbers has: RegNet's widths are.

    Layers leave their weights uninitialised at first, and fill them in place.
    """
    torch = import_torch()
    from torch.overrides import TorchFunctionMode

    class UninitialisedOnMeta(TorchFunctionMode):
        def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
            given = dict(kwargs or {})
            if function is torch.empty and given.get("device") is None:
                given["device"] = "meta"
            return function(*args, **given)

    return UninitialisedOnMeta()


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"
