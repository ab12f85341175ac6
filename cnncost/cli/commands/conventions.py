"""`cnncost conventions`: the ways to count."""

from __future__ import annotations

from shutil import get_terminal_size
from typing import Annotated

from typer import Argument

from cnncost.cli import options
from cnncost.cli.output import write

_WIDTH = 100


def conventions(
    name: Annotated[
        str | None, Argument(metavar="NAME", help="one of them, or a file; all when left out", show_default=False)
    ] = None,
    *,
    form: options.Format = "table",
) -> None:
    """List the conventions that operations are counted by.

    With a name: its rules, what it is taken from, and what it gets wrong.
    """
    from cnncost.conventions import find
    from cnncost.render import render
    from cnncost.render.views.conventions import (
        catalogue_document,
        catalogue_text,
        convention_document,
        convention_text,
    )

    options.check_format(form)
    convention = None if name is None else find(name)
    if form == "table":  # sentences, which a table has no room for
        width = min(get_terminal_size((_WIDTH, 0)).columns, _WIDTH)
        write((catalogue_text(width) if convention is None else convention_text(convention, width)) + "\n")
        return
    write(render(catalogue_document() if convention is None else convention_document(convention), form))
