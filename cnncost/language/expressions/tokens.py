"""The words of an expression, and what is wrong with a text that has others."""

from __future__ import annotations

import re

from cnncost.language.expressions.values import Fault
from cnncost.records import NamedTuple

LONGEST_EXPRESSION = 2_000

WORDS = frozenset(("and", "or", "not", "if", "else", "true", "false"))
"""The words of the language, which name nothing else."""

FORBIDDEN = {
    "for": "there are no comprehensions",
    "in": "compare with `==`",
    "is": "equality is `==`",
    "lambda": "functions are defined in `vars`",
    "True": "write `true`",
    "False": "write `false`",
}
"""Words of Python that the language does not have, each with a hint; they name nothing either."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number> (?:[0-9]+\.?[0-9]*|\.[0-9]+) (?:[eE][-+]?[0-9]+)? ) (?![A-Za-z0-9_.])
    | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<string> '[^']*' | "[^"]*" )
    | (?P<operator> \*\* | // | == | != | <= | >= | [-+*/%<>()\[\],] )
    | (?P<end> \Z )
    | (?P<fault> [0-9][A-Za-z0-9_.]* | \.[A-Za-z_][A-Za-z0-9_]* | && | \|\| | . )
    )""",
    re.VERBOSE | re.DOTALL,
)
_HINTS = {
    "=": "equality is `==`",
    "!": "write `not`",
    "&": "write `and`",
    "&&": "write `and`",
    "|": "write `or`",
    "||": "write `or`",
    "^": "the power is `**`",
    "?": "write `a if condition else b`",
    ":": "there are no slices and no named arguments",
}
_CLOSED_BY = {"(": ")", "[": "]"}


class Token(NamedTuple):
    """A word of an expression."""

    kind: str
    """`number`, `name`, `string`, `end`, or the word itself."""
    text: str
    """As it is written."""
    start: int
    """Its first character in the expression."""
    end: int
    """The character behind its last."""


class Unbalanced(Fault):
    """A bracket without its counterpart, which is often a comma's fault."""

    def __init__(self, what: str, token: Token) -> None:
        super().__init__(f"unbalanced parentheses: {what}", token.start, token.end)
        self.bracket = token.kind


def tokenize(text: str) -> list[Token]:
    """The words of `text`, the last of kind `end`; raises Fault.

    >>> [token.text for token in tokenize("4*width")]
    ['4', '*', 'width', '']
    """
    if len(text) > LONGEST_EXPRESSION:
        raise Fault(f"an expression of more than {LONGEST_EXPRESSION:,} characters")
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, position)
        assert match is not None  # the pattern ends in any character
        kind, position = match.lastgroup or "", match.end()
        word, start = match[kind], match.start(kind)
        if kind == "fault":
            raise _fault(word, start, position)
        if word in FORBIDDEN:
            raise Fault(f"`{word}` is not part of an expression", start, position, hint=FORBIDDEN[word])
        tokens.append(Token(word if kind == "operator" or word in WORDS else kind, word, start, position))
    _check_brackets(tokens)
    return tokens


def _fault(word: str, start: int, end: int) -> Fault:
    """What is wrong with `word`, which is not of the language."""
    shown = word[:40]
    if word in ("'", '"'):
        return Fault(f"the quote {word} is never closed", start, end)
    if word[0].isdigit():
        return Fault(f"`{shown}` is neither a number nor a name", start, end, hint="a product needs `*`")
    if word[0] == "." and len(word) > 1:
        return Fault(f"`{shown}` is an attribute, and values have none", start, end)
    return Fault(f"unexpected character `{shown}`", start, end, hint=_HINTS.get(word))


def _check_brackets(tokens: list[Token]) -> None:
    """Raise Unbalanced at the first bracket without a counterpart."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind in _CLOSED_BY:
            opened.append(token)
        elif token.kind in (")", "]"):
            if not opened:
                raise Unbalanced(f"`{token.kind}` was never opened", token)
            bracket = opened.pop()
            if _CLOSED_BY[bracket.kind] != token.kind:
                raise Unbalanced(f"`{bracket.kind}` is closed by `{token.kind}`", token)
    if opened:
        raise Unbalanced(f"`{opened[0].kind}` is never closed", opened[0])
