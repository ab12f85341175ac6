"""From what a user names to a graph: a path, a shipped architecture, standard input, each with settings behind `@`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os.path import exists
from typing import TYPE_CHECKING

from cnncost.arguments import integer, is_path, wrong_type
from cnncost.errors import SpecError
from cnncost.graph.builder import GraphBuilder
from cnncost.language import library
from cnncost.language.document.reading import document_of
from cnncost.language.expansion.expand import Expansion
from cnncost.language.expansion.nested.files import Networks
from cnncost.language.expansion.outputs import run_network
from cnncost.language.expansion.scopes.environment import Environment, Globals
from cnncost.language.expansion.scopes.inputs import add_inputs
from cnncost.language.expansion.scopes.scope import Scope
from cnncost.language.expansion.scopes.variables import define_variables
from cnncost.language.expressions.values import Budget
from cnncost.language.limits import Limits
from cnncost.language.request import (
    Request,
    check_settings,
    chosen_variant,
    parse_request,
    setting_nodes,
    settings_given,
    shapes_given,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping as Settings
    from collections.abc import Sequence
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.document.document import Document
    from cnncost.language.expansion.scopes.variables import Element
    from cnncost.language.expressions.values import Value
    from cnncost.language.yaml.nodes import Node

_TEXT = re.compile(r"\s*(\{|#|\w+:\s)|[^@]*\n")
"""How the text of a spec begins, and no path or name, behind which settings may go on for several lines."""
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
    place = library.find(request.spec)
    data = library.read(place, limits.bytes)
    twice = sorted(request.settings.keys() & given.keys())
    if twice:
        raise SpecError(f"`{spec}` sets `{twice[0]}`, and so does another setting")
    request = request._replace(variant=request.variant or place.variant)
    return _graph(data, place.name, request, given, shapes=input, limits=limits, path=place.path)


def loads(
    data: str | bytes,
    name: str = "<spec>",
    *,
    set: Settings[str, object] | None = None,  # noqa: A002
    input: Settings[str, object] | object | None = None,  # noqa: A002
    variant: str | None = None,
    limits: Limits | None = None,
    path: Path | None = None,
) -> Graph:
    """The graph of a spec's text; otherwise as :func:`load`.

    Args:
        data: the text.
        name: what errors call the file.
        set: variables to override.
        input: another input shape, or a mapping of input name to shape.
        variant: the variant to load.
        limits: how large the file and the network may be.
        path: the file, where it is one: paths in it are relative to where that lies, or else to the current directory.

    >>> loads("input: [3, 32, 32]\\nnetwork: [{conv: {out: 8, kernel: 3}}]").nodes[-1].y.dims
    (8, 30, 30)
    """
    if not isinstance(data, str | bytes):
        raise wrong_type("the text of a spec", "a `str` or `bytes`", data)
    request, given = Request(name, variant, {}), settings_given(set)
    return _graph(data, name, request, given, shapes=input, limits=limits_given(limits), path=path)


def _graph(
    data: str | bytes,
    name: str,
    request: Request,
    given: Settings[str, object],
    *,
    shapes: object,
    limits: Limits,
    path: Path | None,
) -> Graph:
    """The graph of a text, with what is asked of it behind an ``@`` and besides."""
    inputs = shapes_given(shapes)
    try:
        document = document_of(data, name, limits)
        networks = Networks(limits, len(data), path)
        settings, asked, title = chosen_variant(document, request.variant)
        graph = build(document, title, {**settings, **setting_nodes(request, given)}, inputs, networks)
    except RecursionError:  # the limits on nesting leave room for a caller who is not deep in recursion himself
        raise SpecError(f"`{name}` nests too deep") from None
    every = {**request.settings, **given}
    variables = tuple((name, written(name, value)) for name, value in every.items())
    graph = graph._replace(variables=variables, year=asked.year or document.year)
    if every or shapes is not None:
        return graph  # what others say is of the spec as it stands
    return graph._replace(expect=asked.expect, budget=asked.budget, published=asked.published)


def path_given(spec: object) -> str:
    """The argument `spec` of the Python API as a text.

    Raises:
        SpecError: it is something else than a path or a name, such as the text of a spec.
    """
    if not is_path(spec):
        raise wrong_type("a spec", "a path or the name of a network", spec, hint_for_data(spec))
    given = str(spec)
    if _TEXT.match(given) and not exists(given):
        hint = "`-` reads it from standard input; in Python, `cnncost.load_text` loads it"
        raise SpecError("this is the text of a spec, and not its path or name", hint=hint)
    return given


def hint_for_data(spec: object) -> str | None:
    """What to do with a spec that is a mapping, and not in a file."""
    return "`cnncost.load_text(json.dumps(spec))` loads a mapping" if isinstance(spec, Mapping) else None


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


def build(
    document: Document,
    title: str,
    overrides: Settings[str, Node],
    given: object,
    networks: Networks,
    *,
    values: Settings[str, Value] | None = None,
    elements: Settings[str, Sequence[Element]] | None = None,
) -> Graph:
    """The graph of a document with its settings and inputs.

    Args:
        document: the spec.
        title: the network's name.
        overrides: settings, as they are written.
        given: other input shapes.
        networks: the files that it is made of.
        values: settings that are values already.
        elements: what takes the place of elements of variables that are lists.

    Raises:
        SpecError: a spec that does not hold with them.
    """
    check_settings(document, overrides)
    most = networks.limits.nodes
    budget = Budget(max(_FEWEST_OPERATIONS, most * _OPERATIONS_PER_NODE))
    environment = Environment(Globals(document.blocks, document.layers, budget, networks.folder))
    define_variables(document, overrides, environment, values or {}, elements or {})
    builder = GraphBuilder(title, most)
    lexicon, warnings = add_inputs(document, environment, builder, given)
    environment.lexicon = lexicon
    expansion = Expansion(document, builder, networks)
    try:
        graph = _expand(expansion, Scope(environment, lexicon))
        return graph._replace(warnings=(*warnings, *graph.warnings))
    except SpecError as error:
        if warnings:  # what is odd about the input may be why something does not fit it
            error.hint = "; ".join(filter(None, (error.hint, *warnings)))
        chain, line = expansion.calls.chain()
        error.chain = (*chain, *error.chain)
        error.called_on = error.called_on or line
        raise


def _expand(expansion: Expansion, scope: Scope) -> Graph:
    """Run the network's steps and find its outputs."""
    document, builder = expansion.document, expansion.builder
    outputs, auxiliary = run_network(expansion, document, scope, tuple(builder.inputs))
    return builder.finish(outputs, auxiliary, source=document.source, warnings=tuple(document.unused()))
