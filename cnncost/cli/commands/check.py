"""`cnncost check`: budgets and expected figures, for CI."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.report.checks import Verdict
    from cnncost.settings import Settings

FAILED = 1

Amount = str | None


def check(
    specs: options.Specs,
    *,
    max_params: Annotated[Amount, Option(metavar="COUNT", help="parameters at most, e.g. 5M")] = None,
    max_macs: Annotated[Amount, Option(metavar="COUNT", help="multiply-accumulates at most")] = None,
    max_flops: Annotated[Amount, Option(metavar="COUNT", help="FLOPs at most, by --convention")] = None,
    max_memory: Annotated[Amount, Option(metavar="BYTES", help="bytes at most, e.g. 100MB or 24GiB")] = None,
    max_figure: Annotated[
        list[str] | None, Option("--max", metavar="FIGURE=AMOUNT", help="any other, e.g. activation_bytes=64MiB")
    ] = None,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    convention: options.Convention = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Check networks against budgets.

    And to the `expect` figures of their specs, of one sample in inference. Exit code 1 when a check fails; 2 when there
    is nothing to check.
    """
    from cnncost.api import load
    from cnncost.render.format import find_format
    from cnncost.render.views.check import checks_document
    from cnncost.settings import Settings

    output = find_format(form)
    named = {"params": max_params, "macs": max_macs, "flops": max_flops, "memory_bytes": max_memory}
    budget = options.budget_of(named, max_figure)
    limits = options.limits_of(max_nodes, max_bytes)
    settings = Settings.checked(
        batch=options.whole("--batch", batch), dtype=dtype, optimizer=optimizer, mode=mode, convention=convention
    )
    verdicts: list[Verdict] = []
    for spec in specs:
        graph = load(spec, set=options.settings_of(set), input=options.shapes_of(input), limits=limits)
        found = _verdicts(spec, graph, budget, settings)
        if not found:
            warn([f"`{spec}` has nothing to check: no `expect` that applies, and no budget is given"])
        verdicts += found
    if not verdicts:
        raise SpecError("there is nothing to check", hint="give a budget, such as `--max-params 5M`")
    write(output.render(checks_document(verdicts, settings.convention), raw))
    if not all(verdict.holds for verdict in verdicts):
        raise Exit(FAILED)


def _verdicts(spec: str, graph: Graph, budget: dict[str, int], settings: Settings) -> list[Verdict]:
    """What there is to say of one network; it is analyzed once for each of the settings that something asks for."""
    from cnncost.api import analyze
    from cnncost.report.checks import as_expected, within_budget
    from cnncost.settings import Settings

    warn(graph.warnings)
    report = cache(lambda settings: analyze(graph, **settings._asdict()))
    expected = as_expected(spec, report(Settings()), graph.expect) if graph.expect else ()
    budgeted = within_budget(spec, report(settings), budget) if budget else ()
    return [*expected, *budgeted]
