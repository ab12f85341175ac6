"""The Python API: what the commands do, as functions that return plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.conventions import choose, find
from cnncost.engine import analyze_graph
from cnncost.errors import SpecError
from cnncost.graph import Graph
from cnncost.passes.analysis import Settings
from cnncost.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from cnncost.architectures import Zoo
    from cnncost.claims import PublishedComparison
    from cnncost.comparison import Comparison
    from cnncost.conventions import AnyConvention, SomeConventions
    from cnncost.explanation import LayerExplanation, SumExplanation
    from cnncost.progress import Progress
    from cnncost.reconciliation.search import Reconciliation
    from cnncost.spec.text import Limits
    from cnncost.verification.result import Verification


def load(
    spec: str | Path,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
) -> Graph:
    """The layer graph of a spec.

    Args:
        spec: a path, ``-`` for standard input, or the name of a shipped architecture; settings may follow behind an
            ``@``: ``resnet50@depths=[3,4,23,3];classes=10``.
        set: variables to override.
        input: the shape of one sample, ``[3, 256, 256]``, or shapes by the inputs' names.
        limits: how large the file and the network may be, where the defaults are too small.

    Raises:
        SpecError: no such spec, or one that does not hold; the text says where and what to do.

    >>> load("resnet50", set={"classes": 10}).nodes[-1].y.dims
    (10,)
    """
    from cnncost.spec.load import load as load_spec  # the loader is half of the program: not for `import cnncost`

    return load_spec(spec, set=set, input=input, limits=limits)


def analyze(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    convention: SomeConventions = "textbook",
    algorithms: bool = False,
    limits: Limits | None = None,
) -> Report:
    """What a network costs: every figure of every layer, and the totals.

    Args:
        spec: as for :func:`load`, or a graph that is loaded already (`set` and `input` are for specs only).
        set: variables to override.
        input: other input shapes.
        batch: samples at once.
        dtype: of parameters, gradients, activations and optimizer states.
        optimizer: whose state training keeps.
        mode: ``infer`` or ``train``: which layers run.
        convention: how operations become FLOPs: a name, the path of a file, or a
            :class:`~cnncost.conventions.Convention`. Of several, or of ``all``, the report has the `counts` besides.
        algorithms: whether convolutions are counted by every algorithm too, as figures of their own.
        limits: as for :func:`load`.

    Raises:
        SpecError: a spec that does not hold, or settings that do not exist.

    >>> report = analyze("resnet50", batch=8)
    >>> report.totals.params, report.totals.macs
    (25557032, 32713474048)
    """
    chosen = choose(convention)
    settings = Settings.checked(batch=batch, dtype=dtype, optimizer=optimizer, mode=mode, convention=chosen[0])
    several = chosen if len(chosen) > 1 else ()
    return analyze_graph(_graph(spec, set, input, limits), settings, algorithms=algorithms, conventions=several)


def explain(
    spec: str | Path | Graph,
    layer: str | None = None,
    *,
    total: str | None = None,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    convention: AnyConvention = "textbook",
    limits: Limits | None = None,
) -> LayerExplanation | SumExplanation:
    """Where figures come from: formulas in symbols, with the numbers in them, results, units and sources.

    Args:
        spec: as for :func:`analyze`; or a layer type that is no architecture and no file, for a layer on its own:
            `input` is then its input, and `set` its parameters.
        layer: the name of a layer, for each of its figures; or of a block, for what its figures add up from. Without
            one it is the network's.
        total: the only figure to add up.
        set, input: as for :func:`analyze`.
        batch, dtype, optimizer, mode, convention, limits: as for :func:`analyze`.

    Raises:
        SpecError: there is no such layer or figure; and what :func:`analyze` raises.

    >>> conv = explain("conv", input=[64, 56, 56], set={"out": 128, "kernel": 3, "padding": 1}, batch=32)
    >>> conv.figure("params").formula, conv.figure("params").substituted, conv.figure("params").value
    ('C_o·(C_i/g)·k² + C_o', '128·(64/1)·3² + 128', 73856)
    """
    from cnncost.explanation.named import explain_named
    from cnncost.explanation.single import layer_graph, names_a_layer_type
    from cnncost.passes import Analysis

    settings = Settings.checked(batch=batch, dtype=dtype, optimizer=optimizer, mode=mode, convention=convention)
    if isinstance(spec, str) and names_a_layer_type(spec):
        if layer is not None or total is not None:
            raise SpecError(f"`{spec}` is a layer type, not a network", hint="it has no layers and no totals to name")
        graph = layer_graph(spec, input, set or {}, limits)
        return explain_named(Analysis(graph, settings), graph.layers[-1].name)
    return explain_named(Analysis(_graph(spec, set, input, limits), settings), layer, total)


def compare(specs: Iterable[str | Path | Graph | Report], *, baseline: str | int = 0, **settings: Any) -> Comparison:
    """Networks side by side, with ratios to one of them.

    Args:
        specs: what :func:`analyze` takes, or finished reports.
        baseline: the position of the network that ratios refer to, or its name as it was given.
        settings: as for :func:`analyze`, for all of them.

    Raises:
        SpecError: fewer than two networks, no such baseline, or reports of unlike settings; and what :func:`analyze`
            raises.

    >>> comparison = compare(["resnet18", "resnet50"])
    >>> round(comparison.ratio("params", 1), 2)
    2.19
    """
    from cnncost.comparison import Comparison

    networks = list(specs)
    reports = [network if isinstance(network, Report) else analyze(network, **settings) for network in networks]
    names = [str(getattr(network, "name", network)) for network in networks]
    return Comparison.of(reports, names, baseline)


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

    >>> from cnncost.spec.load import loads
    >>> spec = "{input: 64, network: [{linear: 10}], published: {source: a book, params: 0.7K}}"
    >>> compare_published([loads(spec)]).claims[0].params_judged.agreement
    'rounded'
    """
    from cnncost.claims import PublishedComparison

    networks = {str(getattr(spec, "name", spec)): _graph(spec, None, None, limits) for spec in specs}
    reports = {name: (graph, analyze(graph, convention=convention)) for name, graph in networks.items()}
    return PublishedComparison.of(reports, find(convention).name)


