"""`cnncost fit`: the largest batch and the largest resolution that fit into a memory, and what would help."""

from __future__ import annotations

from typing import Annotated

from typer import Exit, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write

DOES_NOT_FIT = 1


def fit(
    spec: options.Spec,
    *,
    memory: Annotated[str | None, Option(metavar="BYTES", help="what there is, e.g. 24GiB")] = None,
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
    resolution: Annotated[
        bool, Option("--resolution", help="look for the largest resolution of a PyTorch model too, which takes a while")
    ] = False,
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Find the largest batch and resolution that fit into a memory.

    And what would help, with its figures. Exit code 1 unless `--batch`, or one sample, fits for certain.

    Examples:
        cnncost fit resnet50 --memory 24GiB
        cnncost fit lenet5 --memory 1GB --mode infer --device cpu
    """
    from cnncost.api import fit as fit_into
    from cnncost.render.format import find_format
    from cnncost.render.views.costs.fit import fit_document

    output = find_format(form)
    found = fit_into(
        spec,
        options.memory_of(memory),
        resolution=resolution or None,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=options.limits_of(max_nodes, max_bytes),
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
    warn(found.warnings)
    write(output.render(fit_document(found), raw))
    if not found.fits:
        raise Exit(DOES_NOT_FIT)
