"""Expression text -> a closure that computes its value: precedence climbing over the tokens.

Runs of one precedence, `a + b - c`, become one closure with a loop, so only brackets and prefix operators nest, and
their depth is limited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.language.expressions.arithmetic import BUILTINS, COMPARISONS
from cnncost.language.expressions.closures import (
    Part,
    called,
    choice,
    combined,
    compared,
    constant,
    indexed,
    listed,
    literal,
    logical,
    named,
    negation,
    signed,
)
from cnncost.language.expressions.tokens import Token, tokenize
from cnncost.language.expressions.values import Fault

if TYPE_CHECKING:
    from cnncost.language.expressions.closures import Evaluate

_DEEPEST = 50
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _POWER = range(1, 8)
_PRECEDENCE = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(COMPARISONS, _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//", "%"), _PRODUCT),
    "**": _POWER,
}


class Parser:
    """Parses one expression; `names` collects the identifiers that it reads.

    What each form of the grammar becomes is an attribute: one who evaluates expressions otherwise replaces them.
    """

    constant = staticmethod(constant)
    named = staticmethod(named)
    listed = staticmethod(listed)
    choice = staticmethod(choice)
    negation = staticmethod(negation)
    signed = staticmethod(signed)
    indexed = staticmethod(indexed)
    called = staticmethod(called)
    logical = staticmethod(logical)
    compared = staticmethod(compared)
    combined = staticmethod(combined)

    def __init__(self, text: str) -> None:
        self.tokens = self.words(text)
        self.position = 0
        self.depth = 0
        self.names: set[str] = set()

    def parse(self) -> Evaluate:
        """The whole text as one expression; raises Fault."""
        if self.token.kind == "end":
            raise Fault("an expression is missing")
        whole = self.expression()
        if self.token.kind != "end":
            raise self.unexpected("an operator")
        return whole.evaluate

    def words(self, text: str) -> list[Token]:
        """The words of the text, the last of kind `end`; raises Fault."""
        return tokenize(text)

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, kind: str) -> bool:
        """Whether the next token is of this kind, and then past it."""
        found = self.token.kind == kind
        self.position += found
        return found

    def expect(self, kind: str, wanted: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected(wanted)
        return self.advance()

    def unexpected(self, wanted: str) -> Fault:
        token = self.token
        found = f"found `{token.text[:40]}`" if token.kind != "end" else "but the expression ends"
        return Fault(f"expected {wanted}, {found}", token.start, token.end)

    def nest(self) -> None:
        """One level deeper; whoever calls it comes up again by `self.depth -= 1`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Fault(f"an expression nested more than {_DEEPEST} deep", self.token.start, self.token.end)

    def expression(self) -> Part:
        """`a if condition else b`, or anything that binds closer."""
        self.nest()
        value = self.binary(_OR)
        if self.accept("if"):
            condition = self.binary(_OR)
            self.expect("else", "`else`")
            value = self.choice(condition, value, self.expression())
        self.depth -= 1
        return value

    def binary(self, lowest: int) -> Part:
        """Operators that bind at least as close as `lowest`."""
        left = self.prefix(lowest)
        while (precedence := _PRECEDENCE.get(self.token.kind, 0)) >= lowest:
            if precedence == _POWER:  # from right to left, and closer than a minus before it but not after it
                self.advance()
                self.nest()
                left = self.combined(left, [("**", self.binary(_POWER))])
                self.depth -= 1
                continue
            rest = []
            while _PRECEDENCE.get(self.token.kind) == precedence:
                rest.append((self.advance().kind, self.binary(precedence + 1)))
            left = self.run(precedence, left, rest)
        return left

    def run(self, precedence: int, first: Part, rest: list[tuple[str, Part]]) -> Part:
        """Operators of one precedence, one after the other."""
        if precedence in (_OR, _AND):
            return self.logical(first, rest)
        return self.compared(first, rest) if precedence == _COMPARISON else self.combined(first, rest)

    def prefix(self, lowest: int) -> Part:
        """`not`, plus and minus, or an operand."""
        token = self.token
        if token.kind == "not" and lowest <= _NOT:
            operand_precedence = _NOT
        elif token.kind in ("+", "-"):
            operand_precedence = _POWER
        else:
            return self.operand()
        self.advance()
        self.nest()
        operand = self.binary(operand_precedence)
        self.depth -= 1
        return self.negation(token, operand) if token.kind == "not" else self.signed(token, operand)

    def operand(self) -> Part:
        """An atom and the indices behind it."""
        atom = self.atom()
        indices = []
        while self.accept("["):
            index = self.expression()
            indices.append((index.evaluate, index.start, index.end))
            self.expect("]", "`]`")
        if self.token.kind == "(":
            raise Fault("only a name can be called", self.token.start, self.token.end)
        if not indices:
            return atom
        return self.indexed(atom, indices, self.tokens[self.position - 1].end)

    def atom(self) -> Part:
        """A number, string, name, call, list, or an expression in parentheses."""
        token = self.token
        if token.kind == "name":
            self.advance()
            return self.call(token) if self.token.kind == "(" else self.name(token)
        if token.kind == "(":
            self.advance()
            inner = self.expression()
            return Part(inner.evaluate, token.start, self.expect(")", "`)`").end)
        if token.kind == "[":
            self.advance()
            items = self.items("]")
            return self.listed(items, token.start, self.tokens[self.position - 1].end)
        if token.kind not in ("number", "string", "true", "false"):
            raise self.unexpected("a value")
        self.advance()
        return self.constant(literal(token), token)

    def items(self, closing: str) -> list[Part]:
        """Expressions and commas up to the closing bracket; a comma may stand behind the last."""
        items: list[Part] = []
        while not self.accept(closing):
            items.append(self.expression())
            if not self.accept(","):
                self.expect(closing, f"`,` or `{closing}`")
                break
        return items

    def name(self, token: Token) -> Part:
        self.names.add(token.text)
        return self.named(token)

    def call(self, name: Token) -> Part:
        """`name(arguments)`: of a function of the language, or else one of the spec."""
        self.advance()
        arguments = self.items(")")
        end = self.tokens[self.position - 1].end
        builtin = BUILTINS.get(name.text)
        if builtin is None:
            self.names.add(name.text)
        elif not builtin.fewest <= len(arguments) <= builtin.most:
            message = f"`{name.text}` cannot take {len(arguments)} arguments"
            raise Fault(message, name.start, end, hint=f"it is called as `{builtin.signature}`")
        return self.called(name, [argument.evaluate for argument in arguments], end)
