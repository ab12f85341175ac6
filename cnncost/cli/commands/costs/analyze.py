"""`cnncost analyze`: the layer table and totals of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from cnncost.render.views.costs.analyze import View


def analyze(
    spec: options.Spec,
    *,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    convention: options.Conventions = "textbook",
    depth: Annotated[str, Option("--depth", "-d", metavar="N|all", help="group by block, N levels deep")] = "auto",
    by: Annotated[str, Option(metavar="block|type", help="what rows are grouped by")] = "block",
    sort: Annotated[str | None, Option(metavar="COLUMN", help="largest first, e.g. `macs`")] = None,
    top: Annotated[str | None, Option(metavar="N", help="only the first N rows, by --sort or FLOPs")] = None,
    columns: Annotated[str | None, Option(metavar="COLUMN,...", help="which, e.g. `layer,macs,flops_per_byte`")] = None,
    algorithms: Annotated[
        bool, Option("--algorithms", help="convolutions by algorithm: direct, FFT, Winograd")
    ] = False,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show what each layer of a network costs, and the totals.

    Examples:
        cnncost analyze resnet50
        cnncost analyze resnet50@classes=10 --batch 8 --mode train
        cnncost analyze resnet50 --depth all --sort activation_bytes --top 5
        cnncost analyze resnet50 --columns layer,macs,share --format csv -o layers.csv
    """
    from cnncost.api import analyze as analyze_spec
    from cnncost.render.format import find_format
    from cnncost.render.parts.columns import asks_for_algorithms
    from cnncost.render.views.costs.analyze import report_document

    output = find_format(form)
    if columns is not None and output.part == "data":
        raise SpecError(f"`--columns` is for tables: {form} holds every figure", hint="csv has the columns you name")
    view = _view(depth, by, columns)._replace(sort=sort, top=None if top is None else options.whole("--top", top))
    report = analyze_spec(
        spec,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=options.conventions_of(convention),
        algorithms=algorithms or asks_for_algorithms([*view.columns, *([sort] if sort else [])]),
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(report.warnings)
    write(output.render(report_document(report, view), raw))


def _view(depth: str, by: str, columns: str | None) -> View:
    from cnncost.render.views.costs.analyze import View

    if by not in ("block", "type"):
        close = did_you_mean(by, ("block", "type"))
        raise SpecError(f"rows are grouped by `block` or by `type`, not by `{by[:80]}`{close}")
    if by == "type" and depth != "auto":
        raise SpecError("`--depth` groups by block: it does not go with `--by type`")
    names = tuple(filter(None, (name.strip() for name in (columns or "").split(","))))
    return View(options.depth_of(depth), by == "type", columns=names)
