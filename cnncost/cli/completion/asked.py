"""How a shell asks what may follow on its line, and how it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.cli.completion.candidates import Candidate, behind, fitting
from cnncost.cli.completion.kinds import values
from cnncost.cli.completion.line import read, words_of
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncost.cli.completion.line import Typed
    from cnncost.cli.on_demand import CommandsOnDemand

INSTRUCTION = "_CNNCOST_COMPLETE"
"""The variable by which a shell asks: `complete_bash`, `complete_zsh` or `complete_fish`, as typer calls it."""
_LINE = "_TYPER_COMPLETE_ARGS"
"""The line up to the cursor."""
_WORD = "_CNNCOST_COMPLETE_WORD"
"""What bash puts an answer in place of: the last part of the word, behind `=`, `:` or `@`."""
_SPECIAL = frozenset(" \t\\\"'`$&;<>(){}*?!#|~")
"""What means something to bash outside of quotes; brackets only where a file is called like that."""


def answer(commands: CommandsOnDemand, options: Sequence[Any], environment: Mapping[str, str]) -> str:
    """What is printed for the shell: one word a line, in zsh and fish with what it is behind a tab.

    Args:
        commands: the commands by name.
        options: of the program, before any command.
        environment: what the shell says: its line, and how it asks.
    """
    line, shell = environment.get(_LINE), environment[INSTRUCTION].removeprefix("complete_")
    words = _words_of_bash(environment) if line is None else words_of(line)
    try:
        found = list(offered(commands, options, words[1:] or [""]))
    except (SpecError, OSError):  # what is on the line does not hold, and the command will say so
        found = []
    if shell == "bash":
        return "".join(_in_bash(each.value, words[-1], line or "", environment.get(_WORD)) + "\n" for each in found)
    return "".join(f"{each.value}\t{' '.join(each.about.split())}\n" for each in found)


def offered(commands: CommandsOnDemand, options: Sequence[Any], words: Sequence[str]) -> Iterator[Candidate]:
    """What may take the place of the last word of a line, which comes behind the name of the program.

    >>> from cnncost.cli.on_demand import CommandsOnDemand
    >>> [found.value for found in offered(CommandsOnDemand({"zoo": "catalogue"}), [], ["zoo", "--fron"])]
    ['--frontier']
    """
    place = next((place for place, word in enumerate(words[:-1]) if word in commands), None)
    if place is None or words[:-1][:1] == ["help"]:
        yield from fitting(_at_first(commands, options, words), words[-1])
        return
    name = words[place]
    params = commands[name].params
    typed = read(name, params, words[place + 1 :])
    yield from behind(typed.before, fitting(_values(typed), typed.begun))
    if typed.is_option:
        yield from fitting(_option_names(params, typed), typed.begun)


def _at_first(commands: CommandsOnDemand, options: Sequence[Any], words: Sequence[str]) -> Iterable[Candidate]:
    """Commands, and the options of the program; values of those."""
    typed = read("", options, words)
    if typed.param is not None:
        return _values(typed)
    if typed.is_option:
        return _option_names(options, typed)
    if len(words) == 1:
        return (*_commands(commands), Candidate("help", "Show help, also of a command."))
    return _commands(commands) if words[:-1] == ["help"] else ()


def _commands(commands: CommandsOnDemand) -> Iterator[Candidate]:
    for name in commands:
        yield Candidate(name, commands.summary(name))


def _values(typed: Typed) -> Iterator[Candidate]:
    if typed.param is None or typed.is_option:
        return
    if typed.param.metavar is not None:
        yield from values(typed.param.metavar, typed)


def _option_names(params: Sequence[Any], typed: Typed) -> Iterator[Candidate]:
    """The options that may still be given: those with several values always."""
    for param in params:
        if param.param_type_name != "option" or (param.name in typed.values and not param.multiple):
            continue
        for name in (*param.opts, *param.secondary_opts):
            if name.startswith("--") or typed.begun == name:
                yield Candidate(name, param.help or "")
    yield Candidate("--help", "Show this message and exit.")


def _words_of_bash(environment: Mapping[str, str]) -> list[str]:
    """The words up to the cursor, where bash gives only the words that it parts itself."""
    words, place = words_of(environment["COMP_WORDS"]), int(environment["COMP_CWORD"])
    return [*words[:place], words[place] if place < len(words) else ""]


def _in_bash(value: str, word: str, line: str, replaced: str | None) -> str:
    """What bash puts in place of what it takes for the word.

    >>> _in_bash("resnet50@classes=", "resnet50@cl", "cnncost analyze resnet50@cl", "cl")
    'classes='
    """
    if replaced is not None and word.endswith(replaced):
        value = value[len(word) - len(replaced) :]
    if _is_quoted(line):
        return value
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in value)


def _is_quoted(line: str) -> bool:
    """Whether a quote is open at the end of the line.

    >>> _is_quoted("cnncost analyze 'resnet50@"), _is_quoted("cnncost analyze resnet50")
    (True, False)
    """
    import shlex

    try:
        shlex.split(line + "x")
    except ValueError:
        return True
    return False
