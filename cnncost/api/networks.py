"""Networks: loaded, analyzed, and compared with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from cnncost.arguments import ArgumentError, flag, is_path, wrong_type
from cnncost.conventions import choose
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph
from cnncost.report.analyze import analyze_graph
from cnncost.report.report import Report
from cnncost.settings import Settings, batch_text

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.conventions import SomeConventions
    from cnncost.language.limits import Limits
    from cnncost.report.comparison import Comparison


def load(
    spec: str | Path,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> Graph:
    """The layer graph of a spec, or of a PyTorch model.

    Args:
        spec: a path, ``-`` for standard input, or the name of a shipped architecture; settings may follow behind an
            ``@``: ``resnet50@depths=[3,4,23,3];classes=10``. Or a PyTorch model, whose Python code is run:
            ``torchvision:resnet50``, ``timm:convnext_tiny``, ``package.module:factory``, ``path/to/file.py:factory``.
            Or a file of ONNX, Darknet or Ultralytics: ``model.onnx``, ``yolov3.cfg``, ``yolov8n.yaml``.
        set: variables to override.
        input: the shape of one sample, ``[3, 256, 256]``, or shapes by the inputs' names.
        limits: how large the file and the network may be, where the defaults are too small.
        arguments: what a PyTorch model is made with.
        partial: whether operators of a PyTorch model that are not known become gaps, and totals lower bounds.

    Raises:
        SpecError: no such spec or model, or one that does not hold; the text says where and what to do. For an argument
            of a wrong type it is a TypeError too, in this and every other function.

    >>> load("resnet50", set={"classes": 10}).nodes[-1].y.dims
    (10,)
    """
    from cnncost.importers.sources import load as load_network  # half of the program: not for `import cnncost`

    return load_network(spec, set=set, input=input, limits=limits, arguments=arguments, partial=partial)


def load_text(
    text: str | bytes,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    limits: Limits | None = None,
) -> Graph:
    """The layer graph of a spec that is at hand as a text, in YAML or JSON.

    Args:
        text: of the spec; paths in it are relative to the current directory. A `dict` is one by ``json.dumps(spec)``.
        set, input, limits: as for :func:`load`.

    Raises:
        SpecError: a spec that does not hold; the text says where and what to do.

    >>> load_text("input: [3, 32, 32]\\nnetwork: [{conv: {out: 8, kernel: 3}}]").nodes[-1].y.dims
    (8, 30, 30)
    """
    from cnncost.language.load import loads

    return loads(text, set=set, input=input, limits=limits)


def analyze(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    amp: str | None = None,
    convention: SomeConventions = "textbook",
    algorithms: bool = False,
    device: str | None = None,
    channels_last: bool = False,
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
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
        amp: ``bf16`` or ``fp16`` where autocast runs operations in it, for the memory of a step.
        convention: how operations become FLOPs: a name, the path of a file, or a
            :class:`~cnncost.conventions.Convention`. Of several, or of ``all``, the report has the `counts` besides.
        algorithms: whether convolutions are counted by every algorithm too, as figures of their own.
        device: where a step runs: the totals have ``latency_ns`` then, as :func:`latency` predicts it.
        channels_last: whether maps lie in memory with their channels last there.
        limits, arguments, partial: as for :func:`load`.

    Raises:
        SpecError: a spec that does not hold, or settings that do not exist.

    >>> report = analyze("resnet50", batch=8)
    >>> report.totals.params, report.totals.macs
    (25557032, 32713474048)
    """
    algorithms = flag("`algorithms`", algorithms)
    chosen = choose(convention)
    settings = Settings.checked(
        batch=batch,
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=chosen[0],
        device=device,
        channels_last=channels_last,
    )
    several = chosen if len(chosen) > 1 else ()
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    return analyze_graph(graph, settings, algorithms=algorithms, conventions=several)


def compare(specs: Iterable[str | Path | Graph | Report], *, baseline: str | int = 0, **settings: Any) -> Comparison:
    """Networks side by side, with ratios to one of them.

    Args:
        specs: a list of what :func:`analyze` takes, or of finished reports.
        baseline: the position of the network that ratios refer to, or its name as it was given.
        settings: as for :func:`analyze`, for all of them that are not reports. One may run otherwise, which stands
            behind its name: ``resnet50@batch=8;amp=bf16``; so may `dtype`, `mode` and `optimizer`.

    Raises:
        SpecError: fewer than two networks, no such baseline, reports of unlike conventions, or settings for nothing but
            reports; and what :func:`analyze` raises.

    >>> comparison = compare(["resnet18", "resnet50"])
    >>> round(comparison.ratio("params", 1), 2)
    2.19
    """
    from cnncost.report.comparison import Comparison

    networks = several(specs)
    if settings and networks and all(isinstance(network, Report) for network in networks):
        names = ", ".join(f"`{name}`" for name in settings)
        raise SpecError(f"reports have their settings already: {names} would change nothing")
    reports = [
        network if isinstance(network, Report) else analyze_as_asked(network, **settings) for network in networks
    ]
    return Comparison.of(reports, [called(network) for network in networks], baseline)


def analyze_as_asked(spec: str | Path | Graph, **settings: Any) -> Report:
    """What a network costs that may say itself how it runs, behind an ``@``.

    Raises:
        SpecError: what :func:`analyze` raises.

    >>> analyze_as_asked("lenet5@batch=8;mode=train", batch=1).settings.batch
    8
    """
    if not isinstance(spec, str):
        return analyze(spec, **settings)
    from cnncost.language.request import run_behind

    network, run = run_behind(spec)
    own: dict[str, Any] = {**run, "batch": batch_text(run["batch"])} if "batch" in run else {**run}
    return analyze(network, **{**settings, **own})


def graph_of(
    spec: str | Path | Graph,
    set: Mapping[str, object] | None,  # noqa: A002
    input: object,  # noqa: A002
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    *,
    partial: bool = False,
) -> Graph:
    """A graph that is loaded already, or the one of a spec."""
    if not isinstance(spec, Graph):
        if not is_path(spec):
            from cnncost.language.load import hint_for_data

            raise wrong_type("a spec", "a path, the name of a network or a `Graph`", spec, hint_for_data(spec))
        return load(spec, set=set, input=input, limits=limits, arguments=arguments, partial=partial)
    if set or arguments or input is not None:
        given = "`arguments`" if arguments else "`set` and `input`"
        raise ArgumentError(f"a graph is loaded already: give {given} to load()")
    return spec


def several(specs: object) -> list[Any]:
    """The networks of a list; one alone is refused, whose letters or fields would be taken for networks."""
    alone = isinstance(specs, str | bytes | PathLike | Graph | Report | Mapping)
    if alone or not isinstance(specs, Iterable):
        raise wrong_type("`specs`", 'a list of networks, such as `["resnet18", "resnet50"]`', specs)
    return list(specs)


def called(network: object) -> str:
    """What a network is called among others: as it was given, or by the name that it has itself."""
    return network.name if isinstance(network, Graph | Report) else str(network)
