"""Expressions with numbers in place of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.tokens import tokenize

if TYPE_CHECKING:
    from cnncost.language.expressions.expression import Namespace
    from cnncost.language.expressions.values import Value


def substituted(text: str, namespace: Namespace) -> str:
    """An expression with values for its names; evaluated, it gives what the expression gives in the namespace.

    Names that stand for something else than a value, a function say, stay.
    """
    parts, end = [], 0
    for token in tokenize(text):
        if token.kind == "name" and token.text not in BUILTINS:
            parts += [text[end : token.start], _literal(namespace.lookup(token.text), token.text)]
            end = token.end
    return "".join([*parts, text[end:]])


def _literal(value: Value, name: str) -> str:
    """A value as expressions write it; its name, where they cannot."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join([_literal(item, name) for item in value])}]"
    if isinstance(value, str):
        return f"'{value}'"
    if not isinstance(value, int | float):
        return name
    return f"({value})" if value < 0 else str(value)
