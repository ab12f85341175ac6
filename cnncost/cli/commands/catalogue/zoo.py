"""`cnncost zoo`: the architectures that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.files import refuse_picture
from cnncost.cli.output import complain, warn, write
from cnncost.cli.process import BAD_INPUT
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.published.catalogue import Zoo

Text = str | None


def zoo(
    pattern: Annotated[
        Text, Argument(metavar="PATTERN", help="part of a name, or a pattern such as 'resnet*_v1'", show_default=False)
    ] = None,
    *,
    task: Annotated[Text, Option(metavar="TASK", help="what they were published for, e.g. detection")] = None,
    since: Annotated[Text, Option(metavar="YEAR", help="published in that year or later")] = None,
    until: Annotated[Text, Option(metavar="YEAR", help="published in that year or earlier")] = None,
    max_params: Annotated[Text, Option(metavar="COUNT", help="parameters at most, e.g. 5M")] = None,
    max_macs: Annotated[Text, Option(metavar="COUNT", help="multiply-accumulates at most, e.g. 1G")] = None,
    max_memory: Annotated[Text, Option(metavar="BYTES", help="memory of a step at most, e.g. 100MB")] = None,
    min_accuracy: Annotated[Text, Option(metavar="PERCENT", help="published accuracy at least")] = None,
    metric: Annotated[Text, Option(metavar="METRIC", help="what accuracies are of, e.g. 'ImageNet top-1'")] = None,
    sort: Annotated[Text, Option(metavar="name|year|params|macs|memory|accuracy", help="in which order")] = None,
    frontier: Annotated[
        bool, Option("--frontier", help="those that no cheaper one matches in accuracy, drawn among the others")
    ] = False,
    plot: Annotated[
        Text, Option(metavar="FILE.svg", help="draw them by multiply-accumulates and accuracy, as SVG")
    ] = None,
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    show: Annotated[
        Text, Option(metavar="ARCHITECTURE", help="print the spec of one, to copy: `--show lenet5 -o mine.yaml`")
    ] = None,
    form: options.Format = "table",
    raw: options.Raw = False,
) -> None:
    """List the architectures that ship, task by task.

    With their parameters, multiply-accumulates and memory, and the accuracy that somebody printed of them.

    Examples:
        cnncost zoo resnet
        cnncost zoo --task detection --max-params 40M --sort params
        cnncost zoo --task classification --frontier
        cnncost zoo --show lenet5 -o mine.yaml
    """
    if show is not None:
        chosen_by = (pattern, task, since, until, max_params, max_macs, max_memory, min_accuracy, metric, sort, plot)
        _show(show, alone=form == "table" and not frontier and chosen_by.count(None) == len(chosen_by))
        return
    from cnncost.api import zoo as choose
    from cnncost.render.format import find_format
    from cnncost.render.views.catalogue.zoo import frontier_document, zoo_document

    output = find_format(form)
    if plot is not None:
        refuse_picture(plot)
    chosen = choose(
        pattern,
        task=task,
        since=None if since is None else options.whole("--since", since),
        until=None if until is None else options.whole("--until", until),
        max_params=None if max_params is None else options.count_of("--max-params", max_params),
        max_macs=None if max_macs is None else options.count_of("--max-macs", max_macs),
        max_memory=None if max_memory is None else options.bytes_of("--max-memory", max_memory),
        min_accuracy=None if min_accuracy is None else options.percent_of("--min-accuracy", min_accuracy),
        metric=metric,
        sort=sort,
        frontier=frontier,
        mode=mode,
        amp=amp,
    )
    if plot is not None:
        _draw(chosen, plot)
    for fault in chosen.faults:
        complain(str(fault))
    write(output.render(frontier_document(chosen) if frontier else zoo_document(chosen), raw))
    if chosen.faults:
        raise Exit(BAD_INPUT)


def _draw(chosen: Zoo, path: str) -> None:
    from cnncost.files import write_file
    from cnncost.render.svg.scatter import scatter_svg
    from cnncost.render.views.catalogue.zoo import frontier_plot

    write_file(path, scatter_svg(frontier_plot(chosen)))


def _show(name: str, *, alone: bool) -> None:
    """Print the file that describes an architecture, as it ships."""
    from cnncost.language.library import text_of

    if not alone:
        raise SpecError("`--show` prints one spec as it ships: it goes without other arguments")
    text, variant = text_of(name)
    if variant is not None:
        warn([f"`{name}` is a variant of this spec: a copy `mine.yaml` has it as `mine.yaml@{name}`"])
    write(text)
