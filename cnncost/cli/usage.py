"""What is wrong with a command line, in the words and the form of all other errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


def bad_usage(error: Any, ctx: Any) -> SpecError:
    """What typer found wrong with the options and arguments of a command.

    Its errors say it in their classes, of which releases of typer have each their own, and so it is read from what
    they know: the option that does not exist or lacks its value, or the argument that is missing.
    """
    command = _command(ctx)
    options = {name: param for param in ctx.command.params for name in (*param.opts, *param.secondary_opts)}
    option = getattr(error, "option_name", None)
    if option is not None and option in options:
        return _bad_value(option, options[option])
    if option is not None:
        close = did_you_mean(option, [name for name in options if name.startswith("-")])
        return SpecError(f"`{command}` has no option `{option[:80]}`{close}", hint=f"`{command} --help` lists them")
    missing = getattr(error, "param", None)
    if missing is not None:
        return SpecError(f"the argument `{missing.metavar.rstrip('.')}` is missing", hint=_usage(ctx))
    return SpecError(error.format_message(), hint=_usage(ctx))


def too_many(extra: Sequence[str], ctx: Any) -> SpecError:
    """What is wrong with words for which a command has no argument."""
    words = ", ".join(f"`{word[:80]}`" for word in extra)
    several = "; `cnncost compare` shows several networks side by side" if ctx.command.name == "analyze" else ""
    return SpecError(f"`{_command(ctx)}` has no argument for {words}", hint=_usage(ctx) + several)


def _bad_value(option: str, param: Any) -> SpecError:
    if param.is_flag:
        return SpecError(f"`{option}` takes no value")
    return SpecError(f"`{option}` lacks its value", hint=f"write `{option} {param.metavar}`")


def _usage(ctx: Any) -> str:
    pieces = ctx.command.collect_usage_pieces(ctx)
    return f"write `{' '.join([_command(ctx), *pieces])}`"


def _command(ctx: Any) -> str:
    """The program or one of its commands, however it was started."""
    return "cnncost" if ctx.parent is None else f"cnncost {ctx.command.name}"
