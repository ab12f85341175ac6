"""`cnncost reconcile`: which way of counting gives a published figure."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.output import write
from cnncost.cli.progress import progress_bar

NOT_FOUND = 1


def reconcile(
    spec: options.Spec,
    figure: Annotated[
        str | None,
        Argument(metavar="FIGURE", help="`4.09G`, with the digits that were printed; else all that the spec publishes"),
    ] = None,
    *,
    quantity: Annotated[str | None, Option(metavar="params|flops", help="what the figure is of")] = None,
    thorough: Annotated[bool, Option("--thorough", help="try every two changes, also where one is enough")] = False,
    top: Annotated[str, Option(metavar="N", help="ways shown of each figure, and of the nearest others")] = "5",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Find what gives a published figure: convention and variant.

    Exit code 1 when there is none for it.
    """
    from cnncost.api import reconcile as reconcile_spec
    from cnncost.render.format import find_format
    from cnncost.render.views.reconcile import reconciliation_document

    output = find_format(form)
    most = options.whole("--top", top)
    with progress_bar() as progress:
        found = reconcile_spec(
            spec,
            figure,
            quantity=quantity,
            thorough=thorough,
            nearest=most,
            input=options.shapes_of(input),
            set=options.settings_of(set),
            limits=options.limits_of(max_nodes, max_bytes),
            progress=progress,
        )
    write(output.render(reconciliation_document(found, most), raw))
    if not all(each.matches for each in found):
        raise Exit(NOT_FOUND)
