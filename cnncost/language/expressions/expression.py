"""Expressions: safe arithmetic over the variables of a spec, never `eval`.

A string in a numeric field is an expression: numbers, names, `+ - * / // % **`, comparisons, `and or not`,
`a if c else b`, indexing, lists, and calls. It works as in Python where it can: integers are exact, `/` gives a float,
`//` floors, `round` rounds a half to the even neighbour, comparisons chain, `and` and `or` give the operand that
decides. Conditions are booleans or numbers, never lists or strings.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.grammar import Parser
from cnncost.language.expressions.tokens import FORBIDDEN, WORDS, Token, Unbalanced, tokenize
from cnncost.language.expressions.values import Budget, Fault, Opaque, Value, describe
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.errors import Span
    from cnncost.language.expressions.closures import Evaluate

RESERVED_WORDS = WORDS | FORBIDDEN.keys()
"""Words that cannot be names, since no expression could read them."""

_DEEPEST_CALL = 50
_LONGEST_SIZES = 100
_SIZES = re.compile(r"\s*\(?\s*(?!0x)[0-9]+(\s*[xX\u00d7,]\s*[0-9]+)+\s*,?\s*\)?\s*")
_CHARACTERS_PER_OPERATION = 16


class Namespace(Protocol):
    """Where names have values."""

    def lookup(self, name: str) -> Value:
        """The value of `name`; raises KeyError when it has none."""

    def names(self) -> Iterable[str]:
        """All names that have values, for a did-you-mean."""


class Expression:
    """A parsed expression. It knows no place, so one serves every place where the same text stands."""

    __slots__ = ("_evaluate", "cost", "names", "text")

    def __init__(self, text: str, evaluate: Evaluate, names: frozenset[str]) -> None:
        self.text = text
        self.names = names
        self.cost = 1 + len(text) // _CHARACTERS_PER_OPERATION
        """What an evaluation takes out of the budget, beside what it computes."""
        self._evaluate = evaluate

    def evaluate(self, namespace: Namespace, span: Span, budget: Budget | None = None, depth: int = 0) -> Value:
        """The value with the names of `namespace`; raises SpecError within `span`, where the text stands.

        `budget` limits the work of this expression, or of all that share it; `depth` counts calls around this one.
        """
        budget = budget or Budget()
        try:
            budget.spend(self.cost)
            return self._evaluate(Run(namespace, span, budget, depth))
        except Fault as fault:
            raise located(fault, self.text, span) from None
        except RecursionError:
            raise SpecError("functions and brackets nest too deep", span) from None


class Function(NamedTuple):
    """A one-line function of `vars`, `round_filters(c): make_divisible(c * width, 8)`."""

    name: str
    """What it is called by."""
    parameters: tuple[str, ...]
    """Names of its parameters, all positional."""
    body: Expression
    """The expression behind the colon."""
    span: Span
    """Where the body stands."""
    namespace: Namespace
    """What the body sees beside the parameters; not the function itself, so nothing recurses."""

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"


class Run:
    """One evaluation: where names are looked up, where the text stands, what work is left, how deep the calls are."""

    __slots__ = ("budget", "depth", "namespace", "span")

    def __init__(self, namespace: Namespace, span: Span, budget: Budget, depth: int) -> None:
        self.namespace = namespace
        self.span = span
        self.budget = budget
        self.depth = depth

    def unknown(self, name: str) -> Fault:
        """The fault of a name that has no value."""
        if name in BUILTINS:
            return Fault(f"`{name}` is a function", hint=f"call it as `{BUILTINS[name].signature}`")
        return Fault(f"unknown name `{name[:80]}`{did_you_mean(name, self.namespace.names())}")

    def call(self, name: Token, arguments: list[Value]) -> Value:
        """The value of the namespace's function `name` for these arguments."""
        try:
            function = self.namespace.lookup(name.text)
        except KeyError:
            guess = did_you_mean(name.text, [*BUILTINS, *self.namespace.names()])
            raise Fault(f"unknown function `{name.text[:80]}`{guess}", name.start, name.end) from None
        if not isinstance(function, Function):
            what = function.describe() if isinstance(function, Opaque) else f"`{name.text}` is {describe(function)}"
            raise Fault(f"{what}, not a function", name.start, name.end)
        if len(arguments) != len(function.parameters):
            message = f"`{function.name}` cannot take {len(arguments)} arguments"
            raise Fault(message, hint=f"it is called as `{function.signature}`")
        if self.depth >= _DEEPEST_CALL:
            raise Fault(f"calls nested more than {_DEEPEST_CALL} deep")
        self.budget.spend(1)
        namespace = _CallNamespace(dict(zip(function.parameters, arguments, strict=True)), function.namespace)
        try:
            return function.body.evaluate(namespace, function.span, self.budget, self.depth + 1)
        except SpecError as error:
            if not error.chain:
                error.called_on = self.span.line
            error.chain = (function.signature, *error.chain)
            raise


