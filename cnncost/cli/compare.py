"""`cnncost compare`: networks side by side."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write


def compare(
    specs: options.Specs,
    *,
    baseline: Annotated[str | None, Option(metavar="SPEC", help="what ratios refer to, instead of the first")] = None,
    stages: Annotated[bool, Option("--stages", help="two networks, block by block")] = False,
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
    """Show networks side by side."""
    from cnncost.api import compare as compare_specs
    from cnncost.comparison import StageComparison
    from cnncost.render import MACHINE_FORMATS, render
    from cnncost.render.comparison import comparison_document, stage_document

    options.check_format(form)
    comparison = compare_specs(
        specs,
        baseline=baseline or 0,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        convention=convention,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(dict.fromkeys(warning for report in comparison.reports for warning in report.warnings))
    if stages:
        document = stage_document(StageComparison.of(comparison))
    else:
        document = comparison_document(comparison, for_machines=form in MACHINE_FORMATS)
    write(render(document, form, raw=raw))
