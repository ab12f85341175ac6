"""What an axis may be, as text: `0.25:2:0.05`, `3..23`, `1,8,64`, `3x128x128..3x512x512:32`, `1..1024:x2`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.records import NamedTuple
from cnncost.spaces.space.axes import Interval, Listed, Stepped

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.spaces.space.axes import Axis

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_SHAPE = r"\d+(?:\s*[x×]\s*\d+)+"
_RANGE = re.compile(
    rf"\s*(?P<first>{_SHAPE}|{_NUMBER})\s*(?:\.\.|:)\s*(?P<last>{_SHAPE}|{_NUMBER})"
    r"(?:\s*:\s*(?P<step>[^:]*))?\s*"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_LONGEST_LIST = 100_000
_MOST_VALUES = 10**15
_MOST_DIGITS = 15
HOW = "write `0.25:2:0.05`, `3..23`, `1,8,64`, `16..1024:x2`, words, or for an input `3x128x128..3x512x512:32`"


class Range(NamedTuple):
    """From one number or shape to another, with what is between them."""

    first: str
    last: str
    step: str | None
    """A number, ``x2`` for a factor, ``log5`` for so many on a logarithmic scale; ``None`` where nothing is said."""


def axis_of(name: str, text: str, span: Span) -> Axis:
    """The axis that a text says.

    Args:
        name: of what varies.
        text: its values.
        span: where they stand.

    Raises:
        SpecError: nothing that an axis could be, or one without values.

    >>> from cnncost.spaces.expressions.expression import option_span
    >>> axis_of("batch", "1,8,64", option_span("--vary", "1,8,64")).values
    (1, 8, 64)
    """
    items = split_items(text, span)
    if len(items) == 1 and (found := as_range(items[0])) is not None:
        return range_axis(name, found, span)
    values: list[Any] = []
    for item in items:
        values += _values(name, item, span)
    return listed(name, values, span)


def as_range(text: str) -> Range | None:
    """The text as a range, if it is one."""
    match = _RANGE.fullmatch(text)
    return match and Range(match["first"], match["last"], match["step"])


def range_axis(name: str, given: Range, span: Span) -> Axis:
    """The axis from one number, or shape, to another.

    Raises:
        SpecError: it is empty, or its ends do not fit each other.
    """
    if is_shape(given.first) or is_shape(given.last):
        return listed(name, _shapes(name, given, span), span)
    first, last = _decimal(given.first, span), _decimal(given.last, span)
    step = (given.step or "").strip()
    if step.startswith("x"):
        return listed(name, _multiplied(name, first, last, _decimal(step[1:], span), span), span)
    if step.startswith("log"):
        return _logarithmic(name, first, last, step.removeprefix("log"), span)
    if step:
        return _stepped(name, first, last, _decimal(step, span), span)
    if first == first.to_integral_value() and last == last.to_integral_value():
        return _stepped(name, first, last, Decimal(1), span)
    _refuse_empty(name, first, last, span)
    return Interval(name, float(first), float(last), False, span)


def listed(name: str, values: list[Any], span: Span) -> Listed:
    """An axis of these values.

    Raises:
        SpecError: there are none, or one of them twice, or too many.
    """
    if not values:
        raise SpecError(f"`{name}` has no values", span, hint=HOW)
    seen: list[Any] = []
    for value in values if len(values) <= 1000 else []:
        if any(value == other and type(value) is type(other) for other in seen):
            raise SpecError(f"`{name}` has {_shown(value)} twice", span)
        seen.append(value)
    return Listed(name, tuple(values), span)


def value_of(name: str, text: str, span: Span) -> Any:
    """One value as it is written: a number, a word, a list, or the shape of an input.

    Raises:
        SpecError: it is none of them.

    >>> from cnncost.spaces.expressions.expression import option_span
    >>> value_of("depths", "[3, 4]", option_span("--vary", "")), value_of("act", "relu", option_span("--vary", ""))
    ([3, 4], 'relu')
    """
    text = text.strip()
    if is_input(name):
        return shape_of(name, text, span)
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(_NUMBER, text):
        number = _decimal(text, span)
        return int(number) if number == number.to_integral_value() and "." not in text else float(number)
    if text.startswith("["):
        return _list(name, text, span)
    if _WORD.fullmatch(text):
        return text
    raise SpecError(f"`{text[:60]}` is not a value that `{name}` could have", span, hint=HOW)


def is_input(name: str) -> bool:
    """Whether a name is that of an input of the network."""
    return name == "input" or name.startswith("input.")


def is_shape(text: str) -> bool:
    """Whether a text is a shape of several sizes."""
    return re.fullmatch(_SHAPE, text.strip()) is not None


def shape_of(name: str, text: str, span: Span) -> tuple[int, ...]:
    """The shape of an input: `3x224x224`, or a list.

    Raises:
        SpecError: it is none.
    """
    sizes = text.strip().strip("[]").replace("×", "x").replace("x", ",").split(",")
    if not all(size.strip().isascii() and size.strip().isdigit() and len(size) < 12 and int(size) for size in sizes):
        hint = "write `3x224x224`: channels first, without the batch"
        raise SpecError(f"`{text.strip()[:60]}` is not a shape of `{name}`", span, hint=hint)
    return tuple(int(size) for size in sizes)


def split_items(text: str, span: Span) -> list[str]:
    """The parts of a text between its commas, other than those inside of brackets.

    >>> from cnncost.spaces.expressions.expression import option_span
    >>> split_items("1, [2, 3], x", option_span("--vary", ""))
    ['1', '[2, 3]', 'x']
    """
    items, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            items.append(text[start:place].strip())
            start = place + 1
        if depth < 0:
            break
    if depth:
        raise SpecError(f"unbalanced brackets in `{text[:60]}`", span)
    items.append(text[start:].strip())
    if not all(items):
        raise SpecError("a value is missing" if text.strip() else "there are no values", span, hint=HOW)
    return items


def _values(name: str, item: str, span: Span) -> list[Any]:
    """What one of several items stands for: a range of numbers is all of them."""
    found = as_range(item)
    if found is None:
        return [value_of(name, item, span)]
    axis = range_axis(name, found, span)
    if axis.size is None:
        raise SpecError(f"the range `{item}` has no step", span, hint=f"write `{item}:0.1`")
    if axis.size > _LONGEST_LIST:
        raise SpecError(f"`{item}` has {axis.size:,} values, too many for a list", span)
    import numpy as np

    values: list[Any] = axis.nth(np.arange(axis.size)).tolist()
    return values


def _list(name: str, text: str, span: Span) -> list[Any]:
    inner = text[1:-1] if text.endswith("]") else None
    if inner is None:
        raise SpecError(f"`{text[:60]}` is not a list", span)
    return [value_of(name, item, span) for item in split_items(inner, span)] if inner.strip() else []


def _shapes(name: str, given: Range, span: Span) -> list[tuple[int, ...]]:
    first, last = shape_of(name, given.first, span), shape_of(name, given.last, span)
    if len(first) != len(last):
        raise SpecError(f"`{given.first}` and `{given.last}` have unlike numbers of sizes", span)
    moving = [(low, high) for low, high in zip(first, last, strict=True) if low != high]
    if not moving:
        return [first]
    counts = {_steps(name, low, high, given.step, span) for low, high in moving}
    if len(counts) > 1:
        message = f"the sizes of `{name}` take unlike numbers of steps from `{given.first}` to `{given.last}`"
        raise SpecError(message, span, hint="all sizes that differ are moved together")
    count, by = counts.pop(), int(given.step or 1)
    sizes = [
        [low + by * turn * ((high > low) - (high < low)) for turn in range(count)]
        for low, high in zip(first, last, strict=True)
    ]
    return [*zip(*sizes, strict=True)]


def _steps(name: str, low: int, high: int, step: str | None, span: Span) -> int:
    text = (step or "1").strip()
    if not (text.isascii() and text.isdigit() and int(text[:12])):
        raise SpecError(f"the step of `{name}` must be a whole number from 1, not `{text[:40]}`", span)
    count = abs(high - low) // int(text) + 1
    if count > _LONGEST_LIST:
        raise SpecError(f"`{name}` has {count:,} shapes, too many", span)
    if count == 1:
        raise SpecError(f"the step of `{name}` is larger than the whole range", span)
    return count


def _stepped(name: str, first: Decimal, last: Decimal, step: Decimal, span: Span) -> Stepped:
    if step == 0:
        raise SpecError(f"the step of `{name}` is zero", span)
    count = int((last - first) / step) + 1 if (last - first) / step >= 0 else 0
    if count < 1:
        towards = "above" if step > 0 else "below"
        hint = f"write `{last}:{first}:{step}`" if step > 0 else f"write `{first}:{last}:{-step}`"
        raise SpecError(f"the range of `{name}` is empty: {first} is {towards} {last}", span, hint=hint)
    if count > _MOST_VALUES:
        raise SpecError(f"`{name}` has more than {_MOST_VALUES:,} values", span)
    return Stepped(name, first, step, count, span)


def _multiplied(name: str, first: Decimal, last: Decimal, factor: Decimal, span: Span) -> list[Any]:
    if factor <= 1 or first <= 0:
        raise SpecError(f"`{name}` is multiplied from a number above 0 by a factor above 1", span)
    _refuse_empty(name, first, last, span, may_be_one=True)
    values, value = [], first
    while value <= last:
        values.append(_plain(value))
        value *= factor
        if len(values) > _LONGEST_LIST:
            raise SpecError(f"`{name}` has more than {_LONGEST_LIST:,} values", span)
    return values


def _logarithmic(name: str, first: Decimal, last: Decimal, number: str, span: Span) -> Axis:
    """So many values on a logarithmic scale, or all of them; whole numbers where both ends are."""
    if first <= 0 or last <= 0:
        raise SpecError(f"`{name}` is on a logarithmic scale, which has no zero", span)
    _refuse_empty(name, first, last, span)
    if not number.strip():
        return Interval(name, float(first), float(last), True, span)
    if not (number.isascii() and number.isdigit() and 2 <= int(number[:9]) <= _LONGEST_LIST):
        raise SpecError(f"`log` takes how many values there are, such as `log5`, not `log{number[:20]}`", span)
    count, low, ratio = int(number), float(first), float(last / first)
    values = [low * ratio ** (turn / (count - 1)) for turn in range(count)]
    if first == first.to_integral_value() and last == last.to_integral_value():
        return listed(name, list(dict.fromkeys(round(value) for value in values)), span)
    return listed(name, [float(first), *(float(f"{value:.6g}") for value in values[1:-1]), float(last)], span)


def _refuse_empty(name: str, first: Decimal, last: Decimal, span: Span, *, may_be_one: bool = False) -> None:
    if first > last or (first == last and not may_be_one):
        raise SpecError(f"the range of `{name}` is empty: {first} is not below {last}", span)


def _decimal(text: str, span: Span) -> Decimal:
    if not re.fullmatch(_NUMBER, text.strip()):
        raise SpecError(f"`{text.strip()[:40]}` is not a number", span, hint=HOW)
    number = Decimal(text.strip())
    if len(number.normalize().as_tuple().digits) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        raise SpecError(f"`{text.strip()[:40]}` has more than {_MOST_DIGITS} digits", span)
    return number


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _shown(value: Any) -> str:
    return f"`{'x'.join(map(str, value)) if isinstance(value, tuple) else value}`"
