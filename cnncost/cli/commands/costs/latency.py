"""`cnncost latency`: how long a step takes on a device, layer by layer, and what binds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from cnncost.render.views.costs.latency import View
    from cnncost.roofline.report import LatencyReport

FIGURES = "seconds|forward_seconds|backward_seconds|flops|bytes|kernels"


def latency(
    spec: options.Spec,
    *,
    device: Annotated[
        str | None, Option(metavar="CARD|FILE", help="`h200`, a profile of `cnncost calibrate`, or a card: `rtx4090`")
    ] = None,
    mode: options.Mode = "infer",
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: Annotated[
        str, Option(metavar="float32|tf32|bf16|fp16", help="what numbers are stored and computed in")
    ] = "float32",
    amp: options.Amp = None,
    scaler: options.Scaler = False,
    optimizer: options.Optimizer = "adam",
    weight_decay: options.WeightDecay = False,
    implementation: options.Implementation = None,
    channels_last: options.ChannelsLast = False,
    inplace: options.Inplace = False,
    accumulate: options.Accumulate = "1",
    checkpoint: options.Checkpoint = None,
    loss: options.Loss = "cross_entropy",
    depth: Annotated[str, Option("--depth", "-d", metavar="N|all", help="group by block, N levels deep")] = "auto",
    by: Annotated[str, Option(metavar="block|type", help="what rows are grouped by")] = "block",
    sort: Annotated[str | None, Option(metavar=FIGURES, help="largest first")] = None,
    top: Annotated[str | None, Option(metavar="N", help="only the first N rows, by --sort or time")] = None,
    plot: Annotated[str | None, Option(metavar="FILE.svg", help="draw the roofline, as SVG")] = None,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show how long a step takes on a device, and what binds.

    Predicted, with an interval, for a device that was measured; for a card of which nothing but the datasheet is known,
    what a step takes at the least.

    Examples:
        cnncost latency resnet50 --device h200 --batch 64 --dtype bf16
        cnncost latency resnet50 --device rtx4090 --plot roofline.svg
    """
    from cnncost.api import latency as latency_of
    from cnncost.render.format import find_format
    from cnncost.render.views.costs.latency import latency_document

    output = find_format(form)
    if plot is not None:
        from cnncost.cli.files import refuse_picture

        refuse_picture(plot)
    view = _view(depth, by)._replace(sort=sort, top=None if top is None else options.whole("--top", top))
    report = latency_of(
        spec,
        _required(device),
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=options.limits_of(max_nodes, max_bytes),
        dtype=dtype,
        mode=mode,
        batch=options.whole("--batch", batch),
        amp=amp,
        scaler=scaler,
        optimizer=optimizer,
        weight_decay=weight_decay,
        implementation=implementation,
        channels_last=channels_last,
        inplace=inplace,
        accumulate=options.whole("--accumulate", accumulate),
        checkpoint=tuple(checkpoint or ()),
        loss=loss,
    )
    warn(report.warnings)
    if plot is not None:
        _draw(report, plot)
    write(output.render(latency_document(report, view), raw))


def _required(device: str | None) -> str:
    if device is None:
        raise SpecError(
            "`--device` is missing",
            hint="write `--device h200`, which was measured; `--device device.yaml`, a profile that "
            "`cnncost calibrate` writes; or a card whose datasheet is known, such as `--device rtx4090`",
        )
    return device


def _view(depth: str, by: str) -> View:
    from cnncost.render.views.costs.latency import View

    if by not in ("block", "type"):
        close = did_you_mean(by, ("block", "type"))
        raise SpecError(f"rows are grouped by `block` or by `type`, not by `{by[:80]}`{close}")
    if by == "type" and depth != "auto":
        raise SpecError("`--depth` groups by block: it does not go with `--by type`")
    return View(options.depth_of(depth), by == "type")


def _draw(report: LatencyReport, path: str) -> None:
    from cnncost.files import write_file
    from cnncost.render.svg.roofline import roofline_svg
    from cnncost.render.views.costs.latency import roofline_of

    roofline = roofline_of(report)
    if not roofline.spots:
        raise SpecError("nothing can be drawn: no layer computes anything on the device")
    write_file(path, roofline_svg(roofline))
