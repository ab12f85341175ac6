"""A layer of the spec's own as its spec writes it, with the variables that it sees: enough to define it elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.language.document.definition import DEFINITION_KEYS
from cnncost.language.expressions.expression import Function
from cnncost.language.expressions.values import Opaque
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.language.yaml.scalars import resolve
from cnncost.layers.own import OwnText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.language.document.definition import Definition
    from cnncost.language.expansion.scopes.environment import Globals

_WORD = re.compile(r"[A-Za-z_]\w*")
_PLAIN = re.compile(r"[A-Za-z0-9_.(][A-Za-z0-9_ ()/<>=+*.%-]*")
_PLAIN_ON_A_LINE = re.compile(r"[A-Za-z0-9_.(][A-Za-z0-9_ ()\[\],/<>=+*.%-]*")


def text_of(definition: Definition, globals_: Globals) -> OwnText:
    """The definition with what it sees of the file's variables, which have their values of this network.

    A variable that holds a step is left out: no text says it.
    """
    said = [(key, getattr(definition, key)) for key in DEFINITION_KEYS]
    keys = tuple([(key, _text(part)) for key, part in said if part is not None])
    seen = _seen(" ".join([str(definition.signature), *[text for _, text in keys]]), globals_)
    variables = [_variable(name, globals_.variables[name]) for name in globals_.variables if name in seen]
    return OwnText(str(definition.signature), keys, tuple(filter(None, variables)))


def _text(part: Node | str) -> str:
    """What stands behind a key: an expression on a line of its own may have commas."""
    if isinstance(part, Scalar) and not part.quoted:
        return _scalar(part.text, _PLAIN_ON_A_LINE)
    return part if isinstance(part, str) else _flow(part)


def _seen(text: str, globals_: Globals) -> set[str]:
    """The variables that a text mentions, and those that they mention."""
    seen: set[str] = set()
    left = [text]
    while left:
        for name in _WORD.findall(left.pop()):
            if name in globals_.variables and name not in seen:
                seen.add(name)
                value = globals_.variables[name]
                left += [value.body.text] if isinstance(value, Function) else []
    return seen


def _variable(name: str, value: Any) -> tuple[str, str] | None:
    if isinstance(value, Function):
        return value.signature, _scalar(value.body.text, _PLAIN_ON_A_LINE)
    items = value if isinstance(value, list) else [value]
    return None if any(isinstance(item, Opaque) for item in items) else (name, _value(value))


def _value(value: Any) -> str:
    """A value as YAML."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return _quoted(f"'{value}'")
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _flow(node: Node) -> str:
    """A part of the YAML tree on one line."""
    if isinstance(node, MappingNode):
        return "{" + ", ".join(_entries(node)) + "}"
    if isinstance(node, Scalar):
        return _quoted(node.text) if node.quoted else _scalar(node.text)
    return f"[{', '.join(map(_flow, node.items))}]"


def _entries(node: MappingNode) -> Iterator[str]:
    for key, value in node.entries:
        is_alone = isinstance(value, Scalar) and not value.text and not value.quoted
        yield key.text if is_alone else f"{key.text}: {_flow(value)}"


def _scalar(text: str, plain: re.Pattern[str] = _PLAIN) -> str:
    """An expression, in quotes where YAML would end it early."""
    folded = " ".join(text.split())
    return folded if plain.fullmatch(folded) or not isinstance(resolve(folded), str) else _quoted(folded)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
