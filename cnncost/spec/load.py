"""From what a user names to a graph: a path, a shipped architecture, standard input, each with settings behind `@`."""

from __future__ import annotations

import re
from os.path import exists  # Path.exists raises for a name that is too long
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import Source, Span, SpecError, did_you_mean
from cnncost.layers import REGISTRY, SUGAR, Tensor
from cnncost.layers.fields import whole_number
from cnncost.spec import library
from cnncost.spec.document import Document, read_document
from cnncost.spec.environment import Environment, Globals, define_variables
from cnncost.spec.expand import Expansion
from cnncost.spec.names import Binding, Lexicon
from cnncost.spec.place import Place
from cnncost.spec.placing import Network
from cnncost.spec.signature import check_name
from cnncost.spec.steps import MODIFIERS
from cnncost.spec.text import Limits, Mapping, Node, Scalar, parse
from cnncost.spec.values import LARGEST_INTEGER, Budget

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Settings

    from cnncost.graph import Expectation, Graph
    from cnncost.spec.values import Value


_OPERATIONS_PER_NODE = 15
"""How much the expressions of a spec may compute for every layer it may have."""

_MOST_AXES = 8


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
    try:
        document = read_document(parse(data, name, limits), name)
        settings, expect, title = _variant(document, variant, name)
        overrides = {**settings, **{key: _setting(key, value) for key, value in (set or {}).items()}}
        graph = _build(document, title, overrides, input, limits)
    except RecursionError:  # the limits on nesting leave room for a caller who is not deep in recursion himself
        raise SpecError(f"`{name}` nests too deep") from None
    if set or input is not None:
        return graph  # the expected figures are those of the spec as it stands
    return graph._replace(expect=expect)


def _build(document: Document, title: str, overrides: dict[str, Node], given: object, limits: Limits) -> Graph:
    """The graph of a document with its settings and inputs."""
    _check_settings(document, overrides)
    _refuse_layer_names(document)
    environment = Environment(Globals(document.blocks, Budget(limits.nodes * _OPERATIONS_PER_NODE)))
    define_variables(document, overrides, environment)
    network = Network(limits.nodes)
    lexicon = _inputs(document, environment, network, given)
    expansion = Expansion(document, environment, network)
    try:
        return _expand(expansion, environment, lexicon, title)
    except SpecError as error:
        chain, line = expansion.chain()
        error.chain = (*chain, *error.chain)
        error.called_on = error.called_on or line
        raise


def parse_request(text: str) -> Request:
    """Take ``spec@name=value;name=value`` apart; what has no ``=`` is the name of a variant.

    Raises:
        SpecError: two variants, or a variable that is set twice.

    >>> parse_request("resnet50@depths=[3,4,23,3];classes=10")
    Request(spec='resnet50', variant=None, settings={'depths': '[3,4,23,3]', 'classes': '10'})
    """
    spec, at, rest = text.partition("@")
    if not at or exists(text):
        return Request(text, None, {})
    variant: str | None = None
    settings: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in rest.split(";"))):
        name, equals, value = (word.strip() for word in part.partition("="))
        if name in settings:
            raise SpecError(f"`{text}` sets `{name}` twice")
        if equals:
            settings[name] = value
        elif variant is None:
            variant = part
        else:
            raise SpecError(f"`{text}` names two variants, `{variant}` and `{part}`", hint="a setting is `name=value`")
    return Request(spec, variant, settings)


def _variant(document: Document, variant: str | None, file: str) -> tuple[dict[str, Node], Expectation | None, str]:
    """The settings, expectation and name of a variant, or of the spec itself."""
    title = document.name or re.sub(r"\.ya?ml$", "", Path(file).name)
    if variant is None or variant == title:
        return {}, document.expect, title
    chosen = document.variants.get(variant)
    if chosen is None:
        close = did_you_mean(variant, document.variants)
        hint = None if close else _known("variants", document.variants)
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
        return parse(text, source.name)
    return Scalar(text, False, span)


