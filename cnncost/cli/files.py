"""`-o FILE`: what a command prints, in a file instead, and there all at once or not at all."""

from __future__ import annotations

import inspect
import io
import os
from contextlib import redirect_stdout
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Exit, Option

from cnncost.errors import SpecError
from cnncost.files import reason, refuse_pipe, write_file
from cnncost.render.format import format_of_file

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = "where the result goes, instead of standard output"
_FORMATTED = f"{_PLACE}; its suffix is that of a format, unless --format says which"
_STANDARD_OUTPUT = "-"


def with_output_file(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option `-o FILE`.

    The command itself knows nothing of it: its standard output is redirected. What it printed is kept where it ends
    with an exit code, such as that of a failed check, and not where it ends with an error. One that has the option
    itself, since not all that it writes is text, stays as it is.
    """
    signature = inspect.signature(command, eval_str=True)
    if "output" in signature.parameters:
        return command

    @wraps(command)
    def run(context: Context, *, output: str | None, **arguments: Any) -> None:
        if output is None or output == _STANDARD_OUTPUT:
            command(**arguments)
            return
        refuse_unwritable("--output", output)
        if _takes_format_of_file(context, arguments):
            arguments["form"] = format_of_file(output)
        printed = io.StringIO(newline="")
        with redirect_stdout(printed):
            try:
                command(**arguments)
            except Exit:
                _keep(output, printed)
                raise
        _keep(output, printed)

    help_text = _FORMATTED if "form" in signature.parameters else _PLACE
    file = Annotated[str | None, Option("--output", "-o", metavar="FILE", help=help_text)]
    added = [
        inspect.Parameter("output", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=file),
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=Context),
    ]
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *added])  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, **{each.name: each.annotation for each in added}}
    return run


def _takes_format_of_file(context: Context, arguments: dict[str, Any]) -> bool:
    """Whether the command has a format that nobody chose; what is shown as it ships has none."""
    if "form" not in arguments or arguments.get("show") is not None:
        return False
    source = context.get_parameter_source("form")
    return source is not None and source.name == "DEFAULT"


def refuse_unwritable(option: str, path: str) -> None:
    """Refuse a file that cannot be written, before anything is computed.

    Args:
        option: the option that names it.
        path: of the file.

    Raises:
        SpecError: its folder is missing, it is a folder, or it may not be written.
    """
    folder, shown = os.path.dirname(path) or ".", f"`{option} {path[-80:]}`"
    if not path:
        raise SpecError(f"`{option}` takes the name of a file")
    exists = False
    try:
        os.stat(folder)
        os.lstat(path)
        exists = True
    except FileNotFoundError:
        if not os.path.exists(folder):
            raise SpecError(f"{shown}: there is no folder `{folder[-80:]}`", hint="make it first") from None
    except NotADirectoryError:
        raise SpecError(f"{shown}: `{folder[-80:]}` is a file, not a folder") from None
    except OSError as error:
        raise SpecError(f"{shown}: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"{shown} is not a valid path") from None
    if os.path.isdir(path):
        raise SpecError(f"{shown} is a folder", hint="give the name of a file in it")
    if not os.access(path if exists else folder, os.W_OK):
        raise SpecError(f"{shown}: permission denied")
    refuse_pipe(path)


def refuse_picture(path: str) -> None:
    """Refuse a file of `--plot` that cannot be written, or that is called as what it would not be.

    Raises:
        SpecError: it cannot be written, or has the suffix of something else than SVG.
    """
    refuse_unwritable("--plot", path)
    root, suffix = os.path.splitext(path)
    if path == _STANDARD_OUTPUT or suffix.lower() not in ("", ".svg"):
        shown = "FILE" if path == _STANDARD_OUTPUT else root[-80:]
        raise SpecError(f"`--plot {path[-80:]}`: pictures are files of SVG", hint=f"give `--plot {shown}.svg`")


def _keep(path: str, printed: io.StringIO) -> None:
    """Write what was printed; a command that ended before it printed anything leaves the file as it is.

    Raises:
        SpecError: the file cannot be written, e.g. the disk is full.
    """
    if printed.getvalue():
        write_file(path, printed.getvalue())
