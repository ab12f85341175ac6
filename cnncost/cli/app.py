"""The command line: commands and how they end. Exit codes: 0 done, 1 a check failed, 2 bad input."""

from __future__ import annotations

import os
from typing import Annotated, Any

from typer import Exit, Option, Typer

from cnncost import __version__
from cnncost.cli.interruption import INTERRUPTED
from cnncost.cli.lookup import not_a_command
from cnncost.cli.on_demand import CommandsOnDemand
from cnncost.cli.output import complain, os_reason, write
from cnncost.cli.plain import PlainGroup, write_examples
from cnncost.cli.process import BAD_INPUT
from cnncost.errors import SpecError

GROUPS = {
    "costs": ("What a network costs", "analyze compare explain memory fit latency sweep check"),
    "evidence": ("Whether that is so", "verify calibrate reconcile"),
    "pictures": ("To look at", "report draw"),
    "models": ("From other programs, and for them", "import export"),
    "catalogue": ("What there is", "zoo layers conventions schema"),
}
"""The headings and commands of the help, in its order, by the room of `cli/commands` that they stand in."""

COMMANDS = {name: room for room, (_, names) in GROUPS.items() for name in names.split()}
"""The room of every command."""

EXAMPLES = ("cnncost analyze resnet50", "cnncost zoo", "cnncost help compare")
"""What to type first."""

_COMPLETING = "_CNNCOST_COMPLETE"
"""What is in the environment when a shell asks what may follow on its line."""
_OF_SHELLS = ("--install-completion", "--show-completion")
_SHELLS = "bash|zsh|fish"


class Commands(PlainGroup):
    """The group of all commands: bad input ends any of them with a message, never with a traceback."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = CommandsOnDemand(COMMANDS)

    def main(self, *arguments: Any, **options: Any) -> Any:
        if _COMPLETING in os.environ:
            from cnncost.cli.completion.asked import answer

            write(answer(self.commands, self.params, os.environ))
            raise SystemExit(0)
        try:
            return super().main(*arguments, **options)
        except SpecError as error:  # of an option before the command
            complain(str(error))
        raise SystemExit(BAD_INPUT)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """What each command does, below the headings of their groups."""
        width = max(map(len, COMMANDS))
        for heading, names in GROUPS.values():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), self.commands.summary(name)) for name in names.split()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """What to type first."""
        write_examples(formatter, EXAMPLES)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The shell may be left out behind the options that set up its completion."""
        for place, word in enumerate(args[:2]):
            if word in _OF_SHELLS and args[place + 1 :][:1] in ([], ["--"]):
                args = [*args[: place + 1], "auto", *args[place + 1 :]]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SpecError as error:
            complain(str(error))
        except OSError as error:
            complain(f"error: {os_reason(error)}")
        except KeyboardInterrupt:
            raise Exit(INTERRUPTED) from None
        raise Exit(BAD_INPUT)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word; `help` is that of the program, or of the command behind it."""
        if args[:1] == ["help"]:
            args = [*args[1:2], "--help"]
        if args[0] in ("--help", "help"):
            write(ctx.get_help() + "\n")
            raise Exit
        if args[0] not in self.commands:
            raise not_a_command(args[0], self.commands)
        return super().resolve_command(ctx, args)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    write(f"cnncost {__version__}\n")
    raise Exit


def _install_completion(shell: str | None) -> None:
    if shell is None:
        return
    from cnncost.cli.completion.shells import install

    write(install(shell) + "\n")
    raise Exit


def _show_completion(shell: str | None) -> None:
    if shell is None:
        return
    from cnncost.cli.completion.shells import script

    write(script(shell))
    raise Exit


app = Typer(
    name="cnncost",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def cnncost(
    version: Annotated[
        bool, Option("--version", callback=_print_version, is_eager=True, help="print the version")
    ] = False,
    install_completion: Annotated[
        str | None,
        Option(
            callback=_install_completion,
            is_eager=True,
            metavar=_SHELLS,
            help="let the Tab key complete commands, networks and layers",
        ),
    ] = None,
    show_completion: Annotated[
        str | None,
        Option(
            callback=_show_completion,
            is_eager=True,
            metavar=_SHELLS,
            help="print the script that does, to keep it elsewhere",
        ),
    ] = None,
) -> None:
    """What a convolutional network costs, before anyone trains it."""
