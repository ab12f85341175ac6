"""The Python API: what the commands do, as functions that return plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.engine import analyze_graph
from cnncost.graph import Graph
from cnncost.passes.analysis import Settings
from cnncost.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from cnncost.comparison import Comparison
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
    convention: str = "textbook",
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
        convention: how operations become FLOPs.
        limits: as for :func:`load`.

    Raises:
        SpecError: a spec that does not hold, or settings that do not exist.

    >>> report = analyze("resnet50", batch=8)
    >>> report.totals.params, report.totals.macs
    (25557032, 32713474048)
    """
    settings = Settings.checked(batch=batch, dtype=dtype, optimizer=optimizer, mode=mode, convention=convention)
    return analyze_graph(_graph(spec, set, input, limits), settings)


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
    progress: Callable[[str, int, int], None] | None = None,
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
    from cnncost.verification.options import MeasureOptions, no_progress
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
