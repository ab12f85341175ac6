"""Statements in lines of a width, broken as `ruff format` breaks them: at brackets, one item a line, with a comma."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.code.expressions import (
    Attribute,
    Call,
    Choice,
    Item,
    Operation,
    Series,
    Star,
    Turns,
    argument_text,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 120
INDENT = "    "


def statement(before: str, expression: Any, indent: str) -> list[str]:
    """`before` and an expression, in as many lines as it takes.

    >>> from cnncost.exporters.pytorch.code.expressions import Name
    >>> call = Call(Name("f"), tuple([("", Name(letter * 50)) for letter in "abc"]))
    >>> for line in statement("y = ", call, ""):
    ...     print(line)
    y = f(
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,
        cccccccccccccccccccccccccccccccccccccccccccccccccc,
    )
    """
    if fits(indent + before + text_of(expression)):
        return [indent + before + text_of(expression)]
    if isinstance(expression, Operation | Choice | Attribute | Item):
        return [f"{indent}{before}(", *_operands(expression, indent + INDENT), f"{indent})"]
    return _broken(before, expression, indent, "")


def fits(text: str) -> bool:
    """Whether a line is not too long."""
    return len(text) <= WIDTH


def _broken(before: str, expression: Any, indent: str, behind: str) -> list[str]:
    """An expression with its outermost brackets on lines of their own."""
    one_line = f"{indent}{before}{text_of(expression)}{behind}"
    if fits(one_line):
        return [one_line]
    match expression:
        case Star(items=items):
            return _broken(f"{before}*", items, indent, behind)
        case Turns(item=item, times=times, variable=variable):
            inside = [*_broken("", item, indent + INDENT, ""), f"{indent}{INDENT}for {variable} in range({times})"]
            return [f"{indent}{before}[", *inside, f"{indent}]{behind}"]
        case Call() if expression.arguments:
            return _broken_call(before, expression, indent, behind)
        case Series(brackets=brackets, items=items) if items:
            pairs = [("", item) for item in items]
            return _bracketed(before + brackets[0], pairs, indent, brackets[1] + behind)
    return [one_line]


def _broken_call(before: str, call: Call, indent: str, behind: str) -> list[str]:
    """A call at its own bracket; where that comes too late in the line, at the last one before it that does not."""
    whole = text_of(call)
    part: Any = call
    while isinstance(part, Attribute | Item | Call):
        rest = whole.removeprefix(text_of(part)) + behind
        if isinstance(part, Item) and fits(opening := f"{indent}{before}{text_of(part.base)}["):
            index = text_of(part).removeprefix(text_of(part.base))[1:-1]
            return [opening, f"{indent}{INDENT}{index}", f"{indent}]{rest}"]
        if isinstance(part, Call) and part.arguments and fits(f"{indent}{before}{text_of(part.function)}("):
            return _bracketed(f"{before}{text_of(part.function)}(", part.arguments, indent, f"){rest}")
        part = part.function if isinstance(part, Call) else part.base
    return _bracketed(f"{before}{text_of(call.function)}(", call.arguments, indent, f"){behind}")


def _bracketed(opening: str, arguments: Sequence[tuple[str, Any]], indent: str, closing: str) -> list[str]:
    lines = [f"{indent}{opening}"]
    one_line = indent + INDENT + ", ".join([argument_text(*argument) for argument in arguments])
    if fits(one_line) and not any(isinstance(argument, Call | Star) for _, argument in arguments):
        return [*lines, one_line, f"{indent}{closing}"]
    for name, argument in arguments:
        before = f"{name}=" if name else ""
        lines += _broken(before, argument, indent + INDENT, ",")
    return [*lines, f"{indent}{closing}"]


def _operands(expression: Any, indent: str) -> list[str]:
    """The operands of what binds least, each on a line that begins with its operator."""
    if isinstance(expression, Choice):
        one, condition, other = [text_of(part) for part in expression]
        return [f"{indent}{one}", f"{indent}if {condition}", f"{indent}else {other}"]
    if not isinstance(expression, Operation):
        return _broken("", expression, indent, "")
    operands: list[tuple[str, Any]] = []
    left: Any = expression
    level = "+-" if expression.operator in "+-" else "*/@%//"
    while isinstance(left, Operation) and left.operator in level:
        operands.append((f"{left.operator} ", left.right))
        left = left.left
    lines = _broken("", left, indent, "")
    for operator, operand in reversed(operands):
        text = argument_text("", operand)
        lines.append(f"{indent}{operator}{f'({text})' if isinstance(operand, Operation) else text}")
    return lines