def zoo(
    pattern: str | None = None,
    *,
    task: str | None = None,
    since: int | None = None,
    until: int | None = None,
    max_params: int | None = None,
    max_macs: int | None = None,
    min_accuracy: float | None = None,
    metric: str | None = None,
    sort: str | None = None,
    frontier: bool = False,
) -> Zoo:
    """The architectures that ship with cnncost.

    Args:
        pattern: those whose name holds this text, or is like this: ``resnet*_v2``.
        task: those that were published for it.
        since, until: the years in which they were published.
        max_params, max_macs: what they may cost.
        min_accuracy: percent, of `metric`.
        metric: what accuracies are of; by default what each network's first source says.
        sort: ``name``, ``year``, ``params``, ``macs`` or ``accuracy``.
        frontier: those that no cheaper one matches in accuracy, of ImageNet top-1 if nothing else is said.

    Raises:
        SpecError: nothing is left; the text says what the last of them lacked.

    >>> [entry.name for entry in zoo("resnet*", max_params=25_000_000).entries][:2]
    ['resnet18', 'resnet34']
    """
    from cnncost.architectures import METRIC, shipped
    from cnncost.selection import Filters

    metric = metric or (METRIC if frontier else None)
    chosen = Filters(pattern, task, since, until, max_params, max_macs, min_accuracy, metric).choose(shipped())
    chosen = chosen.frontier() if frontier else chosen
    return chosen.sorted_by(sort) if sort else chosen


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
) -> tuple[Reconciliation, ...]:
    """Which way of counting, and which variant of a network, gives a published figure.

    Every convention is tried, and every way to count parameters, on the spec and on what is one change away from it:
    its variants, its switches turned, other resolutions, training, convolutions with or without biases, no batch
    normalisation. Two changes are tried where one is not enough.

    Args:
        spec: as for :func:`load`.
        figure: with the digits that were printed, ``4.09G``; by default everything that the spec says is published.
        quantity: ``params`` or ``flops``, what the figure is of; by default it may be either.
        thorough: try two changes also where one is enough.
        nearest: how many of the ways that do not give the figure are kept.
        set: variables to override.
        input: other input shapes.
        limits: as for :func:`load`.
        progress: told what is being done, and how many of how many parts are: ``(text, done, total)``.

    Returns:
        what was found, for each figure; the likeliest ways first.

    Raises:
        SpecError: a spec that does not hold, a figure that is no amount, or none to reconcile.

    >>> way = reconcile("resnet50", "4.09G")[0].matches[0]
    >>> way.countings[0], way.value, way.agreement
    ('macs', 4089184256, 'rounded')
    """
    from cnncost.progress import no_progress
    from cnncost.reconciliation.candidates import Subject
    from cnncost.reconciliation.search import search_all
    from cnncost.spec.text import Limits

    subject = Subject(str(spec), set or {}, input, limits or Limits())
    return search_all(subject, figure, quantity, thorough=thorough, nearest=nearest, progress=progress or no_progress)


