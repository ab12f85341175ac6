"""Items of sequences that repeat, as loops: equal ones, and ones whose numbers grow by the same step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.classes.templates import is_number
from cnncost.exporters.pytorch.code.expressions import (
    Call,
    Literal,
    Name,
    Operation,
    Series,
    Star,
    Turns,
    children,
    rebuilt,
)
from cnncost.exporters.pytorch.code.signatures import module_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHORTEST_GROWING = 3
"""Items whose numbers grow: of two, any do."""


def with_loops(expression: Any) -> Any:
    """The expression with loops in sequences and lists of modules.

    >>> from cnncost.exporters.pytorch.code.expressions import Attribute, text_of
    >>> nn, layers = Name("nn"), [Call(Name("Layer"), (("", Literal(64 + 32 * turn)),)) for turn in range(3)]
    >>> text_of(with_loops(Call(Attribute(nn, "Sequential"), tuple([("", layer) for layer in layers]))))
    'nn.Sequential(*[Layer(64 + 32 * i) for i in range(3)])'
    """
    found = rebuilt(expression, with_loops)
    match found:
        case Call(function=function, arguments=arguments) if module_name(found) == "Sequential":
            return Call(function, tuple([("", item) for item in _looped([item for _, item in arguments])]))
        case Call(function=function, arguments=((_, Series(brackets="[]", items=items)),)) if _is_list(found):
            looped = _looped(items)
            whole = looped[0].items if len(looped) == 1 and isinstance(looped[0], Star) else Series("[]", tuple(looped))
            return Call(function, (("", whole),))
    return found


def _is_list(call: Any) -> bool:
    return module_name(call) == "ModuleList"


def _looped(items: Sequence[Any]) -> list[Any]:
    """The items, those that repeat in loops."""
    found: list[Any] = []
    place = 0
    while place < len(items):
        equal = _equal_from(items, place)
        growing, steps = _growing_from(items, place)
        if equal > 1 and equal >= growing:
            found.append(Star(Turns(items[place], equal, "_")))
            place += equal
        elif growing >= _SHORTEST_GROWING:
            found.append(Star(Turns(_growing(items[place], iter(steps)), growing, "i")))
            place += growing
        else:
            found.append(items[place])
            place += 1
    return found


def _equal_from(items: Sequence[Any], start: int) -> int:
    """How many items from this one on are the same."""
    end = start
    while end < len(items) and items[end] == items[start]:
        end += 1
    return end - start


def _growing_from(items: Sequence[Any], start: int) -> tuple[int, list[int]]:
    """How many items from this one on differ in whole numbers that grow by the same steps, and these steps."""
    if start + 1 >= len(items) or _outline(items[start]) != _outline(items[start + 1]):
        return 1, []
    first = [*_numbers(items[start])]
    steps = [two - one for one, two in zip(first, _numbers(items[start + 1]), strict=True)]
    end = start + 1
    while end < len(items) and _outline(items[end]) == _outline(items[start]):
        wanted = [one + (end - start) * step for one, step in zip(first, steps, strict=True)]
        if [*_numbers(items[end])] != wanted:
            break
        end += 1
    return end - start, steps


def _outline(item: Any) -> Any:
    """An item without its whole numbers."""
    return Literal(int) if _is_whole(item) else rebuilt(item, _outline)


def _numbers(item: Any) -> Iterator[int]:
    if _is_whole(item):
        yield item.value
    for child in children(item):
        yield from _numbers(child)


def _growing(item: Any, steps: Iterator[int]) -> Any:
    """The item of turn `i`."""
    if not _is_whole(item):
        return rebuilt(item, lambda part: _growing(part, steps))
    step = next(steps)
    if not step:
        return item
    turns = Name("i") if step == 1 else Operation("*", Literal(abs(step)), Name("i"))
    if not item.value and step > 0:
        return turns
    return Operation("+" if step > 0 else "-", item, turns)


def _is_whole(item: Any) -> bool:
    return isinstance(item, Literal) and is_number(item.value) and isinstance(item.value, int)
