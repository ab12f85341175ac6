"""The line up to the cursor: its words, and what the one that is being typed stands for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CURSOR = "\0"


def words_of(line: str) -> list[str]:
    """The words of a shell's line, without their quotes; the last is the one at whose end the cursor stands.

    >>> words_of("cnncost explain 'resnet50@cl"), words_of("cnncost explain ")
    (['cnncost', 'explain', 'resnet50@cl'], ['cnncost', 'explain', ''])
    """
    reader = shlex.shlex(line + _CURSOR, posix=True)
    reader.whitespace_split, reader.commenters = True, ""
    words: list[str] = []
    try:
        words += reader
    except ValueError:  # a quote is still open
        words.append(reader.token)
    return [word.replace(_CURSOR, "") for word in words]


class Typed(NamedTuple):
    """What has been typed of a command, and what is being typed now."""

    command: str
    """Its name."""
    values: Mapping[str, list[str]]
    """What its parameters were given, by their names."""
    param: Any
    """The parameter whose value is being typed; ``None`` where there is no room for one more."""
    begun: str
    """What is there of the value."""
    before: str = ""
    """What stands in the same word before it: `--format=`."""
    is_option: bool = False
    """Whether the name of an option is being typed, or could be."""


def read(command: str, params: Sequence[Any], words: Sequence[str]) -> Typed:
    """What the words behind a command say.

    Args:
        command: its name.
        params: its parameters, as typer has them.
        words: behind its name; the last one is being typed.
    """
    *done, begun = words
    reader = _Reader(params)
    for word in done:
        reader.take(word)
    name, equals, value = begun.partition("=")
    if reader.waiting is not None:
        return Typed(command, reader.values, reader.waiting, begun)
    if equals and name in reader.options:
        return Typed(command, reader.values, reader.options[name], value, name + equals)
    return Typed(command, reader.values, reader.argument, begun, "", reader.may_be_option(begun))


class _Reader:
    """Reads word after word, and what does not hold as if it were not there."""

    def __init__(self, params: Sequence[Any]) -> None:
        self.options = {name: each for each in params for name in (*each.opts, *each.secondary_opts) if name[0] == "-"}
        self.arguments = [each for each in params if each.param_type_name == "argument"]
        self.values: dict[str, list[str]] = {}
        self.waiting: Any = None
        """The option whose value comes next."""

    @property
    def argument(self) -> Any:
        """The argument that comes next; ``None`` where there is none."""
        return next((each for each in self.arguments if each.nargs != 1 or each.name not in self.values), None)

    def may_be_option(self, word: str) -> bool:
        """Whether it looks like one: behind `--` nothing does."""
        return word[:1] == "-" and bool(self.options)

    def take(self, word: str) -> None:
        """Read a word that is complete."""
        name, equals, value = word.partition("=")
        if self.waiting is not None:
            self._note(self.waiting, word)
            self.waiting = None
        elif word == "--":
            self.options = {}
        elif name in self.options and equals:
            self._note(self.options[name], value)
        elif name in self.options:
            self._begin(self.options[name])
        elif not self.may_be_option(word) and self.argument is not None:
            self._note(self.argument, word)

    def _begin(self, option: Any) -> None:
        self.values.setdefault(option.name, [])
        self.waiting = None if option.is_flag else option

    def _note(self, param: Any, value: str) -> None:
        self.values.setdefault(param.name, []).append(value)
