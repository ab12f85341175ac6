"""One layer without a network around it, written as a spec of a single step: so it is read and refused as any other."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import isfile
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.language import library
from cnncost.language.load import loads
from cnncost.language.request import parse_request, written
from cnncost.language.yaml.reader import Limits
from cnncost.layers import REGISTRY
from cnncost.layers.base.fields import Reference

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph


def names_a_layer_type(spec: str) -> bool:
    """Whether a text names a layer type rather than a network: architectures and files come first.

    >>> names_a_layer_type("conv"), names_a_layer_type("resnet50")
    (True, False)
    """
    return spec in REGISTRY and spec not in library.names() and not isfile(spec)


def refuse_misspelt(spec: str) -> None:
    """Refuse a name that is nothing which can be explained: it may have been meant for a layer type.

    Raises:
        SpecError: it is no path, no file, no architecture and no layer type.
    """
    name = parse_request(spec).spec
    if name == "-" or name in library.names() or library.looks_like_path(name) or isfile(name):
        return
    close = did_you_mean(name, [*library.names(), *REGISTRY])
    hint = None if close else "`cnncost zoo` lists the architectures that ship, and `cnncost layers` the layer types"
    raise SpecError(f"there is no architecture, no file and no layer type `{name[:80]}`{close}", hint=hint)


def layer_graph(keyword: str, shapes: object, arguments: Mapping[str, object], limits: Limits | None = None) -> Graph:
    """The graph of one layer, its last node.

    Args:
        keyword: the layer type.
        shapes: of one sample, ``[64, 56, 56]``, or by names for a layer that reads several. One number is a flat
            input; two are tokens and their channels where the layer takes tokens and no maps.
        arguments: the layer's parameters, as a spec writes them.
        limits: as for :func:`cnncost.api.load`.

    Raises:
        SpecError: no shape, or a layer that cannot be.

    >>> layer_graph("conv", [64, 56, 56], {"out": 128, "kernel": 3, "padding": 1}).layers[-1].y.dims
    (128, 56, 56)
    """
    if not shapes:
        hint = f"give it one, such as `cnncost explain {keyword} --input 64,56,56`"
        raise SpecError(f"`{keyword}` is a layer type, and needs the shape of its input", hint=hint)
    inputs: dict[str, Any] = dict(shapes) if isinstance(shapes, Mapping) else {"input": shapes}
    inputs = {name: list(shape) if isinstance(shape, (list, tuple)) else [shape] for name, shape in inputs.items()}
    tokens = "tokens" in REGISTRY[keyword].accepts and "map" not in REGISTRY[keyword].accepts
    first = next(iter(inputs))
    lines = [f"name: {keyword}", "network:"]
    if tokens and len(inputs) == 1 and len(inputs[first]) == 2:
        inputs[first] = inputs[first][::-1]  # a map has its channels first
        lines.append("  - patch_tokens")
    lines += _step(keyword, inputs, arguments)
    lines += ["input:", *(f"  {name}: {shape}" for name, shape in inputs.items())]
    return loads("\n".join(lines) + "\n", f"<{keyword}>", limits=limits or Limits())


def _step(keyword: str, inputs: Mapping[str, Any], arguments: Mapping[str, object]) -> list[str]:
    """The step of the layer; what one of its parameters refers to is not read besides."""
    fields = REGISTRY[keyword].fields
    followed = {
        str(arguments[name]) for name, field in fields.items() if isinstance(field, Reference) if name in arguments
    }
    read = [name for name in inputs if name not in followed]
    texts = {name: written(name, value) for name, value in arguments.items()}
    step = [f"      {name}: {text}" for name, text in texts.items()]
    if len(inputs) > 1:
        step.append(f"    from: [{', '.join(read)}]")
    return [f"  - {keyword}{':' if step else ''}", *step]
