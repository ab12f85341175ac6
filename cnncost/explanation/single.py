"""One layer without a network around it: its inputs, and the layer."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import isfile
from typing import TYPE_CHECKING

from cnncost.errors import DescribedOrigin, SpecError, did_you_mean
from cnncost.graph.builder import MOST_NODES, GraphBuilder
from cnncost.importers.sources import is_imported
from cnncost.language import library
from cnncost.language.arguments import read_arguments
from cnncost.language.expansion.scopes.inputs import input_tensor
from cnncost.language.foreign import refuse_foreign
from cnncost.language.request import parse_request
from cnncost.layers import REGISTRY, Tensor
from cnncost.layers.base.choices import Reference
from cnncost.layers.base.elsewhere import suggest_layer

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.layers import Layer


def names_a_layer_type(spec: str) -> bool:
    """Whether a text names a layer type rather than a network: architectures and files come first.

    >>> names_a_layer_type("conv"), names_a_layer_type("resnet50")
    (True, False)
    """
    return spec in REGISTRY and spec not in library.names() and not isfile(spec)


def refuse_misspelt(spec: str) -> None:
    """Refuse a name that is nothing which can be explained: it may have been meant for a layer type.

    Raises:
        SpecError: it is neither a path or file nor an architecture or layer type.
    """
    name = parse_request(spec).spec
    refuse_foreign(name)
    if is_imported(spec):
        return
    if name == "-" or name in library.names() or library.looks_like_path(name) or isfile(name):
        return
    close, hint = suggest_layer(name, [*library.names(), *REGISTRY])
    lists = None if close else "`cnncost zoo` lists the architectures that ship, and `cnncost layers` the layer types"
    raise SpecError(f"there is no architecture, no file and no layer type `{name[:80]}`{close}", hint=hint or lists)


def layer_graph(keyword: str, shapes: object, arguments: Mapping[str, object], limits: Limits | None = None) -> Graph:
    """The graph of one layer, its last node.

    Args:
        keyword: the layer type.
        shapes: of one sample, ``[64, 56, 56]``, or by names for a layer that reads several. One number is a flat
            input; two are tokens and their channels where the layer takes tokens and no maps. None where it reads
            nothing.
        arguments: the layer's parameters, as a spec writes them.
        limits: as for :func:`cnncost.api.load`.

    Raises:
        SpecError: no shape, or a layer that cannot be.

    >>> layer_graph("conv", [64, 56, 56], {"out": 128, "kernel": 3, "padding": 1}).layers[-1].y.dims
    (128, 56, 56)
    """
    kind = REGISTRY[keyword]
    _refuse_shapes(kind, shapes)
    builder = GraphBuilder(keyword, limits.nodes if limits else MOST_NODES)
    named = dict(shapes) if isinstance(shapes, Mapping) else {"input": shapes} if shapes else {}
    inputs = _add_inputs(builder, kind, named)
    shown = ", ".join(f"{name} {builder.nodes[node].y}" for name, node in inputs.items())
    origin = DescribedOrigin(f"{keyword} of {shown}" if shown else keyword)
    if kind.joins and len(inputs) == 1:
        hint = f"give it several, such as `cnncost explain {keyword} --input a=64,56,56 --input b=64,56,56`"
        raise SpecError(f"`{keyword}` joins one output with nothing", origin, hint=hint)
    reads = _read(kind, inputs, arguments)
    rank = builder.rank(kind, reads, origin)
    values, followed, origins = read_arguments(
        kind,
        arguments,
        tensor=builder.nodes[reads[0]].y if len(reads) == 1 else None,
        find=lambda name, span: _input(name, span, inputs),
        origin=origin,
    )
    layer = builder.make(kind, values, rank, origin=origin, field_origins=origins)
    return builder.finish([builder.add(layer, [*reads, *followed], origin=origin, field_origins=origins)])


def _refuse_shapes(kind: type[Layer], shapes: object) -> None:
    """Raise a SpecError for a layer that reads and has no shape of its input, or one that does not and has."""
    keyword = kind.keyword
    if not shapes and not kind.is_source:
        hint = f"give it one, such as `cnncost explain {keyword} --input 64,56,56`"
        raise SpecError(f"`{keyword}` is a layer type, and needs the shape of its input", hint=hint)
    if shapes and kind.is_source:
        raise SpecError(f"`{keyword}` reads nothing: leave out the input", hint=f"it is {kind.signature()}")


def _add_inputs(builder: GraphBuilder, kind: type[Layer], shapes: Mapping[str, object]) -> dict[str, int]:
    """Add the inputs; what the layer reads of each, by name: tokens made of a map where it takes tokens and no maps."""
    tensors = {str(name): input_tensor(str(name), shape) for name, shape in shapes.items()}
    takes_tokens = "tokens" in kind.accepts and kind.accepts[0] != "map"
    inputs = {}
    for name, tensor in tensors.items():
        if takes_tokens and len(tensors) == 1 and len(tensor.dims) == 2:
            tokens, channels = tensor.dims
            signal = builder.add_input(name, Tensor(channels, (tokens,)))
            inputs[name] = builder.add(REGISTRY["patch_tokens"](), [signal])
        else:
            inputs[name] = builder.add_input(name, tensor)
    return inputs


def _read(kind: type[Layer], inputs: Mapping[str, int], arguments: Mapping[str, object]) -> list[int]:
    """The inputs that the layer reads; what one of its parameters follows is not read besides, unless it is alone."""
    followed = {
        str(arguments[name]) for name, field in kind.fields.items() if isinstance(field, Reference) if name in arguments
    }
    return [node for name, node in inputs.items() if name not in followed] or list(inputs.values())


def _input(name: str, span: Span, inputs: Mapping[str, int]) -> int:
    """The input of that name."""
    if name in inputs:
        return inputs[name]
    close = did_you_mean(name, inputs)
    hint = None if close else f"the inputs are {', '.join(inputs)}"
    raise SpecError(f"there is no input `{name[:80]}`{close}", span, hint=hint)
