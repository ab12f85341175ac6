"""The inputs of a network: one, or several by name, each of a shape that the file or the user gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.inference import refuse_too_large
from cnncost.language.document.signature import check_name
from cnncost.language.expansion.scopes.names import Binding, Lexicon
from cnncost.language.yaml.nodes import MappingNode
from cnncost.layers import Tensor
from cnncost.layers.base.fields import whole_number

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.document.document import Document
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expressions.values import Value

_MOST_AXES = 8

_FEWEST_PIXELS = 16
"""Along the edge of a square that is taken for an image, and not for so many channels."""


def add_inputs(
    document: Document, environment: Environment, builder: GraphBuilder, given: object
) -> tuple[Lexicon, tuple[str, ...]]:
    """Add the network's inputs, some of another shape than the file gives them.

    Returns:
        a lexicon with their names, and warnings of shapes whose channels seem to come last.
    """
    lexicon, warnings = Lexicon(), []
    shapes = _input_nodes(document, environment)
    replaced = given if isinstance(given, dict) else {} if given is None else {"input": given}
    for name in replaced:
        if name not in shapes:
            close = did_you_mean(name, shapes)
            raise SpecError(f"there is no input `{name}`{close}", hint="the inputs are " + ", ".join(shapes))
    for name, (shape, span) in shapes.items():
        declared = tensor = input_tensor(name, shape, span)
        if name in replaced:
            tensor = _replacement(name, replaced[name], declared)
        if _has_channels_last(tensor, declared):
            first = Tensor(tensor.spatial[-1], (tensor.channels, *tensor.spatial[:-1]))
            has = f"the input `{name}`, {tensor}, has {tensor.channels} channels"
            warnings.append(f"{has}: they come first, as in {first}")
        node = builder.add_input(name, tensor, span)
        lexicon.names[name] = Binding(node, span.line, node, node + 1)
    return lexicon, tuple(warnings)


def declared_inputs(document: Document, environment: Environment) -> dict[str, Tensor]:
    """The inputs of a network by name, of the shapes that its own file gives them.

    Raises:
        SpecError: a shape that is none.
    """
    nodes = _input_nodes(document, environment)
    return {name: input_tensor(name, shape, span) for name, (shape, span) in nodes.items()}


def _has_channels_last(tensor: Tensor, declared: Tensor) -> bool:
    """Whether what should be the channels of the input stands behind its axes, or it is a square image of three."""
    if not tensor.spatial or tensor.channels == tensor.spatial[-1]:
        return False
    if tensor.spatial[-1] == declared.channels != tensor.channels:
        return True
    return tensor.spatial == (tensor.channels, 3) and tensor.channels >= _FEWEST_PIXELS and tensor == declared


def _input_nodes(document: Document, environment: Environment) -> dict[str, tuple[Value, Span]]:
    if not isinstance(document.input, MappingNode):
        return {"input": (environment.evaluate(document.input), document.input.span)}
    inputs = {}
    for key, node in document.input.entries:
        if key.text != "input":
            check_name(key.text, key.span, "input")
        inputs[key.text] = (environment.evaluate(node), node.span)
    return inputs


def _replacement(name: str, shape: object, tensor: Tensor) -> Tensor:
    """Another shape for an input: of other sizes, not of another rank."""
    replacement = input_tensor(name, shape)
    if len(replacement.spatial) != len(tensor.spatial):
        message = f"`{name}` is of {len(tensor.dims)} dimensions, {tensor}, not of {len(replacement.dims)}"
        raise SpecError(message, hint="channels first, without the batch")
    return replacement


def input_tensor(name: str, shape: object, span: Span | None = None) -> Tensor:
    """The shape of the input `name`: channels first, and as many axes as the network's layers have.

    Raises:
        SpecError: something else than positive whole numbers, too many of them, or too many elements.

    >>> input_tensor("image", [3, 224, 224])
    Tensor(channels=3, spatial=(224, 224), layout='map')
    """
    given = list(shape) if isinstance(shape, (list, tuple)) else [shape]
    dims = [size for size in map(whole_number, given) if size is not None and size > 0]
    if not dims or len(dims) < len(given) or len(dims) > _MOST_AXES:
        hint = "channels first, without the batch: [3, 224, 224]"
        message = f"the shape of `{name}` must be a list of 1 to {_MOST_AXES} positive whole numbers"
        raise SpecError(message, span, hint=hint)
    tensor = Tensor(dims[0], tuple(dims[1:]), "map" if len(dims) > 1 else "flat")
    refuse_too_large(name, tensor, span)
    return tensor
