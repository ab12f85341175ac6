"""`cnncost verify`: predictions compared with PyTorch, and what a network takes on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.files import refuse_unwritable
from cnncost.cli.output import results_only, warn, write
from cnncost.cli.progress import progress_bar
from cnncost.cli.several import exit_unless_all, good_ones
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.verification.comparison.reference import Reference
    from cnncost.verification.result import Verification
    from cnncost.verification.run import Plan

FAILED = 1
INTERRUPTED = 130

Specs = Annotated[
    list[str] | None, Argument(metavar="SPEC...", help=options.SPEC_HELP + "; none with --all", show_default=False)
]


def verify(
    specs: Specs = None,
    *,
    all: Annotated[bool, Option("--all", help="every architecture that ships with cnncost")] = False,  # noqa: A002
    device: Annotated[str, Option(metavar="auto|cpu|cuda|cuda:1|meta", help="where to measure")] = "auto",
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: Annotated[str, Option(metavar="float32|tf32|float16|bfloat16", help="what PyTorch computes in")] = "float32",
    mode: options.Mode = "infer",
    convention: options.Convention = "textbook",
    optimizer: Annotated[str, Option(metavar=options.OPTIMIZERS, help="whose step ends a step of training")] = "adam",
    latency: Annotated[
        bool | None, Option("--latency/--no-latency", help="measure it  [default: except on meta]", show_default=False)
    ] = None,
    memory: Annotated[bool, Option("--memory", help="measure the peak")] = False,
    compile: Annotated[bool, Option("--compile", help="also what torch.compile makes of it")] = False,  # noqa: A002
    channels_last: Annotated[bool, Option("--channels-last", help="channels last in memory")] = False,
    per_layer: Annotated[bool, Option("--per-layer", help="latency of every layer, too")] = False,
    profile: Annotated[
        str,
        Option(metavar="CARD|FILE", help="show what it predicts beside the latency  [default: that of a known card]"),
    ] = "",
    seconds: Annotated[str, Option(metavar="SECONDS", help="time budget of one measurement")] = "2",
    against: Annotated[
        str | None, Option(metavar="MODEL", help="also compare it with this model, whose code is run, or spec")
    ] = None,
    allow_code: options.AllowCode = False,
    save: Annotated[str | None, Option(metavar="FILE", help="keep what was found, as JSON")] = None,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Compare the figures of networks with PyTorch.

    Counts are taken on meta tensors, layer by layer; receptive fields and latency are measured on the device. Exit code
    1 when a figure differs or something broke; figures that cannot be measured are counted apart, and end it with 0.
    What `--against` takes is what stands in place of a spec; a model in Python is imported, which runs its code.
    Interrupted, it shows and keeps what was found until then, and ends with 130.

    Examples:
        cnncost verify lenet5 --device meta
        cnncost verify resnet18 --against torchvision:resnet18 --device meta
        cnncost verify lenet5 --device cpu --mode train --memory --no-latency
    """
    from cnncost.measurement.options import MeasureOptions
    from cnncost.render.format import find_format
    from cnncost.render.views.evidence.verify import verification_document
    from cnncost.verification.run import Plan

    output = find_format(form)
    names = _names(specs or [], every=all, against=against)
    measure = MeasureOptions(
        device=device,
        batch=options.whole("--batch", batch),
        dtype=dtype,
        mode=mode,
        convention=convention,
        compile=compile,
        channels_last=channels_last,
        optimizer=optimizer,
        seconds=options.seconds_of("--seconds", seconds),
        per_layer=per_layer,
        profile=profile,
    )
    if save is not None:
        refuse_unwritable("--save", save)
    with results_only():
        asked = names
        given: dict[str, Any] = {
            "set": options.settings_of(set),
            "input": options.shapes_of(input),
            "limits": options.limits_of(max_nodes, max_bytes),
            "arguments": options.model_arguments_of(arg),
            "partial": partial,
        }
        reference = _reference(against, given["input"], given["limits"])
        plan = Plan.checked(measure, latency=latency, memory=memory, against=reference)
        names, graphs = _graphs(asked, given, every=all, allow_code=allow_code)
        found, interrupted = _found(names, graphs, plan)
    notes = (plan.note,) if plan.note else ()
    try:
        write(output.render(verification_document(found, notes), raw))
    finally:
        if save is not None:
            _keep(save, found)
    if interrupted:
        complete = sum(not verification.interrupted for verification in found)
        warn([f"interrupted: {complete} of {len(names)} networks were verified"])
        raise Exit(INTERRUPTED)
    exit_unless_all(asked, names)
    if any(not verification.passed for verification in found):
        raise Exit(FAILED)


def _names(specs: Sequence[str], *, every: bool, against: str | None) -> Sequence[str]:
    """The networks to verify."""
    if every:
        from cnncost.language.library import architectures

        if specs:
            raise SpecError("`--all` takes no names: it is every architecture that ships with cnncost")
        specs = architectures()
    if not specs:
        raise SpecError("there is nothing to verify", hint="give a spec, or `--all`")
    if against is not None and len(specs) > 1:
        raise SpecError("`--against` compares one network with one model, and several are given")
    return specs


def _reference(against: str | None, shapes: object, limits: Limits) -> Reference | None:
    """The network to compare with, if there is one."""
    if against is None:
        return None
    from cnncost.verification.comparison.reference import Reference

    return Reference.found(against, input=shapes, limits=limits)


def _graphs(
    names: Sequence[str], given: dict[str, Any], *, every: bool, allow_code: bool
) -> tuple[list[str], list[Graph | SpecError]]:
    """The networks that can be loaded; of those that ship also the others, whose verification has failed."""
    from cnncost.api import load
    from cnncost.pytorch.own_modules import with_own_modules

    def loaded(name: str) -> Graph | SpecError:
        try:
            graph = with_own_modules(load(name, **given), allow_code=allow_code)
        except SpecError as error:
            if every:
                return error
            raise
        warn(graph.warnings)
        return graph

    found = good_ones(names, loaded)
    return [name for name, _ in found], [graph for _, graph in found]


def _found(names: Sequence[str], graphs: Sequence[Graph | SpecError], plan: Plan) -> tuple[list[Verification], bool]:
    """What is found out about the networks, one after the other, and whether Ctrl-C ended it.

    Raises:
        KeyboardInterrupt: before anything was found.
    """
    from cnncost.verification.networks import verify_networks

    found: list[Verification] = []
    with progress_bar() as progress:
        try:
            for verification in verify_networks(names, graphs, plan, progress):
                found.append(verification)  # noqa: PERF402 - what is found until an interruption is kept
        except KeyboardInterrupt:
            if not found:
                raise
            return found, True
    return found, False


def _keep(path: str, found: Sequence[Verification]) -> None:
    from cnncost.verification.records import save

    save(Path(path), found)
