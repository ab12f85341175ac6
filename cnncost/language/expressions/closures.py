"""What a parsed expression becomes: closures that compute a value, one maker for each form of the grammar.

A fault gets the place of the smallest part that it arises in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnncost.language.expressions.arithmetic import BUILTINS, combine, compare, element
from cnncost.language.expressions.values import LARGEST_INTEGER, Fault, Value, checked_list, truth
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.language.expressions.expression import Run
    from cnncost.language.expressions.tokens import Token

    Evaluate = Callable[[Run], Value]


class Part(NamedTuple):
    """A part of the expression."""

    evaluate: Callable[[Any], Value]
    """Computes it: from a :class:`Run`, or from what the makers of another evaluation see."""
    start: int
    """Its first character in the text."""
    end: int
    """The character behind its last."""


def literal(token: Token) -> Value:
    """The value of a number, string or boolean token."""
    if token.kind == "string":
        return token.text[1:-1]
    if token.kind != "number":
        return token.kind == "true"
    if not token.text.isdigit():
        if (number := float(token.text)) == math.inf:
            raise Fault("the number is too large", token.start, token.end)
        return number
    if (integer := int(token.text)) > LARGEST_INTEGER:
        raise Fault("the integer is too large; integers go up to 10**30", token.start, token.end)
    return integer


def constant(value: Value, token: Token) -> Part:
    return Part(lambda _: value, token.start, token.end)


def named(token: Token) -> Part:
    name, start, end = token.text, token.start, token.end

    def evaluate(run: Run) -> Value:
        try:
            return run.namespace.lookup(name)
        except KeyError:
            raise run.unknown(name).at(start, end) from None
        except Fault as fault:  # a name that has a value elsewhere
            raise fault.at(start, end) from None

    return Part(evaluate, start, end)


def listed(items: list[Part], start: int, end: int) -> Part:
    parts = [item.evaluate for item in items]

    def evaluate(run: Run) -> Value:
        try:
            return checked_list([part(run) for part in parts], run.budget)
        except Fault as fault:
            raise fault.at(start, end) from None

    return Part(evaluate, start, end)


def choice(condition: Part, value: Part, otherwise: Part) -> Part:
    test, chosen, other = condition.evaluate, value.evaluate, otherwise.evaluate

    def evaluate(run: Run) -> Value:
        return chosen(run) if _truth(test(run), "if", condition) else other(run)

    return Part(evaluate, value.start, otherwise.end)


def _truth(value: Value, who: str, part: Part) -> bool:
    try:
        return truth(value, who)
    except Fault as fault:
        raise fault.at(part.start, part.end) from None


def negation(token: Token, operand: Part) -> Part:
    evaluate = operand.evaluate
    return Part(lambda run: not _truth(evaluate(run), "not", operand), token.start, operand.end)


def signed(token: Token, operand: Part) -> Part:
    """Plus or minus: 1 or -1 times the operand."""
    symbol, sign = token.kind, -1 if token.kind == "-" else 1
    evaluate_operand, start, end = operand.evaluate, token.start, operand.end

    def evaluate(run: Run) -> Value:
        value = evaluate_operand(run)
        if value.__class__ is int:
            return sign * value
        try:
            return combine("*", sign, value, run.budget, symbol)
        except Fault as fault:
            raise fault.at(start, end) from None

    return Part(evaluate, start, end)


def indexed(atom: Part, indices: list[tuple[Evaluate, int, int]], end: int) -> Part:
    evaluate_atom = atom.evaluate

    def evaluate(run: Run) -> Value:
        value = evaluate_atom(run)
        for index, start, stop in indices:
            try:
                value = element(value, index(run))
            except Fault as fault:
                raise fault.at(start, stop) from None
        return value

    return Part(evaluate, atom.start, end)


def called(name: Token, arguments: list[Evaluate], end: int) -> Part:
    builtin = BUILTINS.get(name.text)

    def evaluate(run: Run) -> Value:
        values = [argument(run) for argument in arguments]
        try:
            return builtin.call(values, run.budget) if builtin else run.call(name, values)
        except Fault as fault:
            raise fault.at(name.start, end) from None

    return Part(evaluate, name.start, end)


def logical(first: Part, rest: list[tuple[str, Part]]) -> Part:
    """`and` and `or` as Python has them: the operand that decides, and none behind it is computed."""
    symbol = rest[0][0]
    operands = [first, *(part for _, part in rest)]
    last = operands.pop().evaluate

    def evaluate(run: Run) -> Value:
        for operand in operands:
            value = operand.evaluate(run)
            if _truth(value, symbol, operand) == (symbol == "or"):
                return value
        return last(run)

    return Part(evaluate, first.start, rest[-1][1].end)


def compared(first: Part, rest: list[tuple[str, Part]]) -> Part:
    """A chain `a < b <= c`: every pair must hold, and nothing behind the first that fails is computed."""

    def evaluate(run: Run) -> Value:
        left = first.evaluate(run)
        for symbol, part in rest:
            right = part.evaluate(run)
            try:
                holds = compare(symbol, left, right, run.budget)
            except Fault as fault:
                raise fault.at(first.start, part.end) from None
            if not holds:
                return False
            left = right
        return True

    return Part(evaluate, first.start, rest[-1][1].end)


def combined(first: Part, rest: list[tuple[str, Part]]) -> Part:
    """Arithmetic from left to right."""
    steps = [(symbol, part.evaluate, part.end) for symbol, part in rest]
    evaluate_first, start = first.evaluate, first.start

    def evaluate(run: Run) -> Value:
        value = evaluate_first(run)
        for symbol, operand, end in steps:
            right = operand(run)
            try:
                value = combine(symbol, value, right, run.budget)
            except Fault as fault:
                raise fault.at(start, end) from None
        return value

    return Part(evaluate, first.start, rest[-1][1].end)
