"""What a step says of the network that it calls: which one, its variant, its variables."""

from __future__ import annotations

import re
from os.path import basename, exists, join, splitext
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language import library
from cnncost.language.expansion.arguments import Argument
from cnncost.language.request import chosen_variant, refuse_unless_variable
from cnncost.language.yaml.forms import is_empty, mapping, plain_text

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.language.document.document import Document
    from cnncost.language.expansion.nested.files import Networks
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expressions.values import Value
    from cnncost.language.library import Place
    from cnncost.language.yaml.nodes import Node

_SUFFIXES_OF_MODELS = (".onnx", ".cfg")
"""Of files that are models, and no specs."""


def read_network(networks: Networks, node: Node, environment: Environment) -> tuple[Place, str]:
    """The place of the network that `node` names, and the path of its file, which is read.

    Raises:
        SpecError: there is no such network, or it cannot be read.
    """
    try:
        place = _place(_name(node, environment), environment.globals.folder)
        return place, networks.read(place)
    except SpecError as error:
        raise _at(error, node.span) from None


def settings_of(
    document: Document, place: Place, node: Node | None, environment: Environment, span: Span
) -> tuple[str, dict[str, Node], dict[str, Value]]:
    """What a network is called, the settings of its variant, and what `set` says in the words of the caller.

    Raises:
        SpecError: no such variant, something that is no variable, or an expression without a value.
    """
    try:
        overrides, _, title = chosen_variant(document, place.variant)
    except SpecError as error:
        raise _at(error, span) from None
    values: dict[str, Value] = {}
    for key, value in () if node is None else mapping(node, "`set`").entries:
        refuse_unless_variable(document, key.text, key.span)
        alone = is_empty(value)
        argument = Argument(key.text, None if alone else value, key.span if alone else value.span)
        values[key.text] = argument.value(environment)
    return title, overrides, values


def _name(node: Node, environment: Environment) -> str:
    """What stands under `network`, or the text that a variable of that name holds."""
    text = plain_text(node, "`network`")
    value = environment.values.get(text, environment.globals.variables.get(text, text))
    if not isinstance(value, str):
        hint = "the name of a network as a value stands in quotes of its own: \"'resnet50'\""
        raise SpecError(f"`{text[:60]}` is a variable that holds no name of a network", hint=hint)
    return value


def _place(text: str, folder: str) -> Place:
    """Where the network of that name is, and its variant; a path is relative to the file that names it."""
    spec, at, variant = (text, "", "") if exists(join(folder, text)) else text.partition("@")
    if "=" in variant:
        written = ", ".join(setting.strip().replace("=", ": ", 1) for setting in variant.split(";"))
        hint = f"write `{{network: {spec}, set: {{{written}}}}}`"
        raise SpecError("the settings of a network in a network stand under `set`", hint=hint)
    if spec == "-":
        raise SpecError("a network in a network is not read from standard input", hint="name its file")
    if ":" in spec and not exists(join(folder, spec)):
        raise _no_spec(spec, "names something in Python")
    if spec.endswith(_SUFFIXES_OF_MODELS):
        raise _no_spec(spec, "is a model of another kind")
    place = library.find(spec, folder)
    return place._replace(variant=variant.strip()) if at else place


def _no_spec(model: str, what: str) -> SpecError:
    """The error for a model in place of a spec, which says how to make one of it."""
    name = model.rpartition(":")[2] if ":" in model else splitext(basename(model))[0]
    file = f"{re.sub(r'[^A-Za-z0-9_-]', '_', name[:40]) or 'model'}.yaml"
    hint = f"a spec imports nothing: `cnncost import {model[:80]} -o {file}` makes one, for `network: {file}`"
    return SpecError(f"a network in a network is a spec, and `{model[:80]}` {what}", hint=hint)


def _at(error: SpecError, span: Span) -> SpecError:
    """An error with the place in the caller's file, unless it has one."""
    error.origin = error.origin or span
    return error
