"""Networks in PyTorch: the model that a spec describes, and the figures compared with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.api.networks import graph_of
from cnncost.arguments import ArgumentError, flag, function, is_path, number, text, whole_number, wrong_type
from cnncost.errors import did_you_mean
from cnncost.graph.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cnncost.language.limits import Limits
    from cnncost.measurement.options import MeasureOptions
    from cnncost.progress import Progress
    from cnncost.verification.comparison.reference import Reference
    from cnncost.verification.result import Verification


def build(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    device: str = "cpu",
    arguments: Mapping[str, object] | None = None,
    allow_code: bool = False,
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
        arguments: as for :func:`load`.
        allow_code: whether the code may run that a spec names for layers of its own.

    Raises:
        SpecError: a spec that does not hold, or PyTorch is not installed.

    >>> model = build("resnet50", set={"classes": 10}, device="meta")
    >>> sum(parameter.numel() for parameter in model.parameters())
    23528522
    """
    from cnncost.pytorch.build import build as build_model

    return build_model(_with_modules(graph_of(spec, set, input, None, arguments), allow_code), _device(device))


def verify(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    against: str | Graph | Callable[[], Any] | None = None,
    latency: bool | None = None,
    memory: bool = False,
    allow_code: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    **options: Any,
) -> Verification:
    """The figures of a network compared with PyTorch, layer by layer, and what it takes on this machine.

    Args:
        spec: as for :func:`analyze`.
        set: variables to override.
        input: other input shapes.
        against: another network to compare it with as well, layer by layer: what may stand in place of a spec, such as
            ``package.module:factory``; a PyTorch module or a function that returns one; or a graph.
        latency: whether it is measured; by default wherever there are numbers, so not on ``meta``.
        memory: whether the peak is measured.
        allow_code: whether the code may run that a spec names for layers of its own.
        limits, arguments, partial: as for :func:`load`. What has a gap is refused: no module can be made of it.
        progress: told what is being done, and how many of how many parts are: ``(text, done, total)``.
        options: the fields of :class:`~cnncost.measurement.options.MeasureOptions`: `device` (``auto``), `batch`,
            `dtype`, `mode`, `optimizer`, `seconds` and others.

    Returns:
        what was found. Whatever breaks while the network is verified, its `failure` says so.

    Raises:
        SpecError: a spec that does not hold, options that cannot be, or PyTorch is not installed.

    >>> verification = verify("lenet5", device="meta")
    >>> verification.passed, len(verification.mismatches)
    (True, 0)
    """
    from cnncost.measurement.options import MeasureOptions
    from cnncost.progress import no_progress
    from cnncost.verification.run import Plan, verify_graph

    latency = None if latency is None else flag("`latency`", latency)
    memory = flag("`memory`", memory)
    measure = MeasureOptions(**_options(options, MeasureOptions()))
    plan = Plan.checked(measure, latency=latency, memory=memory, against=_reference(against, input, limits))
    report = function("`progress`", progress) or no_progress
    return verify_graph(
        _with_modules(graph_of(spec, set, input, limits, arguments, partial=partial), allow_code), plan, report
    )


def _reference(against: Any, shapes: object, limits: Limits | None) -> Reference | None:
    """The network to compare with, if there is one.

    Raises:
        SpecError: there is no such network, or what is given is none.
    """
    if against is None:
        return None
    if not (is_path(against) or isinstance(against, Graph) or callable(against)):
        raise wrong_type("`against`", "a function that returns a model, or `package.module:factory`", against)
    from cnncost.verification.comparison.reference import Reference

    given = str(against) if is_path(against) else against
    return Reference.found(given, input=shapes, limits=limits)


def _with_modules(graph: Graph, allow_code: object) -> Graph:
    """The graph with the modules of layers of the spec's own, where their code may run."""
    from cnncost.pytorch.own_modules import with_own_modules

    return with_own_modules(graph, allow_code=flag("`allow_code`", allow_code))


def _options(given: Mapping[str, Any], usual: MeasureOptions) -> dict[str, Any]:
    """The options of a measurement, each of the type that the usual one has.

    Raises:
        SpecError: there is no such option, or one of a wrong type.
    """
    options: dict[str, Any] = {}
    for name, value in given.items():
        if name not in usual._fields:
            hint = f"they are {', '.join(usual._fields)}"
            raise ArgumentError(f"there is no option `{name}`{did_you_mean(name, usual._fields)}", hint=hint)
        options[name] = _option(name, value, getattr(usual, name))
    return options


def _option(name: str, value: Any, usual: object) -> Any:
    if name == "device":
        return _device(value)
    if isinstance(usual, bool):
        return flag(f"`{name}`", value)
    if isinstance(usual, float):
        return number(f"`{name}`", value)
    whole = whole_number(value)
    return value if whole is None else whole  # what it may be is checked with the others


def _device(device: object) -> str:
    """A device by its name, or as PyTorch has it."""
    is_device = (type(device).__module__, type(device).__name__) == ("torch", "device")
    return text("the device", str(device) if is_device else device, "a name such as `cpu`")
