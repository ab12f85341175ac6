"""Numbers as expressions of others: `4 * width`, `kernel // 2`, `channels`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.recognition.slots import same
from cnncost.importers.writer.steps import Expression
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LARGEST_FACTOR = 16
_SMALL = ("kernel", "stride", "padding", "dilation")
"""Fields that are no multiples of a number of channels."""


class Variable(NamedTuple):
    """A parameter of a block, or a variable of a loop."""

    name: str
    """What it is called."""
    values: tuple[Any, ...]
    """Its value in every instance; ``None`` where it makes no difference."""
    default: Any = None
    """The value where a call says nothing: a plain one, or an expression."""


def express(
    name: str, values: Sequence[Any], channels: Sequence[int], known: Sequence[Variable], entering: Variable | None
) -> Expression | None:
    """The values of one slot by what is known; ``None`` where nothing says them.

    Args:
        name: the slot.
        values: one for every instance; ``None`` where the instance does not have it.
        channels: what the language calls `channels` there; empty where it is not the same in every turn.
        known: the parameters so far.
        entering: the channels of the block's input, where that is one.
    """
    for text, found in _candidates(name, values, channels, known, entering):
        pairs = [(value, other) for value, other in zip(values, found, strict=True) if value is not None]
        if all(other is not None and same(value, other) for value, other in pairs):
            return Expression(text)
    return None


def _candidates(
    name: str, values: Sequence[Any], channels: Sequence[int], known: Sequence[Variable], entering: Variable | None
) -> Iterator[tuple[str, Sequence[Any]]]:
    here = Variable("channels", tuple(channels))
    if name == "groups" and channels:
        yield here.name, here.values
    present = [value for value in values if value is not None]
    if not all(type(value) is int or isinstance(value, list) for value in present):
        return
    if name == "padding":
        for variable in known:
            yield f"{variable.name} // 2", [_halved(value) for value in variable.values]
    if name in _SMALL or not all(type(value) is int for value in present):
        return
    around = [*([here] if channels else []), *([entering] if entering is not None else [])]
    for variable in around:
        yield variable.name, variable.values
    for variable in [*known, *around]:
        if _is_countable(variable.values):
            yield from _multiples(values, variable)


def _multiples(values: Sequence[Any], variable: Variable) -> Iterator[tuple[str, Sequence[Any]]]:
    """A multiple or a part of a variable, whose factor the first of the values decides."""
    pairs = ((value, one) for value, one in zip(values, variable.values, strict=True) if value and one)
    value, one = next(pairs, (None, None))
    if value is None or one is None:
        return
    if value > one and value % one == 0 and value // one <= _LARGEST_FACTOR:
        factor = value // one
        yield f"{factor} * {variable.name}", [None if one is None else factor * one for one in variable.values]
    if value < one and one // value <= _LARGEST_FACTOR:
        factor = one // value
        yield f"{variable.name} // {factor}", [None if one is None else one // factor for one in variable.values]


def _is_countable(values: Sequence[Any]) -> bool:
    return all(value is None or type(value) is int for value in values)


def _halved(value: Any) -> Any:
    """`value // 2`, of every number of a list."""
    if isinstance(value, list):
        return None if any(type(item) is not int for item in value) else [item // 2 for item in value]
    return value // 2 if type(value) is int else None
