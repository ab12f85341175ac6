"""Inputs for a model: tensors without numbers, of the shapes that the user gives or the library says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.importers.pytorch.model.library import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.importers.pytorch.model.factories import Factory
    from cnncost.importers.sources import ModelSource

_MOST_AXES = 8
_TYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
_TYPED = re.compile(r"\s*([\d\sx,×\[\]()]*?)\s*(?::\s*(\w+)\s*)?")
_FORM = "channels first, without the batch: `--input 3x224x224`; of several, `--input NAME=3x224x224` for each"


class InputShape(NamedTuple):
    """One tensor that a model reads."""

    path: tuple[str, ...]
    """The parameter of `forward`, and the keys below it where that is a dictionary or a list."""
    dims: tuple[int, ...]
    """The shape of one sample."""
    dtype: str = ""
    """The type of its numbers; of one that is not given, that of the model's."""

    @property
    def name(self) -> str:
        """What the input is called in the graph."""
        return ".".join(self.path)


def input_shapes(source: ModelSource, factory: Factory, model: Any, given: object) -> tuple[InputShape, ...]:
    """What the model reads, in the order of its `forward`.

    Args:
        source: where the model is made.
        factory: what makes it.
        model: the module.
        given: a shape, shapes by name, a tuple of shapes in the order of `forward`, or nothing.

    Raises:
        SpecError: nothing is known of an input that `forward` needs, or a shape is given for one that it has not.
    """
    parameters = _parameters(model)
    first = next(iter(parameters), "input")
    if given is None:
        usual = factory.input(model)
        if usual is None:
            raise SpecError(f"the shape of what `{source}` reads is not known", hint=_FORM)
        shapes: tuple[InputShape, ...] = (InputShape((first,), usual),)
    elif isinstance(given, Mapping):
        shapes = tuple(_shape(tuple(str(name).split(".")), shape) for name, shape in given.items())
    elif isinstance(given, tuple):
        shapes = _in_order(source, parameters, given)
    else:
        shapes = (_shape((first,), given),)
    dtype = _usual_type(model)
    shapes = tuple([_numbered(parameters, shape)._replace(dtype=shape.dtype or dtype) for shape in shapes])
    _refuse_unlike(source, parameters, shapes)
    _refuse_within(shapes)
    order = list(parameters)
    return tuple(sorted(shapes, key=lambda shape: order.index(shape.path[0]) if shape.path[0] in order else len(order)))


def _usual_type(model: Any) -> str:
    """The type of the model's floating-point parameters where all have the same; else float32."""
    types = {str(weight.dtype).rpartition(".")[2] for weight in model.parameters() if weight.is_floating_point()}
    (only,) = types if len(types) == 1 else ("float32",)
    return only if only in _TYPES else "float32"


def _numbered(parameters: Mapping[str, inspect.Parameter], shape: InputShape) -> InputShape:
    """One shape for a parameter that takes any number is that of the first of them."""
    parameter = parameters.get(shape.path[0])
    alone = len(shape.path) == 1 and parameter is not None and parameter.kind == parameter.VAR_POSITIONAL
    return shape._replace(path=(shape.path[0], "0")) if alone else shape


def _in_order(
    source: ModelSource, parameters: Mapping[str, inspect.Parameter], given: Sequence[object]
) -> tuple[InputShape, ...]:
    """Shapes for the first parameters of `forward`; one that takes any number takes all that are left."""
    paths: list[tuple[str, ...]] = []
    for name, parameter in parameters.items():
        several = parameter.kind == parameter.VAR_POSITIONAL
        paths += [(name, str(place)) for place in range(len(given) - len(paths))] if several else [(name,)]
    if len(paths) < len(given):
        raise SpecError(f"`forward` of `{source}` reads {len(paths)} inputs at most, and not {len(given)}")
    return tuple([_shape(path, shape) for path, shape in zip(paths, given, strict=False)])


def example_arguments(model: Any, shapes: Sequence[InputShape], batch: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What `forward` is called with: tensors on the meta device, positional where they come first in order."""
    torch = import_torch()
    named: dict[str, Any] = {}
    for shape in shapes:
        tensor = torch.empty((batch, *shape.dims), dtype=getattr(torch, shape.dtype), device="meta")
        _put(named, shape.path, tensor)
    values = {name: _listed(value) for name, value in named.items()}
    positional: list[Any] = []
    for name, parameter in _parameters(model).items():
        if name not in values or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            break
        value = values.pop(name)
        positional.extend(value if parameter.kind == parameter.VAR_POSITIONAL else [value])
    return tuple(positional), values


def _parameters(model: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(model.forward).parameters


def _put(named: dict[str, Any], path: tuple[str, ...], tensor: Any) -> None:
    for key in path[:-1]:
        named = named.setdefault(key, {})
    named[path[-1]] = tensor


def _listed(value: Any) -> Any:
    """Dictionaries whose keys count from 0 as the lists that they stand for."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    return list(inner.values()) if list(inner) == [str(place) for place in range(len(inner))] else inner


def _shape(path: tuple[str, ...], given: object) -> InputShape:
    """A shape as a list of sizes, or as a text with a type behind it: `16:int64`."""
    name, dtype = ".".join(path), ""
    if isinstance(given, str):
        typed = _TYPED.fullmatch(given)
        if typed is None:
            raise SpecError(f"the shape of `{name}`, `{given[:80]}`, is not one", hint=_FORM)
        given, dtype = [int(size) for size in re.findall(r"\d+", typed[1])], typed[2] or ""
        if dtype and dtype not in _TYPES:
            close = did_you_mean(dtype, _TYPES)
            raise SpecError(f"`{name}` has no type `{dtype[:80]}`{close}", hint=f"types are {', '.join(_TYPES)}")
    sizes: list[Any] = list(given) if isinstance(given, Sequence) else [given]
    if len(sizes) > _MOST_AXES or not all(type(size) is int and size > 0 for size in sizes):
        message = f"the shape of `{name}` must be a list of at most {_MOST_AXES} positive whole numbers"
        raise SpecError(message, hint=_FORM)
    return InputShape(path, tuple(sizes), dtype)


def _refuse_unlike(
    source: ModelSource, parameters: Mapping[str, inspect.Parameter], shapes: Sequence[InputShape]
) -> None:
    """Raise a SpecError for inputs that `forward` does not have, and for those that it misses."""
    given = {shape.path[0] for shape in shapes}
    takes = list(parameters)
    if not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters.values()):
        for name in given:
            if name not in takes:
                message = f"`forward` of `{source}` has no input `{name[:80]}`{did_you_mean(name, takes)}"
                raise SpecError(message, hint=f"it reads {', '.join(takes)}" if takes else None)
    for name, parameter in parameters.items():
        several = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.default is parameter.empty and not several and name not in given:
            hint = f"`--input {name}=3x224x224` gives the shape of one sample; `:int64` behind it another type"
            raise SpecError(f"`forward` of `{source}` needs `{name}` too", hint=hint)


def _refuse_within(shapes: Sequence[InputShape]) -> None:
    """Raise a SpecError for an input that is to be a tensor, and a dictionary too."""
    given = {shape.path for shape in shapes}
    for shape in shapes:
        for length in range(1, len(shape.path)):
            if shape.path[:length] in given:
                whole = ".".join(shape.path[:length])
                message = f"`{whole}` cannot be a tensor, and hold `{shape.name}`"
                raise SpecError(message, hint=f"give a shape for each tensor in it: `{whole}.NAME=3x224x224`")