def build(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    device: str = "cpu",
) -> Any:
    """The PyTorch model that a spec describes, a ``torch.nn.Module`` to train like any other.

    Its modules are called as the layers are: ``stage[0].conv`` is ``model.stage[0].conv`` or, as a path of
    :meth:`~torch.nn.Module.get_submodule`, ``stage.0.conv``. It takes the inputs in the order of the spec, or by name,
    and returns the output, or a tuple of several; while it trains, the auxiliary outputs follow.

    Args:
        spec: as for :func:`analyze`.
        set: variables to override.
        input: other input shapes.
        device: where its weights lie: ``cpu``, ``cuda``, or ``meta`` for shapes without numbers.

    Raises:
        SpecError: a spec that does not hold, or PyTorch is not installed.

    >>> model = build("resnet50", set={"classes": 10}, device="meta")
    >>> sum(parameter.numel() for parameter in model.parameters())
    23528522
    """
    from cnncost.verification.model import build as build_model

    return build_model(_graph(spec, set, input), device)


def verify(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    against: str | Callable[[], Any] | None = None,
    latency: bool | None = None,
    memory: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Verification:
    """The figures of a network held against PyTorch, layer by layer, and what it takes on this machine.

    Args:
        spec: as for :func:`analyze`.
        set: variables to override.
        input: other input shapes.
        against: a model of your own to hold the spec against as well: a function that returns it, or where to find
            one, ``package.module:factory``.
        latency: whether it is measured; by default wherever there are numbers, so not on ``meta``.
        memory: whether the peak is measured.
        limits: as for :func:`load`.
        progress: told what is being done, and how many of how many parts are: ``(text, done, total)``.
        options: the fields of :class:`~cnncost.verification.options.MeasureOptions`: `device` (``auto``), `batch`,
            `dtype`, `mode`, `optimizer`, `seconds` and others.

    Returns:
        what was found. Whatever breaks while the network is verified, its `failure` says so.

    Raises:
        SpecError: a spec that does not hold, options that cannot be, or PyTorch is not installed.

    >>> verification = verify("lenet5", device="meta")
    >>> verification.passed, len(verification.mismatches)
    (True, 0)
    """
    from cnncost.progress import no_progress
    from cnncost.verification.options import MeasureOptions
    from cnncost.verification.run import Plan, verify_graph

    plan = Plan.checked(MeasureOptions(**options), latency=latency, memory=memory, against=against)
    return verify_graph(_graph(spec, set, input, limits), plan, progress or no_progress)


def _graph(
    spec: str | Path | Graph,
    set: Mapping[str, object] | None,  # noqa: A002
    input: object,  # noqa: A002
    limits: Limits | None = None,
) -> Graph:
    """A graph that is loaded already, or the one of a spec."""
    if not isinstance(spec, Graph):
        return load(spec, set=set, input=input, limits=limits)
    if set or input is not None:
        raise TypeError("a graph is loaded already: give `set` and `input` to load()")
    return spec
