"""What YAML's parsers say about a syntax error, in plain words and with a hint.

libyaml and PyYAML's own parser word the same fault differently, so a rule looks for what both say.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from cnncost.errors import Source, Span, SpecError
from cnncost.records import NamedTuple

_INDENTATION = "check the indentation: entries of one list or mapping start in the same column"
_QUOTE = "quote the whole value"
_BRACKETS = re.compile(r"""(?<![^\s,:\[{])(?:'[^']*'|"(?:\\.|[^"\\])*"|\#.*)|[\[\]{}]""")
"""Quoted text and comments, which hide brackets, and brackets."""


class _Rule(NamedTuple):
    """One kind of fault, in the parser's words and in ours."""

    said: str
    """A part of what the parser says."""
    message: str
    """What we say instead; `{char}` is the character at fault."""
    hint: str | None = None
    """What to do about it."""
    may_be_beside: bool = False
    """Whether it is the fault of a key that is to stand beside a step."""


_RULES = (
    _Rule(
        "mapping values are not allowed",
        "unexpected `:`",
        f"quote text that contains a colon, or {_INDENTATION}",
        may_be_beside=True,
    ),
    _Rule("sequence entries are not allowed", "a list cannot start here", "start it on a new line, or write `[a, b]`"),
    _Rule("mapping keys are not allowed", "a key cannot start here", _INDENTATION),
    _Rule("tab character", "a tab cannot indent", "indent with spaces"),
    _Rule("cannot start any token", "a value cannot start with `{char}`", _QUOTE),
    _Rule("'-' indicator", "expected another list item, `- `", _INDENTATION, may_be_beside=True),
    _Rule("block collection", "expected another list item, `- `", _INDENTATION, may_be_beside=True),
    _Rule("unknown escape", "unknown escape in a double-quoted string", "single quotes keep a backslash as it is"),
    _Rule("hex", "unfinished escape in a double-quoted string", "single quotes keep a backslash as it is"),
    _Rule("anchor", "`&` starts an anchor and needs a name", "quote the expression"),
    _Rule("alias", "`*` starts an alias and needs a name", "quote the expression"),
    _Rule("node content", "expected a value, found `{char}`"),
    _Rule("unexpected ':'", "unexpected `:`", "put a space behind a colon"),
    _Rule("expected ':'", "expected `:` after a key", _INDENTATION),
    _Rule("<document start>", "unexpected text after the end", "a file holds one mapping"),
    _Rule("incompatible", "YAML of an unknown version", "remove the `%YAML` line"),
    _Rule("directive", "unknown directive `%`", "a file needs none"),
    _Rule("block scalar", "`|` and `>` take nothing else on their line", _QUOTE),
    _Rule("tag", "tags are not part of the spec language", "remove it, or quote the value"),
)


def translate(error: Exception, source: Source) -> SpecError:
    """The syntax error that the YAML parser raised, as a SpecError at the same place of `source`."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return SpecError(f"not YAML: {error}".partition("\n")[0], Span(source, 1, 1, 1, 2))
    context, problem, mark = error.context or "", error.problem or "", error.problem_mark
    opened = _place(error.context_mark or mark, source)
    here, rest = _place(mark, source), source.line(mark.line + 1)[mark.column :]
    if "quoted scalar" in context and "unexpected" in problem:
        return SpecError("the quote is never closed", opened)
    if "flow" in context and (bracket := _bracket_above(here) if "node" in context else opened):
        return _flow_error(bracket, here, rest)
    if "block mapping" in context:
        return _mapping_error(here, mark.column)
    if "simple key" in context and (missing := _without_a_colon(opened)):
        return missing
    if rest.startswith("\t"):  # which only libyaml's "violates indentation" calls by its name
        problem = "tab character"
    return _by_rule(f"{context}; {problem}", here, rest)


def _by_rule(said: str, here: Span, rest: str) -> SpecError:
    """What the first rule that knows a part of what the parser said says of the text `rest`, which stands `here`."""
    for rule in _RULES:
        if rule.said in said:
            hint = _beside_a_step(here) if rule.may_be_beside else None
            return SpecError(rule.message.format(char=rest[:1] or "end of line"), here, hint=hint or rule.hint)
    return SpecError(f"not YAML: {said.partition('; ')[2]}", here)


def _without_a_colon(key: Span) -> SpecError | None:
    """A word on a line of its own where a key should stand, which the parser misses a line later."""
    word = key.source.line(key.line)[key.column - 1 :].partition(" #")[0].strip()
    if not re.fullmatch(r"\w[^:]*", word):
        return None
    span = key._replace(end_column=key.column + len(word))
    return SpecError(
        f"expected `:` after `{word[:80]}`", span, hint=_INDENTATION if " " in word else f"write `{word[:80]}:`"
    )


def _beside_a_step(here: Span) -> str | None:
    """The hint for a key that is to stand beside a step, or below another key, where the one of `here` does not."""
    line = here.source.line(here.line)
    below = re.match(r"\s+(\w+) *:", line)
    if below:
        step = re.fullmatch(r"\s*- +(\w+)\s*(#.*)?", here.source.line(here.line - 1))
        if step:
            return f"with `{below[1]}:` below it the step needs a colon of its own: `- {step[1]}:`"
    beside = re.match(r"\s*- +(\w+: *[^#:]*?) +(\w+) *:", line)
    if beside:
        return f"what stands beside a step stands below it, or in braces: `- {{{beside[1]}, {beside[2]}: ...}}`"
    above = here.source.line(here.line - 1).partition(" #")[0].strip() if here.line > 1 else ""
    return f"the line above it has no `:`: `{above}`" if re.fullmatch(r"\w[^:]{,60}", above) else None


def _place(mark: Any, source: Source) -> Span:
    """The one character at `mark`, of libyaml or PyYAML; at the end of the text, behind its last line."""
    line, column = mark.line + 1, mark.column + 1
    while line > 1 and column == 1 and not source.line(line).strip():
        line -= 1
        column = len(source.line(line)) + 1
    return Span(source, line, column, line, column + 1)


def _flow_error(opened: Span, here: Span, rest: str) -> SpecError:
    """A fault between the brackets of `{}` or `[]`."""
    bracket = opened.source.line(opened.line)[opened.column - 1 : opened.column]
    closing = "}" if bracket == "{" else "]"
    found = rest[:1]
    if not rest.strip() or _starts_outside(opened, here):
        return SpecError(f"`{bracket}` is never closed", opened)
    if found in "]}":
        return SpecError(f"`{bracket}` is closed by `{found}`", here)
    if found == "[":
        return SpecError(f"`[` inside `{bracket}{closing}` ends the value before it", here, hint=_quoted_index(here))
    hint = "quote text that contains a colon" if found == ":" else "quote the whole expression"
    return SpecError(f"expected `,` or `{closing}`", here, hint=hint)


def _starts_outside(opened: Span, here: Span) -> bool:
    """Whether the line of `here` can be no part of what the bracket holds that an earlier line opened.

    It begins a list item, or stands no further in than that earlier line.
    """
    line, before = here.source.line(here.line), here.source.line(opened.line)
    return here.line > opened.line and (_is_item(line) or _indentation(line) <= _indentation(before))


def _is_item(line: str) -> bool:
    return re.match(r"\s*-\s", line) is not None


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _bracket_above(here: Span) -> Span | None:
    """The last bracket that is not closed above the list item that begins the line of `here`, if one does."""
    stack: list[Span] = []
    if not _is_item(here.source.line(here.line)):
        return None
    for number in range(1, here.line):
        for token in _BRACKETS.finditer(here.source.line(number)):
            if token[0] in "[{":
                stack.append(Span(here.source, number, token.start() + 1, number, token.end() + 1))
            elif token[0] in "]}" and stack:
                stack.pop()
    return stack[-1] if stack else None


def _quoted_index(here: Span) -> str:
    """The hint to quote an indexing, with the expression as it should stand: "x[0]"."""
    line, at = here.source.line(here.line), here.column - 1
    end = line.find("]", at)
    start = at
    while start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_."):
        start -= 1
    example = line[start : end + 1] if start < at < end else "x[0]"
    return f'quote the expression: "{example}"'


def _mapping_error(here: Span, column: int) -> SpecError:
    """Something other than a key where a block mapping goes on."""
    before = here.source.line(here.line)[:column].rstrip()
    if before.endswith(("'", '"', "]", "}")):
        return SpecError(
            "unexpected text after a value", here, hint=_beside_a_step(here) or "quote the whole expression"
        )
    return SpecError("expected a key", here, hint=_INDENTATION)
