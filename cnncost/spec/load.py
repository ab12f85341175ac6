"""From what a user names to a graph: a path, a shipped architecture, standard input, each with settings behind `@`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import Source, Span, SpecError, did_you_mean
from cnncost.layers import Tensor
from cnncost.spec import library
from cnncost.spec.document import Document, read_document
from cnncost.spec.environment import Environment, Globals, define_variables
from cnncost.spec.expand import Expansion
from cnncost.spec.names import Binding, Lexicon
from cnncost.spec.place import Place
from cnncost.spec.placing import Network
from cnncost.spec.signature import check_name
from cnncost.spec.text import Limits, Mapping, Node, Scalar, parse

if TYPE_CHECKING:
    from collections.abc import Mapping as Settings

    from cnncost.graph import Expectation, Graph
    from cnncost.spec.values import Value


class Request(NamedTuple):
    """What a user asked for: a spec by path or name, a variant of it, and settings."""

    spec: str
    variant: str | None
    settings: dict[str, str]


def load(
    spec: str | Path,
    set: Settings[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Settings[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits = Limits(),
) -> Graph:
    """The graph of a spec.

    Args:
        spec: a path, ``-`` for standard input, or the name of a shipped architecture; settings may follow behind
            an ``@``, ``resnet50@depths=[3,4,23,3];classes=10``, as may the name of a variant.
        set: variables to override; texts are expressions, as in the file.
        input: another input shape, ``[3, 256, 256]``, or a mapping of input name to shape.
        limits: how large the file and the network may be.

    Raises:
        SpecError: no such spec, or one that does not hold; the text says where and what to do.

    >>> graph = load("resnet50", set={"classes": 10}, input=[3, 64, 64])
    >>> graph.name, len(graph.layers), graph.nodes[-1].y.dims
    ('resnet50', 175, (10,))
    """
    request = parse_request(str(spec))
    data, name, variant = library.find(request.spec, limits.bytes)
    settings = {**request.settings, **(set or {})}
    return loads(data, name, set=settings, input=input, variant=request.variant or variant, limits=limits)


def loads(
    data: str | bytes,
    name: str = "<spec>",
    *,
    set: Settings[str, object] | None = None,  # noqa: A002
    input: Settings[str, object] | object | None = None,  # noqa: A002
    variant: str | None = None,
    limits: Limits = Limits(),
) -> Graph:
    """The graph of a spec's text; `name` is what errors call the file. Otherwise as :func:`load`.

    >>> loads("input: [3, 32, 32]\\nnetwork: [{conv: {out: 8, kernel: 3}}]").nodes[-1].y.dims
    (8, 30, 30)
    """
    document = read_document(parse(data, name, limits), name)
    settings, expect, title = _variant(document, variant, name)
    overrides = {**settings, **{key: _setting(key, value) for key, value in (set or {}).items()}}
    for key in overrides:
        if key not in document.variables:
            raise _unknown_variable(key, document, overrides[key])
    if set or input is not None:
        expect = None  # the figures are those of the spec as it stands
    environment = Environment(Globals(document.blocks))
    _refuse_layer_names(document)
    define_variables(document, overrides, environment)
    network = Network(limits.nodes)
    lexicon = _inputs(document, environment, network, input)
    expansion = Expansion(document, environment, network)
    try:
        graph = _expand(expansion, environment, lexicon, title)
    except SpecError as error:
        chain, line = expansion.chain()
        error.chain = (*chain, *error.chain)
        error.called_on = error.called_on or line
        raise
    return graph._replace(expect=expect)


def parse_request(text: str) -> Request:
    """Take ``spec@name=value;name=value`` apart; what has no ``=`` is the name of a variant.

    >>> parse_request("resnet50@depths=[3,4,23,3];classes=10")
    Request(spec='resnet50', variant=None, settings={'depths': '[3,4,23,3]', 'classes': '10'})
    """
    spec, at, rest = text.partition("@")
    if not at or Path(text).exists():
        return Request(text, None, {})
    variant, settings = None, {}
    for part in filter(None, (part.strip() for part in rest.split(";"))):
        name, equals, value = part.partition("=")
        if equals:
            settings[name.strip()] = value.strip()
        else:
            variant = part
    return Request(spec, variant, settings)


def _variant(document: Document, variant: str | None, file: str) -> tuple[dict[str, Node], Expectation | None, str]:
    """The settings, expectation and name of a variant, or of the spec itself."""
    title = document.name or re.sub(r"\.ya?ml$", "", Path(file).name)
    if variant is None or variant == title:
        return {}, document.expect, title
    chosen = document.variants.get(variant)
    if chosen is None:
        close = did_you_mean(variant, document.variants)
        hint = None if close else f"its variants are {', '.join(document.variants) or 'none'}"
        raise SpecError(f"`{file}` has no variant `{variant}`{close}", hint=hint)
    settings = {key.text: value for key, value in chosen.settings.entries} if chosen.settings else {}
    return settings, chosen.expect, variant


def _setting(name: str, value: object) -> Node:
    """A setting from outside as a node, with a source of its own to point into."""
    if not isinstance(value, (str, int, float, bool, list, tuple)):
        raise SpecError(f"the setting `{name}` must be a number, a list or an expression")
    text = _written(value)
    source = Source(f"--set {name}", text)
    span = Span(source, 1, 1, 1, len(text) + 1)
    if text.lstrip().startswith("{"):
        node = parse(text, source.name)
        return node
    return Scalar(text, False, span)


def _written(value: object) -> str:
    """A Python value as the language writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value)


