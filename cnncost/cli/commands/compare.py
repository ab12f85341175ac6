"""`cnncost compare`: networks side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.language.limits import Limits
    from cnncost.render.document import Document
    from cnncost.report.comparison import Comparison


def compare(
    specs: options.Specs,
    *,
    baseline: Annotated[str | None, Option(metavar="SPEC", help="what ratios refer to, instead of the first")] = None,
    stages: Annotated[bool, Option("--stages", help="two networks, block by block")] = False,
    published: Annotated[bool, Option("--published", help="with what sources print of them")] = False,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    convention: options.Conventions = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show networks side by side."""
    from cnncost.api import compare as compare_specs
    from cnncost.render.format import find_format

    output = find_format(form)
    limits = options.limits_of(max_nodes, max_bytes)
    if published:
        runs_otherwise = {"mode": mode != "infer", "dtype": dtype != "float32", "optimizer": optimizer != "adam"}
        _refuse_others(baseline=baseline, stages=stages, batch=batch != "1", input=input, set=set, **runs_otherwise)
        write(output.render(_published(specs, convention, limits), raw))
        return
    comparison = compare_specs(
        specs,
        baseline=baseline or 0,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        convention=_conventions(convention, stages),
        limits=limits,
    )
    warn(dict.fromkeys(warning for report in comparison.reports for warning in report.warnings))
    write(output.render(_document(comparison, stages), raw))


def _conventions(text: str, stages: bool) -> list[str]:
    """The conventions to count by, of which there must be room for all."""
    conventions = options.conventions_of(text)
    if stages and (len(conventions) > 1 or "all" in conventions):
        raise SpecError("`--stages` has room for one convention", hint="several are compared without it")
    return conventions


def _document(comparison: Comparison, stages: bool) -> Document:
    from cnncost.render.views.compare import comparison_document, stage_document
    from cnncost.report.comparison import StageComparison

    if stages:
        return stage_document(StageComparison.of(comparison))
    return comparison_document(comparison)


def _refuse_others(**given: object) -> None:
    """Options that change what is counted do not go with figures that are printed."""
    for option, value in given.items():
        if value:
            raise SpecError(
                f"`--published` goes without `--{option}`",
                hint="printed figures are of one sample, in inference, of the network as it was published",
            )


def _published(specs: list[str], convention: str, limits: Limits) -> Document:
    from cnncost.api import compare_published
    from cnncost.render.views.published import claims_document

    return claims_document(compare_published(specs, convention=convention, limits=limits))