def _written(value: object) -> str:
    """A Python value as the language writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise SpecError("a setting is too large; integers go up to 10**30")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value)


def _check_settings(document: Document, overrides: dict[str, Node]) -> None:
    """Refuse a setting of something that is no variable."""
    for name, node in overrides.items():
        span = None if node.span.source.name.startswith("--set") else node.span
        if name not in document.variables:
            close = did_you_mean(name, document.variables)
            hint = None if close else _known("variables", document.variables)
            raise SpecError(f"there is no variable `{name}` to set{close}", span, hint=hint)
        if document.variables[name].is_function:
            raise SpecError(f"`{name}` is a function, and only variables can be set", span)


def _known(what: str, names: Iterable[str]) -> str:
    return f"its {what} are {', '.join(names)}" if names else f"it has no {what}"


def _refuse_layer_names(document: Document) -> None:
    for name, block in document.blocks.items():
        is_layer = name in REGISTRY or name in SUGAR or name == "residual"
        if is_layer or name in MODIFIERS:
            what = "layer" if is_layer else "modifier"
            message = f"the block `{name}` has the name of a {what}"
            raise SpecError(message, block.signature.span, hint="choose another name")


def _inputs(document: Document, environment: Environment, network: Network, given: object) -> Lexicon:
    """Place the network's inputs, some of another shape than the file gives them; a lexicon with their names."""
    lexicon = Lexicon()
    shapes = _input_nodes(document, environment)
    replaced = given if isinstance(given, dict) else {} if given is None else {"input": given}
    for name in replaced:
        if name not in shapes:
            close = did_you_mean(name, shapes)
            raise SpecError(f"there is no input `{name}`{close}", hint="the inputs are " + ", ".join(shapes))
    for name, (shape, span) in shapes.items():
        tensor = _tensor(replaced[name], None) if name in replaced else _tensor(shape, span)
        node = network.add_input(name, tensor, span)
        lexicon.names[name] = Binding(node, span.line, node, node + 1)
    return lexicon


def _input_nodes(document: Document, environment: Environment) -> dict[str, tuple[Value, Span]]:
    if not isinstance(document.input, Mapping):
        return {"input": (environment.evaluate(document.input), document.input.span)}
    inputs = {}
    for key, node in document.input.entries:
        if key.text != "input":
            check_name(key.text, key.span, "input")
        inputs[key.text] = (environment.evaluate(node), node.span)
    return inputs


def _tensor(shape: object, span: Span | None) -> Tensor:
    """The shape of an input: channels first, and as many axes as the network's layers have."""
    given = list(shape) if isinstance(shape, (list, tuple)) else [shape]
    dims = [size for size in map(whole_number, given) if size is not None and size > 0]
    if not dims or len(dims) < len(given) or len(dims) > _MOST_AXES:
        hint = "channels first, without the batch: [3, 224, 224]"
        raise SpecError("an input shape is a list of positive whole numbers", span, hint=hint)
    tensor = Tensor(dims[0], tuple(dims[1:]), "map" if len(dims) > 1 else "flat")
    if tensor.elements > LARGEST_INTEGER:
        raise SpecError("an input has more than 10**30 elements", span)
    return tensor


def _expand(expansion: Expansion, environment: Environment, lexicon: Lexicon, title: str) -> Graph:
    """Run the network's steps and find its outputs."""
    document, network = expansion.document, expansion.network
    place = Place(environment, lexicon)
    start = (network.inputs[0],) if len(network.inputs) == 1 else ()
    steps = expansion.steps_of(document.network, "`network`")
    flow = expansion.run(steps, place, start)
    if document.outputs is None:
        outputs = [expansion.end(flow, document.network.span, "the network")] if steps else []
    else:
        outputs = _named(expansion, document.outputs, place)
    if not outputs:
        key = document.root.key("network" if document.outputs is None else "outputs")
        raise SpecError("the network has no output", key.span)
    auxiliary = _named(expansion, document.auxiliary, place)
    return network.finish(title, outputs, auxiliary, document.source, tuple(document.unused()))


def _named(expansion: Expansion, names: list[Scalar], place: Place) -> list[int]:
    """The outputs of those names, without the ones whose step a `when` dropped."""
    kept = [name for name in names if not place.lexicon.was_dropped(name.text)]
    return [output for name in kept for output in expansion.references(name, place)]