class _CallNamespace:
    """The parameters of a function, and behind them what its definition sees."""

    __slots__ = ("arguments", "outer")

    def __init__(self, arguments: dict[str, Value], outer: Namespace) -> None:
        self.arguments = arguments
        self.outer = outer

    def lookup(self, name: str) -> Value:
        if name in self.arguments:
            return self.arguments[name]
        return self.outer.lookup(name)

    def names(self) -> Iterable[str]:
        return [*self.arguments, *self.outer.names()]


def parse_expression(text: str, span: Span) -> Expression:
    """The expression `text`, which stands in `span`; raises SpecError.

    >>> from cnncost.errors import Source, Span
    >>> span = Span(Source("net.yaml", "4 * width"), 1, 1, 1, 10)
    >>> sorted(parse_expression("4 * width", span).names)
    ['width']
    """
    try:
        return _parse(text)
    except Fault as fault:
        raise located(fault, text, span) from None
    except RecursionError:
        raise SpecError("an expression nested too deep", span) from None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Expression:
    parser = Parser(text)
    evaluate = parser.parse()
    return Expression(text, evaluate, frozenset(parser.names))


def bracket_hint(text: str, span: Span | None = None) -> str | None:
    """The hint about commas for a `text` whose parentheses do not match; None when they do.

    For keys and names that turn out unknown: of `{out: min(a, b)}` YAML makes the entries `out: min(a` and `b)`. With
    the `span` of the text, the hint shows the call as it is written.

    >>> bracket_hint("b)")
    'a comma in `{}` or `[]` ends a value: quote the expression, "min(a, b)"'
    """
    try:
        tokenize(text)
    except Unbalanced as fault:
        return _comma_hint(fault, text, span) or _comma_hint(fault, text, None)
    except Fault:
        pass
    return None


def located(fault: Fault, text: str, span: Span) -> SpecError:
    """`fault` as a SpecError at its place within `span`, where the expression `text` stands."""
    hint = _comma_hint(fault, text, span) if isinstance(fault, Unbalanced) else _sizes_hint(text) or fault.hint
    return SpecError(fault.message, part_at_fault(fault, text, span), hint=hint)


def _sizes_hint(text: str) -> str | None:
    """The hint about lists for sizes as they are written elsewhere.

    >>> _sizes_hint("3x32x32"), _sizes_hint("(1, 7)")
    ('several sizes are a list: `[3, 32, 32]`', 'several sizes are a list: `[1, 7]`')
    """
    if len(text) > _LONGEST_SIZES or not _SIZES.fullmatch(text):
        return None
    return f"several sizes are a list: `[{', '.join(re.findall('[0-9]+', text))}]`"


def part_at_fault(fault: Fault, text: str, span: Span) -> Span:
    """The part of `span` that the fault is about; all of it when text and source differ, as they do by escapes."""
    quotes = span.end_column - span.column - len(text)  # a quoted text starts behind its quote
    if fault.start is None or fault.end is None or span.line != span.end_line or quotes not in (0, 2):
        return span
    shift = quotes // 2
    return span.part(fault.start + shift, max(fault.end, fault.start + 1) + shift)


def _comma_hint(fault: Unbalanced, text: str, span: Span | None) -> str | None:
    """What to do about a parenthesis that a comma has parted from its counterpart; nothing when it is quoted."""
    if fault.bracket not in "()":
        return None
    call = None
    if span is not None:
        line = span.source.line(span.line)
        if not {'"', "'"}.isdisjoint(line[max(0, span.column - 2) : span.column]):
            return None
        call = _call_around(line, part_at_fault(fault, text, span).column - 1)
        if call is None:
            return None
    return f'a comma in `{{}}` or `[]` ends a value: quote the expression, "{call or "min(a, b)"}"'


def _call_around(line: str, at: int) -> str | None:
    """The call in `line` that the parenthesis at index `at` belongs to, commas and all; None when it ends elsewhere."""
    step = 1 if line[at : at + 1] == "(" else -1
    depth, other = 0, at
    while 0 <= other < len(line):
        depth += (line[other] == "(") - (line[other] == ")")
        if depth == 0:
            break
        other += step
    else:
        return None
    first, last = min(at, other), max(at, other)
    while first > 0 and (line[first - 1].isalnum() or line[first - 1] == "_"):
        first -= 1
    return line[first : last + 1]
