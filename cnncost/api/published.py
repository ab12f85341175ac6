"""What others publish: the architectures that ship, printed figures beside the exact ones, and what gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.api.networks import analyze, called, graph_of, several
from cnncost.arguments import flag, function, integer, optional_number, optional_text, text, whole_number
from cnncost.conventions import find
from cnncost.errors import SpecError
from cnncost.report.comparison import numbered
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cnncost.conventions import AnyConvention
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.progress import Progress
    from cnncost.published.catalogue import Zoo
    from cnncost.published.claims import PublishedComparison
    from cnncost.published.reconciliation.search import Reconciliation


def zoo(
    pattern: str | None = None,
    *,
    task: str | None = None,
    since: int | None = None,
    until: int | None = None,
    max_params: int | None = None,
    max_macs: int | None = None,
    max_memory: int | None = None,
    min_accuracy: float | None = None,
    metric: str | None = None,
    sort: str | None = None,
    frontier: bool = False,
    mode: str = "infer",
    amp: str | None = None,
) -> Zoo:
    """The architectures that ship with cnncost.

    Args:
        pattern: those whose name holds this text, or is like this: ``resnet*_v1``.
        task: those that were published for it: its name, or a beginning that no other task has.
        since, until: the years in which they were published.
        max_params, max_macs, max_memory: what they may cost; memory in bytes.
        min_accuracy: percent, of `metric`.
        metric: what accuracies are of; by default what each network's first source says.
        sort: ``name``, ``year``, ``params``, ``macs``, ``memory`` or ``accuracy``; by default task by task, and each by
            year.
        frontier: those that no cheaper one matches in accuracy, of the metric that is usual for their tasks if nothing
            else is said: ImageNet top-1 for classification, COCO AP for detection.
        mode, amp: of which step the memory is, of one sample, as for :func:`analyze`.

    Raises:
        SpecError: nothing is left; the text says what the last of them lacked.

    >>> [entry.name for entry in zoo("resnet*", max_params=25_000_000).entries][:2]
    ['resnet18', 'resnet34']
    """
    from cnncost.published.catalogue import shipped
    from cnncost.published.filters import Filters

    texts = {"pattern": pattern, "task": task, "metric": metric, "sort": sort}
    numbers = {
        "since": since,
        "until": until,
        "max_params": max_params,
        "max_macs": max_macs,
        "max_memory": max_memory,
        "min_accuracy": min_accuracy,
    }
    for name, words in texts.items():
        optional_text(f"`{name}`", words)
    for name, limit in numbers.items():
        optional_number(f"`{name}`", limit)
    best = flag("`frontier`", frontier)
    settings = Settings.checked(mode=mode, amp=amp)
    filters = Filters(pattern, task, since, until, max_params, max_macs, max_memory, min_accuracy, metric, best)
    chosen = filters.choose(shipped(settings.mode, settings.amp))
    return chosen if sort is None else chosen.sorted_by(sort)


def spec_text(name: str) -> str:
    """The spec of an architecture that ships, to read or to copy.

    Args:
        name: as :func:`zoo` has it; of a variant, the spec is that of its family.

    Raises:
        SpecError: no architecture is called so.

    >>> print(spec_text("lenet5").splitlines()[0])
    name: lenet5
    """
    from cnncost.language.library import text_of

    return text_of(text("an architecture", name, "a name"))[0]


def compare_published(
    specs: Iterable[str | Path | Graph], *, convention: AnyConvention = "textbook", limits: Limits | None = None
) -> PublishedComparison:
    """What sources print of networks, beside the exact figures of one sample in inference.

    Args:
        specs: as for :func:`load`, or graphs that are loaded already.
        convention: how operations become FLOPs.
        limits: as for :func:`load`.

    Raises:
        SpecError: nothing is published of any of them; and what :func:`analyze` raises.

    >>> from cnncost.language.load import loads
    >>> spec = "{input: 64, network: [{linear: 10}], published: {source: a book, params: 0.7K}}"
    >>> compare_published([loads(spec)]).claims[0].params_judged.agreement
    'rounded'
    """
    from cnncost.published.claims import PublishedComparison

    counting = find(convention)
    given = several(specs)
    if not given:
        raise SpecError("there is nothing to compare", hint="give a network or more")
    graphs = [graph_of(spec, None, None, limits) for spec in given]
    networks = dict(zip(numbered([called(spec) for spec in given]), graphs, strict=True))
    reports = {name: (graph, analyze(graph, convention=counting)) for name, graph in networks.items()}
    return PublishedComparison.of(reports, counting)


def reconcile(
    spec: str | Path,
    figure: str | None = None,
    *,
    quantity: str | None = None,
    thorough: bool = False,
    nearest: int = 5,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    limits: Limits | None = None,
    progress: Progress | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> tuple[Reconciliation, ...]:
    """Which way of counting, and which variant of a network, gives a published figure.

    Every convention is tried, and every way to count parameters, on the spec and on what is one change away from it:
    its variants, its switches turned, other resolutions, training, convolutions with or without biases, no batch
    normalisation. Two changes are tried where one is not enough. Of a large network, not everything is tried: what is
    left out stands in the result.

    Args:
        spec: as for :func:`load`.
        figure: with the digits that were printed, ``4.09G``, or ``4.1 GFLOPs``, which says what it is of; by default
            everything that the spec says is published.
        quantity: ``params`` or ``flops``, what the figure is of; by default it may be either.
        thorough: try two changes also where one is enough, and ten times as much of a large network.
        nearest: how many of the ways that do not give the figure are kept.
        set: variables to override.
        input: other input shapes.
        limits, arguments, partial: as for :func:`load`. Operations are not compared where a part of them is not known.
        progress: told what is being done, and how many of how many parts are: ``(text, done, total)``.

    Returns:
        what was found, for each figure; the likeliest ways first.

    Raises:
        SpecError: a spec that does not hold, a figure that is no amount, or none to reconcile.
        KeyboardInterrupt: somebody pressed Ctrl-C; once there is something, `found` of the error has it.

    >>> way = reconcile("resnet50", "4.09G")[0].matches[0]
    >>> way.countings[0], way.value, way.agreement
    ('macs', 4089184256, 'rounded')
    """
    from cnncost.language.load import limits_given, path_given
    from cnncost.language.request import settings_given, shapes_given
    from cnncost.progress import no_progress
    from cnncost.published.reconciliation.candidates import Subject
    from cnncost.published.reconciliation.search import search_all

    digits = whole_number(figure)
    figure = optional_text("the figure", figure if digits is None else str(digits), "a text such as `4.09G`")
    quantity = optional_text("`quantity`", quantity)
    thorough = flag("`thorough`", thorough)
    nearest = integer("`nearest`", nearest)
    path, variables, shapes = path_given(spec), settings_given(set), shapes_given(input)
    subject = Subject(path, variables, shapes, limits_given(limits), arguments, partial=flag("`partial`", partial))
    report = function("`progress`", progress) or no_progress
    return search_all(subject, figure, quantity, thorough=thorough, nearest=nearest, progress=report)
