"""From what a user names to a graph: a path, a shipped architecture, standard input, each with settings behind `@`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.arguments import integer, is_path, wrong_type
from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.builder import GraphBuilder
from cnncost.language import library
from cnncost.language.document.document import Document, Variant, read_document
from cnncost.language.document.steps import COMPOUNDS, WORDS
from cnncost.language.expansion.expand import Expansion
from cnncost.language.expansion.flow import end
from cnncost.language.expansion.scopes.environment import Environment, Globals
from cnncost.language.expansion.scopes.inputs import add_inputs
from cnncost.language.expansion.scopes.scope import Scope
from cnncost.language.expansion.scopes.variables import define_variables
from cnncost.language.expressions.values import Budget
from cnncost.language.limits import Limits
from cnncost.language.request import (
    check_settings,
    known_names,
    parse_request,
    setting_node,
    settings_given,
    shapes_given,
    written,
)
from cnncost.language.yaml.reader import parse
from cnncost.layers import STEP_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping as Settings

    from cnncost.graph.graph import Graph
    from cnncost.language.yaml.nodes import Node, Scalar

_OPERATIONS_PER_NODE = 15
"""How much the expressions of a spec may compute for every layer it may have..."""
_FEWEST_OPERATIONS = 300_000
"""... and at the least."""


def load(
    spec: str | Path,
    set: Settings[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Settings[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
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
    limits, given = limits_given(limits), settings_given(set)
    request = parse_request(path_given(spec))
    data, name, variant = library.find(request.spec, limits.bytes)
    twice = sorted(request.settings.keys() & given.keys())
    if twice:
        raise SpecError(f"`{spec}` sets `{twice[0]}`, and so does another setting")
    settings = {**request.settings, **given}
    return loads(data, name, set=settings, input=input, variant=request.variant or variant, limits=limits)


def loads(
    data: str | bytes,
    name: str = "<spec>",
    *,
    set: Settings[str, object] | None = None,  # noqa: A002
    input: Settings[str, object] | object | None = None,  # noqa: A002
    variant: str | None = None,
    limits: Limits | None = None,
) -> Graph:
    """The graph of a spec's text; `name` is what errors call the file. Otherwise as :func:`load`.

    >>> loads("input: [3, 32, 32]\\nnetwork: [{conv: {out: 8, kernel: 3}}]").nodes[-1].y.dims
    (8, 30, 30)
    """
    if not isinstance(data, str | bytes):
        raise wrong_type("the text of a spec", "a `str` or `bytes`", data)
    limits, given, shapes = limits_given(limits), settings_given(set), shapes_given(input)
    try:
        document = read_document(parse(data, name, limits), name)
        settings, asked, title = _variant(document, variant, name)
        overrides = {**settings, **{key: setting_node(key, value) for key, value in given.items()}}
        graph = _build(document, title, overrides, shapes, limits)
    except RecursionError:  # the limits on nesting leave room for a caller who is not deep in recursion himself
        raise SpecError(f"`{name}` nests too deep") from None
    variables = tuple((name, written(name, value)) for name, value in given.items())
    graph = graph._replace(variables=variables, year=asked.year or document.year)
    if given or input is not None:
        return graph  # what others say is of the spec as it stands
    return graph._replace(expect=asked.expect, published=asked.published)


def path_given(spec: object) -> str:
    """The argument `spec` of the Python API as a text.

    Raises:
        SpecError: it is something else than a path or a name.
    """
    if not is_path(spec):
        raise wrong_type("a spec", "a path or the name of a network", spec)
    return str(spec)


def limits_given(limits: object) -> Limits:
    """The argument `limits` of the Python API; the usual ones where there is none.

    Raises:
        SpecError: it is something else, or a limit is not a whole number.
    """
    if limits is None:
        return Limits()
    if not isinstance(limits, Limits):
        raise wrong_type("`limits`", "`Limits`", limits)
    return Limits(*[integer(f"the limit `{name}`", value) for name, value in limits._asdict().items()])


def _build(document: Document, title: str, overrides: dict[str, Node], given: object, limits: Limits) -> Graph:
    """The graph of a document with its settings and inputs."""
    check_settings(document, overrides)
    _refuse_layer_names(document)
    budget = Budget(max(_FEWEST_OPERATIONS, limits.nodes * _OPERATIONS_PER_NODE))
    environment = Environment(Globals(document.blocks, budget))
    define_variables(document, overrides, environment)
    builder = GraphBuilder(title, limits.nodes)
    lexicon, warnings = add_inputs(document, environment, builder, given)
    environment.lexicon = lexicon
    expansion = Expansion(document, environment, builder)
    try:
        graph = _expand(expansion, Scope(environment, lexicon))
        return graph._replace(warnings=(*warnings, *graph.warnings))
    except SpecError as error:
        if warnings:  # what is odd about the input may be why something does not fit it
            error.hint = "; ".join(filter(None, (error.hint, *warnings)))
        chain, line = expansion.chain()
        error.chain = (*chain, *error.chain)
        error.called_on = error.called_on or line
        raise


def _variant(document: Document, variant: str | None, file: str) -> tuple[dict[str, Node], Document | Variant, str]:
    """The settings of a variant, what is said of it, and its name; or those of the spec itself."""
    title = document.name or re.sub(r"\.ya?ml$", "", Path(file).name)
    if variant is None or variant == title:
        return {}, document, title
    chosen = document.variants.get(variant)
    if chosen is None:
        close = did_you_mean(variant, document.variants)
        hint = None if close else known_names("variants", document.variants)
        raise SpecError(f"`{file}` has no variant `{variant}`{close}", hint=hint)
    settings = {key.text: value for key, value in chosen.settings.entries} if chosen.settings else {}
    return settings, chosen, variant


def _refuse_layer_names(document: Document) -> None:
    for name, block in document.blocks.items():
        is_layer = name in STEP_TYPES or name in COMPOUNDS
        if is_layer or name in WORDS:
            what = "layer" if is_layer else "modifier"
            message = f"the block `{name}` has the name of a {what}"
            raise SpecError(message, block.signature.span, hint="choose another name")


def _expand(expansion: Expansion, scope: Scope) -> Graph:
    """Run the network's steps and find its outputs."""
    document, builder = expansion.document, expansion.builder
    start = (builder.inputs[0],) if len(builder.inputs) == 1 else ()
    steps = expansion.steps_of(document.network, "`network`")
    flow = expansion.run(steps, scope, start)
    if document.outputs is None:
        outputs = [end(builder, flow, document.network.span, "the network")] if steps else []
    else:
        outputs = _named(expansion, document.outputs, scope)
    if not outputs:
        raise _no_output(document)
    auxiliary = _named(expansion, document.auxiliary, scope)
    return builder.finish(outputs, auxiliary, source=document.source, warnings=tuple(document.unused()))


def _no_output(document: Document) -> SpecError:
    if document.outputs is None:
        return SpecError("the network has no steps", document.root.key("network").span)
    hint = "a `when` dropped every step that it names" if document.outputs else None
    return SpecError("`outputs` names no output", document.root.key("outputs").span, hint=hint)


def _named(expansion: Expansion, names: list[Scalar], scope: Scope) -> list[int]:
    """The outputs of those names, without the ones whose step a `when` dropped."""
    kept = [name for name in names if not scope.lexicon.was_dropped(name.text)]
    return [output for name in kept for output in expansion.references(name, scope)]
