"""Names of steps: `stem`; inside of others, `down[0].conv`; with expressions in braces, `layer{index}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.document.signature import check_name

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.language.expansion.scopes.environment import Environment

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_PART = re.compile(r"(?P<dot>\.)?(?P<word>[A-Za-z_]\w*)|\[(?P<index>\d+)\]", re.ASCII)
_NUMBER_ALONE = re.compile(r"\[\d+\]", re.ASCII)
_INSERTED = re.compile(r"\w+", re.ASCII)
_HINT = "names are words, `stem`; `{}` holds an expression, `layer{index}`; `down[0].stem` lies in others"


def check_step_name(name: str, span: Span) -> str:
    """`name`, when a step may be called that.

    Raises:
        SpecError: it is neither a name, nor one with numbers, dots and expressions.
    """
    if not re.search(r"[\[.{]", name):
        return check_name(name, span, "step")
    _check(_EXPRESSION.sub("0", name), span)
    return name


def _check(name: str, span: Span) -> None:
    """Raise a SpecError unless a name without expressions is one: words and numbers, or a number alone."""
    if _NUMBER_ALONE.fullmatch(name):
        return
    position = 0
    while position < len(name):
        match = _PART.match(name, position)
        begins = position == 0
        if match is None or begins != (match["index"] is None and match["dot"] is None):
            raise SpecError(f"`{name[:60]}` cannot be the name of a step", span, hint=_HINT)
        if match["word"]:
            check_name(match["word"], span, "step")
        position = match.end()


def has_expressions(name: str | None) -> bool:
    """Whether a name is another one in every turn."""
    return name is not None and "{" in name


def name_of_turns(name: str) -> str:
    """What all turns together are called: what stands before the first expression.

    >>> name_of_turns("layer{index + 1}"), name_of_turns("block1_{index}")
    ('layer', 'block1_')
    """
    return name[: name.index("{")]


def evaluated(name: str, span: Span, environment: Environment) -> str:
    """The name with the values of its expressions.

    Raises:
        SpecError: one of them is not a whole number or a word, or the name is none then.
    """

    def value(match: re.Match[str]) -> str:
        here = span.part(match.start(1), match.end(1))
        found = environment.evaluate_text(match[1], here)
        text = str(found)
        if isinstance(found, bool) or not _INSERTED.fullmatch(text):
            raise SpecError("an expression in a name must be a whole number or a word", here)
        return text

    text = _EXPRESSION.sub(value, name)
    _check(text, span)
    return text
