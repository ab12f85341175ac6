"""Names in languages that allow fewer of them, each for one thing only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Thing = TypeVar("Thing")


def printable(text: str) -> str:
    """A text in one line, without control characters.

    >>> printable("two\\n lines\\x1b[31m")
    'two lines[31m'
    """
    return "".join([character for character in " ".join(text.split()) if character.isprintable()])


def unique(things: Iterable[Thing], name: Callable[[Thing], str], taken: Iterable[str] = ()) -> dict[Thing, str]:
    """A name for each thing; where several would have one, or it is taken, they are numbered from the second on.

    >>> unique(["a.b", "a b", "c"], lambda text: text.replace(".", "_").replace(" ", "_"))
    {'a.b': 'a_b', 'a b': 'a_b_2', 'c': 'c'}
    """
    names: dict[Thing, str] = {}
    numbers = dict.fromkeys(taken, 1)
    for thing in things:
        wanted = found = name(thing)
        while found in numbers:
            numbers[wanted] = numbers.get(wanted, 1) + 1
            found = f"{wanted}_{numbers[wanted]}"
        numbers.setdefault(found, 1)
        names[thing] = found
    return names
