"""Python expressions as data, and the text of each in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PRECEDENCE = {"**": 5, "-x": 4, "*": 3, "/": 3, "//": 3, "%": 3, "@": 3, "+": 2, "-": 2}
_ATOM, _SUM, _CHOICE, _LOWEST = 6, 2, 1, 0


class Literal(NamedTuple):
    """A number, a text, a truth value, `None`, or a tuple of these."""

    value: Any


class Name(NamedTuple):
    """A variable, a module or a class."""

    text: str


class Attribute(NamedTuple):
    """`base.name`."""

    base: Any
    name: str


class Call(NamedTuple):
    """`function(arguments)`."""

    function: Any
    arguments: tuple[tuple[str, Any], ...]
    """Each with its name, which is empty for one that is given by position."""


class Item(NamedTuple):
    """`base[index]`."""

    base: Any
    index: Any


class Slice(NamedTuple):
    """`start:stop:step` in an index."""

    start: Any
    stop: Any
    step: Any


class Series(NamedTuple):
    """A list or a tuple, by its brackets."""

    brackets: str
    items: tuple[Any, ...]


class Star(NamedTuple):
    """`*items` among arguments."""

    items: Any


class Operation(NamedTuple):
    """Two operands, and what is done to them."""

    operator: str
    left: Any
    right: Any


class Negative(NamedTuple):
    """`-operand`."""

    operand: Any


class Choice(NamedTuple):
    """`one if condition else other`."""

    one: Any
    condition: Any
    other: Any


class Turns(NamedTuple):
    """`[item for variable in range(times)]`."""

    item: Any
    times: int
    variable: str


_COMPOUND = (Attribute, Call, Item, Slice, Series, Star, Operation, Negative, Choice, Turns)


def children(expression: Any) -> Iterator[Any]:
    """The expressions that one is directly made of, in the order of its text.

    >>> [text_of(child) for child in children(Operation("+", Name("x"), Literal(1)))]
    ['x', '1']
    """
    found: list[Any] = []
    rebuilt(expression, found.append)
    yield from found


def rebuilt(expression: Any, change: Callable[[Any], Any]) -> Any:
    """The expression with `change` made to what it is directly made of."""
    if not isinstance(expression, _COMPOUND):
        return expression
    return type(expression)(*[_changed(field, change) for field in expression])


def _changed(field: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(field, str | int):
        return field
    if type(field) is tuple:
        return tuple([_changed(part, change) for part in field])
    return change(field)


def text_of(expression: Any) -> str:
    """The expression in one line, as a formatter would leave it.

    >>> x = Name("x")
    >>> text_of(Operation("*", Operation("+", x, Literal(1)), Call(Attribute(x, "mean"), (("", Literal((1, -1))),))))
    '(x + 1) * x.mean((1, -1))'
    """
    return _text(expression, _LOWEST)


def _text(expression: Any, around: int) -> str:
    """The text, in parentheses where what stands around binds more tightly."""
    if isinstance(expression, Choice):
        one, condition, other = expression
        own = _CHOICE
        text = f"{_text(one, own + 1)} if {_text(condition, own + 1)} else {_text(other, own)}"
    elif isinstance(expression, Operation):
        own = _PRECEDENCE[expression.operator]
        text = f"{_text(expression.left, own)} {expression.operator} {_text(expression.right, own + 1)}"
    elif isinstance(expression, Negative):
        own = _PRECEDENCE["-x"]
        text = f"-{_text(expression.operand, own)}"
    else:
        return _ATOMS[type(expression)](expression)
    return f"({text})" if own < around else text


def _call_text(call: Call) -> str:
    return f"{_text(call.function, _ATOM)}({', '.join([argument_text(*argument) for argument in call.arguments])})"


def _series_text(series: Series) -> str:
    inside = ", ".join([text_of(item) for item in series.items])
    comma = "," if series.brackets == "()" and len(series.items) == 1 else ""
    return f"{series.brackets[0]}{inside}{comma}{series.brackets[1]}"


_ATOMS: dict[type, Callable[[Any], str]] = {
    Literal: lambda literal: literal_text(literal.value),
    Name: lambda name: str(name.text),
    Attribute: lambda attribute: f"{_text(attribute.base, _ATOM)}.{attribute.name}",
    Call: _call_text,
    Item: lambda item: f"{_text(item.base, _ATOM)}[{_index_text(item.index)}]",
    Series: _series_text,
    Star: lambda star: f"*{_text(star.items, _SUM)}",
    Turns: lambda turns: f"[{text_of(turns.item)} for {turns.variable} in range({turns.times})]",
}


def argument_text(name: str, argument: Any) -> str:
    """An argument of a call, with its name."""
    return f"{name}={text_of(argument)}" if name else text_of(argument)


def _index_text(index: Any) -> str:
    if isinstance(index, Slice):
        return _slice_text(index)
    if isinstance(index, Series) and index.brackets == "()":
        return ", ".join([_index_text(item) for item in index.items])
    return text_of(index)


def _slice_text(index: Slice) -> str:
    """A slice, with blanks around its colons where an end of it is more than a name or a number."""
    ends = ["" if end == Literal(None) else text_of(end) for end in index]
    ends = ends if ends[-1] else ends[:-1]
    blank = "" if all(map(_is_simple, index)) else " "
    text = ends[0]
    for end in ends[1:]:
        text += (blank if text and text[-1] != ":" else "") + ":" + (blank if end else "")
        text += end
    return text


def _is_simple(end: Any) -> bool:
    return isinstance(end.operand if isinstance(end, Negative) else end, Name | Literal)


def literal_text(value: Any) -> str:
    """Python's text of a value.

    >>> literal_text((1, "a", True)), literal_text(float("-inf")), literal_text(1e-05)
    ('(1, "a", True)', 'float("-inf")', '1e-5')
    """
    if isinstance(value, tuple):
        return f"({', '.join([literal_text(item) for item in value])}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return repr(value).replace("e-0", "e-") if isinstance(value, float) else repr(value)
