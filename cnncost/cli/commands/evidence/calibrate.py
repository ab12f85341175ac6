"""`cnncost calibrate`: what a device does with the kinds of layers, measured, as a profile to predict with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from cnncost.cli import options
from cnncost.cli.files import refuse_unwritable
from cnncost.cli.interruption import INTERRUPTED
from cnncost.cli.output import warn, write
from cnncost.cli.progress import progress_bar

if TYPE_CHECKING:
    from cnncost.measurement.calibration.result import Calibration


def calibrate(
    *,
    device: Annotated[str, Option(metavar="auto|cpu|cuda|cuda:1", help="what to measure")] = "auto",
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="the profile")] = "device.yaml",
    seconds: Annotated[str, Option(metavar="SECONDS", help="that measuring may take, earlier runs included")] = "300",
    dtype: Annotated[
        list[str] | None,
        Option(metavar="TYPE", help="float32, tf32, bfloat16 or float16  [default: those of the device]"),
    ] = None,
    layout: Annotated[
        list[str] | None, Option(metavar="contiguous|channels-last", help="how maps lie in memory  [default: both]")
    ] = None,
    mode: Annotated[list[str] | None, Option(metavar="infer|train", help="what runs  [default: both]")] = None,
    again: Annotated[bool, Option("--again", help="measure anew where there are measurements")] = False,
    form: options.Format = "table",
    raw: options.Raw = False,
) -> None:
    """Measure a device, and write its profile, to predict latency.

    The measurements are kept beside the profile as they are made: interrupted, the same command goes on where it was,
    and with more `--seconds` it adds to them. What was disturbed is measured again.

    Examples:
        cnncost calibrate --device cpu -o cpu.yaml --dtype float32 --seconds 3
        cnncost calibrate --device cpu -o cpu.yaml --mode infer --seconds 3
    """
    from cnncost.render.format import find_format
    from cnncost.render.views.evidence.calibrate import calibration_document

    shown = find_format(form)
    refuse_unwritable("--output", output)
    budget = options.seconds_of("--seconds", seconds)
    found = _found(output, device, budget, {"dtypes": dtype, "layouts": layout, "modes": mode}, again)
    write(shown.render(calibration_document(found), raw))
    if found.interrupted:
        warn([f"interrupted after {found.seconds:.0f} of {budget:.0f} seconds: the same command goes on"])
        raise Exit(INTERRUPTED)


def _found(path: str, device: str, seconds: float, wanted: dict[str, list[str] | None], again: bool) -> Calibration:
    from cnncost.api import calibrate as calibrate_device

    named = {name: values for name, values in wanted.items() if values}
    with progress_bar() as progress:
        return calibrate_device(path, device=device, seconds=seconds, again=again, progress=progress, **named)
