"""Plain scalars by the YAML 1.2 core schema, which is not PyYAML's.

PyYAML follows YAML 1.1, where `no` and `on` are booleans, `010` is eight, `1:30` ninety and `1e-5` a string.
"""

from __future__ import annotations

import re

from cnncost.language.expressions.values import LARGEST_INTEGER

PlainValue = int | float | bool | str | None

NULLS = ("", "~", "null", "Null", "NULL")
"""What stands for nothing."""

_WORDS: dict[str, PlainValue] = {
    **dict.fromkeys(NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER = re.compile(
    r"(?P<int>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)
_BASES = {"int": 10, "octal": 8, "hex": 16}
_LONGEST_NUMBER = 200  # characters; Python takes quadratic time to read an integer


def resolve(text: str) -> PlainValue:
    """The value of the plain scalar `text`; raises OverflowError when it is a number that is too large.

    >>> resolve("010"), resolve("0x10"), resolve("1e-5"), resolve("no"), resolve("~")
    (10, 16, 1e-05, 'no', None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    if len(text) > _LONGEST_NUMBER:
        raise OverflowError
    kind = match.lastgroup or ""
    digits = match[kind]
    number = float(digits) if kind == "float" else int(digits, _BASES[kind])
    if abs(number) > (LARGEST_INTEGER if kind != "float" else 1.7976931348623157e308):
        raise OverflowError
    return number
