"""Signatures: `bottleneck(width, stride=1)` as the key of a block or of a one-line function."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from cnncost.errors import Span, SpecError
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import RESERVED_WORDS
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.language.yaml.nodes import Scalar

RESERVED = frozenset({"channels", "spatial", "positions", "first", "last", "index", "input", "true", "false"})
"""Names that the language gives a meaning."""

MOST_PARAMETERS = 100
_LONGEST_NAME = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNATURE = re.compile(r"\s*([^\s(]+)\s*\((.*)\)\s*", re.DOTALL)


class Parameter(NamedTuple):
    """A parameter of a block or a function."""

    name: str
    """What it is called."""
    default: str | None
    """The text of its default expression, where it has one."""
    default_span: Span
    """Where that stands; the signature where there is none."""


class Signature(NamedTuple):
    """A name and its parameters, as written in a key."""

    name: str
    """The name."""
    parameters: tuple[Parameter, ...]
    """The parameters, in order."""
    span: Span
    """Where the key stands."""

    def __str__(self) -> str:
        shown = (
            parameter.name if parameter.default is None else f"{parameter.name}={parameter.default}"
            for parameter in self.parameters
        )
        return f"{self.name}({', '.join(shown)})"


def check_name(name: str, span: Span, what: str) -> str:
    """`name`, when something may be called that.

    Raises:
        SpecError: it is not an identifier, or it is a word of the language.
    """
    article = "an" if what == "input" else "a"
    if not _NAME.fullmatch(name):
        hint = "names are letters, digits and underscores, and do not start with a digit"
        raise SpecError(f"`{name[:60]}` cannot be the name of {article} {what}", span, hint=hint)
    if len(name) > _LONGEST_NAME:
        raise SpecError(f"the name of {article} {what} has at most {_LONGEST_NAME} characters, not {len(name)}", span)
    if name in RESERVED or name in RESERVED_WORDS:
        raise SpecError(
            f"`{name}` is a reserved word, not the name of {article} {what}", span, hint="choose another name"
        )
    if name in BUILTINS and what != "step":
        message = f"`{name}` is a function of the language, not the name of {article} {what}"
        raise SpecError(message, span, hint="choose another name")
    return name


def parse_signature(key: Scalar, what: str) -> Signature:
    """The signature in `key`; a bare name is one without parameters.

    Raises:
        SpecError: it is not `name(a, b=default)`, or a parameter is named twice.
    """
    if "(" not in key.text and ")" not in key.text:
        return Signature(check_name(key.text.strip(), key.span, what), (), key.span)
    match = _SIGNATURE.fullmatch(key.text)
    if match is None:
        hint = "write `name(a, b=1)`; inside `{}` in quotes, since a comma ends the key there"
        raise SpecError(f"`{key.text[:60]}` is not a valid signature", key.span, hint=hint)
    name = check_name(match[1], _inner(key, match.start(1), match.end(1)), what)
    parameters: list[Parameter] = []
    parts = _split(match[2], match.start(2))
    if len(parts) > MOST_PARAMETERS:
        raise SpecError(f"`{name}` has more than {MOST_PARAMETERS} parameters", key.span)
    for start, end in parts:
        parameter = _parameter(key, start, end)
        if any(parameter.name == other.name for other in parameters):
            raise SpecError(f"`{name}` names its parameter `{parameter.name}` twice", _inner(key, start, end))
        if parameter.default is None and parameters and parameters[-1].default is not None:
            hint = "parameters with defaults come last"
            raise SpecError(f"`{parameter.name}` needs a default", _inner(key, start, end), hint=hint)
        parameters.append(parameter)
    return Signature(name, tuple(parameters), key.span)


def _inner(key: Scalar, start: int, end: int) -> Span:
    quote = 1 if key.quoted else 0
    return key.span.part(start + quote, end + quote)


def _parameter(key: Scalar, start: int, end: int) -> Parameter:
    name, equals, default = key.text[start:end].partition("=")
    stripped = name.strip()
    begin = start + len(name) - len(name.lstrip())
    check_name(stripped, _inner(key, begin, begin + max(1, len(stripped))), "parameter")
    if not equals:
        return Parameter(stripped, None, key.span)
    begin = start + len(name) + 1 + len(default) - len(default.lstrip())
    return Parameter(stripped, default.strip(), _inner(key, begin, end))


def _split(text: str, offset: int) -> list[tuple[int, int]]:
    """Where the comma-separated parts of `text` start and end, commas inside brackets apart, blanks around them off."""
    if not text.strip():
        return []
    depth, commas = 0, [-1]
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            commas.append(position)
    parts = []
    for before, comma in pairwise([*commas, len(text)]):
        part = text[before + 1 : comma]
        start = offset + before + 1 + len(part) - len(part.lstrip())
        parts.append((start, start + len(part.strip())))
    return parts
