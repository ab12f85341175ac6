"""`cnncost analyze`: the layer table and totals of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from cnncost.render.analysis import View


def analyze(
    spec: options.Spec,
    batch: options.Batch = 1,
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    convention: options.Convention = "textbook",
    depth: Annotated[str, Option("--depth", "-d", metavar="N|all", help="group by block, N levels deep")] = "auto",
    by: Annotated[str, Option(metavar="block|type", help="what rows are grouped by")] = "block",
    sort: Annotated[str | None, Option(metavar="METRIC", help="largest first, e.g. `macs`")] = None,
    top: Annotated[int | None, Option(min=1, metavar="K", help="only the first K rows, by --sort or FLOPs")] = None,
    columns: Annotated[str | None, Option(metavar="NAME,...", help="which columns, e.g. `layer,macs,flops_per_byte`")] = None,
    form: options.Format = "table",
    raw: options.Raw = False,
) -> None:
    """Show what each layer of a network costs, and the totals."""
    from cnncost.api import analyze as analyze_spec
    from cnncost.render import MACHINE_FORMATS, render
    from cnncost.render.analysis import report_document

    options.check_format(form)
    view = _view(depth, by, sort, top, columns, form)
    report = analyze_spec(
        spec,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        batch=batch,
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        convention=convention,
    )
    warn(report.warnings)
    document = report_document(report, view, for_machines=form in MACHINE_FORMATS)
    write(render(document, form, raw=raw))


def _view(depth: str, by: str, sort: str | None, top: int | None, columns: str | None, form: str) -> View:
    from cnncost.render.analysis import View, parse_depth

    if by not in ("block", "type"):
        raise SpecError(f"rows are grouped by `block` or `type`, not by `{by[:80]}`{did_you_mean(by, ('block', 'type'))}")
    if columns is not None and form == "json":
        raise SpecError("`--columns` is for tables: json holds every figure", hint="`--format csv` has the columns you name")
    names = tuple(filter(None, (name.strip() for name in (columns or "").split(","))))
    return View(parse_depth(depth), by == "type", sort, top, names)
