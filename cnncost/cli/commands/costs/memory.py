"""`cnncost memory`: what a step takes, and whether it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write

if TYPE_CHECKING:
    from cnncost.footprint.report import MemoryReport

DOES_NOT_FIT = 1


def memory(
    spec: options.Spec,
    *,
    memory: Annotated[str | None, Option(metavar="BYTES", help="what there is, e.g. 24GiB: does it fit?")] = None,
    mode: options.Mode = "train",
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    amp: options.Amp = None,
    scaler: options.Scaler = False,
    optimizer: options.Optimizer = "adam",
    weight_decay: options.WeightDecay = False,
    implementation: options.Implementation = None,
    device: options.Device = "cuda",
    channels_last: options.ChannelsLast = False,
    inplace: options.Inplace = False,
    no_set_to_none: options.NoSetToNone = False,
    accumulate: options.Accumulate = "1",
    checkpoint: options.Checkpoint = None,
    loss: options.Loss = "cross_entropy",
    plot: Annotated[str | None, Option(metavar="FILE.svg", help="draw the step in its course, as SVG")] = None,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show the memory that a step takes, and whether it fits.

    The peak, what lives there, and the step in its course. Exit code 1 unless it fits for certain.

    Examples:
        cnncost memory resnet50 --batch 32 --amp bf16 --memory 24GiB
        cnncost memory resnet50 --batch 32 --device h200 --plot step.svg
    """
    from cnncost.api import memory as memory_of
    from cnncost.render.format import find_format
    from cnncost.render.views.costs.memory import memory_document

    output = find_format(form)
    if plot is not None:
        from cnncost.cli.files import refuse_picture

        refuse_picture(plot)
    report = memory_of(
        spec,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=options.limits_of(max_nodes, max_bytes),
        memory=options.memory_of(memory),
        mode=mode,
        batch=options.whole("--batch", batch),
        dtype=dtype,
        amp=amp,
        scaler=scaler,
        optimizer=optimizer,
        weight_decay=weight_decay,
        implementation=implementation,
        device=device,
        channels_last=channels_last,
        inplace=inplace,
        set_to_none=not no_set_to_none,
        accumulate=options.whole("--accumulate", accumulate),
        checkpoint=tuple(checkpoint or ()),
        loss=loss,
    )
    warn(report.warnings)
    if plot is not None:
        _draw(report, plot)
    write(output.render(memory_document(report), raw))
    if report.verdict is not None and not report.verdict.fits:
        raise Exit(DOES_NOT_FIT)


def _draw(report: MemoryReport, path: str) -> None:
    from cnncost.files import write_file
    from cnncost.render.svg.curve import curve_svg
    from cnncost.render.views.costs.memory import memory_curve

    write_file(path, curve_svg(memory_curve(report)))
