"""Options that arrive as they were typed, and arguments that help shows by their metavar alone.

All that reaches into typer stands here and in `usage`. It relies on what typer 0.15 to 0.29 have in common:
`parse_args`, `get_params`, `get_help_option`, `format_epilog` and `collect_usage_pieces` of commands and groups, and
`process_value`, `get_help_record`, `get_usage_pieces` and `param_type_name` of parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer import BadParameter
from typer.core import TyperCommand, TyperGroup

from cnncost.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Iterable

UsageError: Any = BadParameter.__mro__[1]
"""What is wrong with a command line; each release of typer has it elsewhere."""


class PlainCommand(TyperCommand):
    """A command whose parameters are text, lists of text and flags, so that nothing has to be converted."""

    examples: tuple[str, ...] = ()
    """What can be typed; help ends with it."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Examples stand as they are, to be copied: they are not filled."""
        write_examples(formatter, self.examples)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises: SpecError: an unknown option, one without its value, an argument too many or too few."""
        ctx.allow_extra_args = True  # to say of them what typer does not
        try:
            rest: list[str] = super().parse_args(ctx, args)
        except UsageError as error:
            from cnncost.cli.usage import bad_usage

            raise bad_usage(error, ctx) from None
        if rest:
            from cnncost.cli.usage import too_many

            raise too_many(rest, ctx)
        return rest

    def get_params(self, ctx: Any) -> list[Any]:
        return [_by_metavar(param) for param in unconverted(super().get_params(ctx))]

    def get_help_option(self, ctx: Any) -> Any:
        return _help_written(super().get_help_option(ctx))


class PlainGroup(TyperGroup):
    """A group of commands with the same habit."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises: SpecError: an unknown option, or one without its value."""
        if not args:
            return super().parse_args(ctx, args)  # which shows the help
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            from cnncost.cli.usage import bad_usage

            raise bad_usage(error, ctx) from None

    def get_params(self, ctx: Any) -> list[Any]:
        return unconverted(super().get_params(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _help_written(super().get_help_option(ctx))


def write_examples(formatter: Any, examples: Iterable[str]) -> None:
    """The end of a help: commands to copy."""
    with formatter.section("Examples"):
        formatter.write("".join(f"  {example}\n" for example in examples))


def _help_written(option: Any) -> Any:
    """The option `--help`, which writes as results are written: to a full disk with an error, to `| head` without."""
    if option is not None:
        option.callback = _write_help
    return option


def _write_help(ctx: Any, param: Any, wanted: bool) -> None:  # noqa: ARG001 - typer's signature
    if wanted and not ctx.resilient_parsing:
        write(ctx.get_help() + "\n")
        ctx.exit()


def unconverted(params: list[Any]) -> list[Any]:
    """The parameters, which now take values as they are.

    Typer converts values with pydantic, text to text and absent ones too, and that alone takes longer than most
    analyses. Should typer stop asking `process_value`, it converts again, and nothing changes but the time.
    """
    for param in params:
        if not isinstance(param.process_value, _Unconverted):
            param.process_value = _Unconverted(param)
    return params


def _by_metavar(param: Any) -> Any:
    """The parameter; an argument is `SPEC` in help, to which releases of typer add a type, braces or dots."""
    if param.param_type_name == "argument" and not isinstance(param.get_help_record, _HelpRecord):
        param.get_help_record = _HelpRecord(param)
        usage = param.metavar if param.required else f"[{param.metavar}]"
        param.get_usage_pieces = lambda ctx: [usage]  # noqa: ARG005 - typer's signature
    return param


class _HelpRecord:
    """What stands in for an argument's `get_help_record`: its metavar, and what typer says of it."""

    def __init__(self, param: Any) -> None:
        self.param = param
        self.record = param.get_help_record

    def __call__(self, ctx: Any) -> tuple[str, str]:
        return self.param.metavar, self.record(ctx)[1]


class _Unconverted:
    """What stands in for a parameter's `process_value`: that is asked only for what is missing, or has a callback."""

    def __init__(self, param: Any) -> None:
        self.param = param
        self.process = param.process_value

    def __call__(self, ctx: Any, value: Any) -> Any:
        absent = value in (None, (), False)
        return self.process(ctx, value) if (self.param.required if absent else self.param.callback) else value
