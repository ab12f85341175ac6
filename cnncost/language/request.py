"""Settings: what a user lays over a spec, behind an `@`, by `--set`, or from Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os.path import exists  # Path.exists raises for a name that is too long
from pathlib import PurePath
from typing import TYPE_CHECKING

from cnncost.arguments import plain, text, wrong_type
from cnncost.errors import DescribedOrigin, Source, Span, SpecError, did_you_mean
from cnncost.language.expressions.values import LARGEST_INTEGER
from cnncost.language.yaml.nodes import Node, Scalar
from cnncost.language.yaml.reader import parse
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from cnncost.errors import Origin
    from cnncost.language.document.document import Document, Variant


_OPTION = "--set "
_ANOTHER = re.compile(r"[,;\s]\s*(?=[A-Za-z_]\w*\s*=(?!=))")
"""What parts two settings: a comma, say, before a name and `=`, which stands in no expression."""


_RUN = ("batch", "dtype", "amp", "mode", "optimizer", "device")
"""What may be said of how a network runs, where several are compared."""


class Request(NamedTuple):
    """What a user asked for."""

    spec: str
    """The spec's path or name, or ``-``."""
    variant: str | None
    """The variant of it, where one is named."""
    settings: dict[str, str]
    """Its variables that are set, as expressions."""


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


def run_behind(text: str) -> tuple[str, dict[str, str]]:
    """What a network is asked for with, less how it runs: ``batch``, ``dtype``, ``amp``, ``mode`` and others.

    Raises:
        SpecError: one of them is said twice.

    >>> run_behind("resnet50@classes=10;batch=8;amp=bf16")
    ('resnet50@classes=10', {'batch': '8', 'amp': 'bf16'})
    """
    spec, at, rest = text.partition("@")
    if not at or exists(text):
        return text, {}
    run: dict[str, str] = {}
    others = []
    for part in rest.split(";"):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or name not in _RUN:
            others.append(part)
        elif name in run:
            raise SpecError(f"`{text}` sets `{name}` twice")
        else:
            run[name] = value
    return spec + "@" * any(others) + ";".join(others), run


def settings_given(settings: object) -> dict[str, object]:
    """What the argument `set` of the Python API says, in Python's own values.

    Raises:
        SpecError: it is not a mapping of names to values.

    >>> settings_given({"classes": 10})
    {'classes': 10}
    """
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise wrong_type("`set`", 'a mapping of variables to values, such as `{"classes": 10}`', settings)
    return {text("a variable in `set`", name, "a name"): plain(value) for name, value in settings.items()}


def shapes_given(shapes: object) -> object:
    """What the argument `input` of the Python API says, in Python's own values: nothing, a shape, or shapes by name.

    Raises:
        SpecError: the name of an input is not a text.

    >>> shapes_given((3, 32, 32)), shapes_given({"image": (3, 32, 32)})
    ([3, 32, 32], {'image': [3, 32, 32]})
    """
    if isinstance(shapes, Mapping):
        return {text("the name of an input", name, "a text"): plain(shape) for name, shape in shapes.items()}
    return plain(shapes)


def setting_nodes(request: Request, given: Mapping[str, object]) -> dict[str, Node]:
    """What a request sets behind its ``@``, and what is set besides."""
    behind = {name: setting_node(name, value, f"{request.spec}@{name}") for name, value in request.settings.items()}
    return {**behind, **{name: setting_node(name, value) for name, value in given.items()}}


def setting_node(name: str, value: object, place: str | None = None) -> Node:
    """A setting from outside as a node, with a source of its own to point into, called by the place that it stands in.

    Without a place it is that of an option.
    """
    expression = written(name, plain(value))
    source = Source(place or f"{_OPTION}{name}", expression)
    span = Span(source, 1, 1, 1, len(expression) + 1)
    _refuse_several(name, expression, span)
    if expression.lstrip().startswith("{"):
        return parse(expression, source.name)
    return Scalar(expression, False, span)


def _refuse_several(name: str, text: str, span: Span) -> None:
    """Raise a SpecError for `1,b=2` as a value of `a`."""
    start = _ANOTHER.search(text)
    if start is None:
        return
    settings = [part.strip() for part in _ANOTHER.split(f"{name}={text}")]
    options, behind = " ".join(f"--set {setting}" for setting in settings), ";".join(settings)
    message = f"one setting sets one variable, and `{name}` is followed by another"
    raise SpecError(message, span.part(start.end(), len(text)), hint=f"write `{options}`, or behind an `@` `{behind}`")


def written(name: str, value: object) -> str:
    """A Python value, that of the setting `name`, as the language writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise SpecError(f"the setting `{name}` is too large; integers go up to 10**30")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(name, item) for item in value) + "]"
    if not isinstance(value, (str, int, float)):
        raise SpecError(f"the setting `{name}` must be a number, a list or an expression")
    return str(value)


def check_settings(document: Document, overrides: Mapping[str, Node]) -> None:
    """Refuse a setting of something that is not a variable, in any variant too."""
    variants = [variant.settings.entries for variant in document.variants.values() if variant.settings]
    settings = [(key.text, key.span) for entries in variants for key, _ in entries]
    for name, origin in [*settings, *((name, _place_of(node)) for name, node in overrides.items())]:
        refuse_unless_variable(document, name, origin)


def _place_of(setting: Node) -> Origin | None:
    """Where the name of a setting stands: behind the network's, or in an option, which nobody looks for."""
    place = setting.span.source.name
    return None if place.startswith(_OPTION) else DescribedOrigin(place)


def refuse_unless_variable(document: Document, name: str, origin: Origin | None) -> None:
    """Raise a SpecError for a setting of something that is not a variable."""
    if name not in document.variables:
        close = did_you_mean(name, document.variables)
        hint = None if close else known_names("variables", document.variables)
        raise SpecError(f"there is no variable `{name}` to set{close}", origin, hint=hint)
    if document.variables[name].is_function:
        raise SpecError(f"`{name}` is a function, and only variables can be set", origin)


def chosen_variant(document: Document, variant: str | None) -> tuple[dict[str, Node], Document | Variant, str]:
    """The settings of a variant, what is said of it, and its name; or those of the spec itself.

    Raises:
        SpecError: there is no such variant.
    """
    title = document.name or re.sub(r"\.ya?ml$", "", PurePath(document.file).name)
    if variant is None or variant == title:
        return {}, document, title
    chosen = document.variants.get(variant)
    if chosen is None:
        close = did_you_mean(variant, document.variants)
        hint = None if close else known_names("variants", document.variants)
        raise SpecError(f"`{document.file}` has no variant `{variant}`{close}", hint=hint)
    settings = {key.text: value for key, value in chosen.settings.entries} if chosen.settings else {}
    return settings, chosen, variant


def known_names(what: str, names: Collection[str]) -> str:
    return f"its {what} are {', '.join(names)}" if names else f"it has no {what}"