def _unknown_variable(name: str, document: Document, node: Node) -> SpecError:
    close = did_you_mean(name, document.variables)
    hint = None if close else f"its variables are {', '.join(document.variables) or 'none'}"
    span = node.span if not node.span.source.name.startswith("--set") else None
    return SpecError(f"there is no variable `{name}` to set{close}", span, hint=hint)


def _refuse_layer_names(document: Document) -> None:
    layers = Globals(()).callees
    for name, block in document.blocks.items():
        if name in layers or name in ("for", "residual"):
            raise SpecError(f"the block `{name}` has the name of a layer", block.signature.span, hint="choose another name")


def _inputs(document: Document, environment: Environment, network: Network, given: object) -> Lexicon:
    """Place the network's inputs; a lexicon with their names."""
    lexicon = Lexicon()
    shapes = dict(_input_nodes(document, environment))
    if given is not None:
        replacements = given if isinstance(given, dict) else {"input": given}
        for name, shape in replacements.items():
            if name not in shapes:
                raise SpecError(f"there is no input `{name}`{did_you_mean(name, shapes)}", hint=_listed(shapes))
            shapes[name] = (shape, document.input.span)
    for name, (shape, span) in shapes.items():
        node = network.add_input(name, _tensor(shape, span), span)
        lexicon.names[name] = Binding(node, span.line, node, node + 1)
    return lexicon


def _listed(shapes: dict[str, tuple[Value, Span]]) -> str:
    return "the inputs are " + ", ".join(shapes)


def _input_nodes(document: Document, environment: Environment) -> list[tuple[str, tuple[Value, Span]]]:
    if not isinstance(document.input, Mapping):
        return [("input", (environment.evaluate(document.input), document.input.span))]
    inputs = []
    for key, node in document.input.entries:
        if key.text != "input":
            check_name(key.text, key.span, "input")
        inputs.append((key.text, (environment.evaluate(node), node.span)))
    return inputs


def _tensor(shape: Value, span: Span) -> Tensor:
    """The shape of an input: channels first, and as many axes as the network's layers have."""
    dims = list(shape) if isinstance(shape, (list, tuple)) else [shape]
    if not dims or not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in dims):
        hint = "channels first, without the batch: [3, 224, 224]"
        raise SpecError("an input shape is a list of positive whole numbers", span, hint=hint)
    return Tensor(dims[0], tuple(dims[1:]), "map" if len(dims) > 1 else "flat")


def _expand(expansion: Expansion, environment: Environment, lexicon: Lexicon, title: str) -> Graph:
    """Run the network's steps and find its outputs."""
    document, network = expansion.document, expansion.network
    place = Place(environment, Lexicon(lexicon))
    start = (network.inputs[0],) if len(network.inputs) == 1 else ()
    steps = expansion.steps_of(document.network, "`network`")
    flow = expansion.run(steps, place, start)
    kept = [name for name in document.outputs or () if not place.lexicon.was_dropped(name.text)]
    outputs = [output for name in kept for output in expansion.references(name, place)]
    if document.outputs is None and steps:
        outputs = [expansion.single(flow, steps[-1])]
    heads = [name for name in document.auxiliary if not place.lexicon.was_dropped(name.text)]
    auxiliary = [output for name in heads for output in expansion.references(name, place)]
    if not outputs:
        raise SpecError("the network has no output", document.network.span)
    warnings = tuple(document.unused())
    return network.finish(title, outputs, auxiliary, document.source, warnings)
