"""`cnncost check`: budgets and expected figures, for CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.cli.several import exit_unless_all, good_ones
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.cli.project_files.read import Project
    from cnncost.report.checks import Verdict

FAILED = 1

Amount = str | None
Text = str | None


def check(
    specs: Annotated[
        list[str] | None, Argument(metavar="SPEC...", help=f"{options.SPEC_HELP}; without any, those of the project")
    ] = None,
    *,
    max_params: Annotated[Amount, Option(metavar="COUNT", help="parameters at most, e.g. 5M")] = None,
    max_macs: Annotated[Amount, Option(metavar="COUNT", help="multiply-accumulates at most")] = None,
    max_flops: Annotated[Amount, Option(metavar="COUNT", help="FLOPs at most, by --convention")] = None,
    max_memory: Annotated[Amount, Option(metavar="BYTES", help="bytes at most, e.g. 100MB or 24GiB")] = None,
    max_latency: Annotated[Amount, Option(metavar="TIME", help="a step's on --device at most, e.g. 5ms")] = None,
    max_figure: Annotated[
        list[str] | None, Option("--max", metavar="FIGURE=AMOUNT", help="any other, e.g. activation_bytes=64MiB")
    ] = None,
    config: Annotated[
        Text, Option(metavar="FILE", help="the project's file; else `cnncost.toml` here or in a folder above")
    ] = None,
    baseline: Annotated[
        Text,
        Option(metavar="FILE|REVISION", help="the change since a JSON of `check`, or since a revision of Git"),
    ] = None,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    device: options.LatencyDevice = None,
    channels_last: options.ChannelsLast = False,
    convention: options.Convention = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Check networks against budgets.

    Those given here, of their specs (`budget`) and of the project (`cnncost.toml`); and against the `expect` figures of
    their specs, of one sample in inference. Exit code 1 when a check fails; 2 when there is nothing to check.

    Examples:
        cnncost check resnet50 --max-params 26M --max-memory 200MB
        cnncost check lenet5 resnet18 --max activation_bytes=64MiB
    """
    from cnncost.api import load
    from cnncost.cli.project_files.baseline import baseline_of
    from cnncost.render.format import find_format
    from cnncost.render.views.costs.check import checks_document
    from cnncost.report.budgets import Budget
    from cnncost.report.checks import Checks, verdicts_of
    from cnncost.settings import Settings

    output = find_format(form)
    named = {"params": max_params, "macs": max_macs, "flops": max_flops, "memory": max_memory, "latency": max_latency}
    budget = options.budget_of(named, max_figure)
    limits = options.limits_of(max_nodes, max_bytes)
    settings = Settings.checked(
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=convention,
        device=device,
        channels_last=channels_last,
    )
    options.refuse_unknown_device(settings)
    variables, shapes = options.settings_of(set), options.shapes_of(input)
    arguments = options.model_arguments_of(arg)
    project = _project(config)
    asked = specs or (project.specs if project else [])
    of_command = [Budget(budget, settings)] if budget else []

    with baseline_of(baseline) as before:

        def verdicts(spec: str) -> list[Verdict]:
            graph = load(spec, set=variables, input=shapes, limits=limits, arguments=arguments, partial=partial)
            warn(graph.warnings)
            budgets = [*of_command, *(project.budgets_of(spec) if project else ())]
            return verdicts_of(spec, graph, budgets, before and before(spec))

        checked = good_ones(asked, verdicts)
    good = [spec for spec, _ in checked]
    refused = tuple([spec for spec in asked if spec not in good])
    checks = Checks(tuple([verdict for _, found in checked for verdict in found]), refused, baseline)
    idle = [spec for spec, found in checked if not found]
    if not checks.checks:
        raise SpecError("there is nothing to check", hint=_HINT)
    warn(f"`{spec}` has nothing to check: no `expect` that applies, and no budget is given" for spec in idle)
    write(output.render(checks_document(checks, settings.convention), raw))
    exit_unless_all(asked, checked)
    if not checks.ok:
        raise Exit(FAILED)


_HINT = "give a budget, such as `--max-params 5M`, or write it into the spec or into `cnncost.toml`"


def _project(config: str | None) -> Project | None:
    """The project's file that is named, or that of the folder that the command runs in."""
    from cnncost.cli.project_files.find import find_project

    path = config or find_project()
    if path is None:
        return None
    from cnncost.cli.project_files.read import read_project  # and pydantic with it

    return read_project(path)
