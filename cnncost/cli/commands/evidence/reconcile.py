"""`cnncost reconcile`: which way of counting gives a published figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.interruption import INTERRUPTED
from cnncost.cli.output import write
from cnncost.cli.progress import progress_bar

if TYPE_CHECKING:
    from cnncost.published.reconciliation.search import Reconciliation

NOT_FOUND = 1


def reconcile(
    spec: options.Spec,
    figure: Annotated[
        str | None,
        Argument(metavar="FIGURE", help="`4.09G`, with the digits that were printed; else all that the spec publishes"),
    ] = None,
    *,
    quantity: Annotated[str | None, Option(metavar="params|flops", help="what the figure is of")] = None,
    thorough: Annotated[
        bool, Option("--thorough", help="try every two changes, also where one is enough, and more of a large network")
    ] = False,
    top: Annotated[str, Option(metavar="N", help="ways shown of each figure, and of the nearest others")] = "5",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Find what gives a published figure: convention and variant.

    Exit code 1 when there is none for it. Ctrl-C shows what was found until then.

    Examples:
        cnncost reconcile resnet50 4.09G
        cnncost reconcile resnet18
    """
    from cnncost.render.format import find_format
    from cnncost.render.views.evidence.reconcile import reconciliation_document

    output = find_format(form)
    most = options.whole("--top", top)
    settings, shapes = options.settings_of(set), options.shapes_of(input)
    limits = options.limits_of(max_nodes, max_bytes)
    found, interrupted = _found(
        spec,
        figure,
        quantity=quantity,
        thorough=thorough,
        nearest=most,
        input=shapes,
        set=settings,
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=limits,
    )
    write(output.render(reconciliation_document(found, most), raw))
    if interrupted:
        raise Exit(INTERRUPTED)
    if not all(each.matches for each in found):
        raise Exit(NOT_FOUND)


def _found(spec: str, figure: str | None, **how: Any) -> tuple[tuple[Reconciliation, ...], bool]:
    """What is found of the figures, and whether Ctrl-C ended the search.

    Raises:
        KeyboardInterrupt: before anything was found.
    """
    from cnncost.api import reconcile as reconcile_spec
    from cnncost.published.reconciliation.search import Interruption

    with progress_bar() as progress:
        try:
            return reconcile_spec(spec, figure, progress=progress, **how), False
        except Interruption as ended:
            return ended.found, True
