"""Commands that are imported and built when they are asked for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from typer import Typer
from typer.main import get_command

from cnncost.cli.files import with_output_file
from cnncost.cli.plain import PlainCommand

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = "cnncost.cli.commands"
_EXAMPLES = "\n\nExamples:\n"
"""Behind what follows it in a docstring, each line is a command that shows what can be done."""


class CommandsOnDemand(Mapping[str, Any]):
    """Typer's commands by name, in the order of the help; a module in a room of `cli/commands` has the function
    of its name, with an underscore behind a word of Python.

    Typer makes objects of every parameter of every command, a twelfth of the time that `analyze resnet50` takes: so it
    gets to see no other command than the one that is run, and all of them for the help of the program.

    >>> CommandsOnDemand({"zoo": "catalogue"})["zoo"].name
    'zoo'
    """

    def __init__(self, rooms: Mapping[str, str]) -> None:
        self._rooms = rooms
        self._built: dict[str, Any] = dict.fromkeys(rooms)

    def __getitem__(self, name: str) -> Any:
        if self._built[name] is None:
            self._built[name] = _built(name, self._rooms[name])
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._built

    def __iter__(self) -> Iterator[str]:
        return iter(self._built)

    def __len__(self) -> int:
        return len(self._built)

    def summary(self, name: str) -> str:
        """What a command does, in a sentence.

        >>> CommandsOnDemand({"layers": "catalogue"}).summary("layers")
        'List layer types with their parameters.'
        """
        return (_function(name, self._rooms[name]).__doc__ or "").partition("\n")[0]


def _function(name: str, room: str) -> Any:
    own = f"{name}_" if iskeyword(name) else name
    return getattr(import_module(f"{_PACKAGE}.{room}.{own}"), own)


def _built(name: str, room: str) -> Any:
    """The command of a name, as typer builds that of a program which has no other."""
    function = _function(name, room)
    about, _, examples = inspect.cleandoc(function.__doc__ or "").partition(_EXAMPLES)
    alone = Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(name, cls=PlainCommand, help=about)(with_output_file(function))
    command: Any = get_command(alone)
    command.examples = tuple([line.strip() for line in examples.splitlines()])
    return command
