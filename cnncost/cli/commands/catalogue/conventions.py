"""`cnncost conventions`: the ways to count."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from cnncost.cli import options  # noqa: TC001 - typer reads it from the annotations
from cnncost.cli.output import write


def conventions(
    name: Annotated[
        str | None, Argument(metavar="CONVENTION", help="one of them, or a file; all when left out", show_default=False)
    ] = None,
    *,
    form: options.Format = "table",
) -> None:
    """List the conventions that operations are counted by.

    With a name: its rules, what it is taken from, and what it gets wrong.

    Examples:
        cnncost conventions
        cnncost conventions fvcore
    """
    from cnncost.conventions import find
    from cnncost.render.format import find_format
    from cnncost.render.views.catalogue.conventions import catalogue_document, convention_document

    output = find_format(form)
    document = catalogue_document() if name is None else convention_document(find(name))
    write(output.render(document, False))
