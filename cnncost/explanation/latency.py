"""How the time of a layer comes about: the formula of each of its kernels, with the coefficients of the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.explanation.figure import Figure
from cnncost.metrics.step_latency import run_of
from cnncost.roofline.bounds import fewest_flops, rate_of, timed_at_least
from cnncost.roofline.model import computing_seconds, moving_seconds, work_of
from cnncost.roofline.prediction import predict, used_key
from cnncost.roofline.recording import kernels_of
from cnncost.symbolic.dims import ceil_div
from cnncost.units import count_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.devices import Coefficients, Device, LatencyProfile
    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.roofline.assembly import TimedKernel
    from cnncost.roofline.kernels import Kernel
    from cnncost.roofline.model import Work
    from cnncost.roofline.prediction import KernelTime

LATENCY = "latency"
"""What the times of kernels are called, with their number behind it."""

_SOURCE = "Williams et al. 2009"
_TILED = "launch + max(D·(step + W·(2·m·n·units/rate + (m + n)·load)), bytes/bandwidth)"
_PLAIN = "launch + operations/rate + bytes/bandwidth"


def explain_latency(analysis: Analysis, node: Node) -> Iterator[Figure]:
    """The time of every kernel that a layer runs, in seconds; nothing where the settings name no device.

    Raises:
        SpecError: there is no such device, or it is not known how fast it is.

    >>> from cnncost import load
    >>> from cnncost.metrics import Analysis
    >>> from cnncost.settings import Settings
    >>> graph = load("resnet50")
    >>> on_card = Analysis(graph, Settings(batch=64, dtype="bfloat16", device="rtx4090"))
    >>> [(each.formula, each.substituted) for each in explain_latency(on_card, graph.layers[0])]
    [('max(operations/peak, bytes/bandwidth)', 'max(15.1 G/165 T, 122 MB/1.01 TB)')]
    """
    if analysis.settings.device is None:
        return
    run = run_of(analysis.settings)
    graph, profile, card = analysis.graph, run.place.profile, run.place.card
    if profile is not None and profile.latency is not None:
        made = predict(graph, run.settings, run.place.name, tf32=run.tf32).kernels
        times = [each for each in made if each.kernel.layer == node.id]
        source = f"{_SOURCE}; the profile {run.place.name}"
        figures = [_predicted(each, profile.latency, source) for each in times]
    else:
        assert card is not None  # a place is one or the other
        kernels = [each for each in kernels_of(graph, run.settings) if each.layer == node.id]
        figures = [_bounded(each, card) for each in timed_at_least(kernels, card)]
    for number, figure in enumerate(figures, 1):
        yield figure._replace(name=f"{LATENCY}.{number}")


def _predicted(timed: KernelTime, device: LatencyProfile, source: str) -> Figure:
    used = used_key(timed.kernel, device)
    coefficients = device.coefficients[used]
    work = work_of(timed.kernel, coefficients)
    note = f"{_what(timed.kernel)}: coefficients of {used.kind} in {used.dtype}"
    if not coefficients.tiles:
        return Figure("", timed.seconds, "seconds", _PLAIN, _plain(work, coefficients, device), source, note)
    return Figure("", timed.seconds, "seconds", *_tiled(work, coefficients, device), source, note)


def _tiled(work: Work, c: Coefficients, device: LatencyProfile) -> tuple[str, str]:
    """The formula, and its numbers with the tile that takes the least time; sums are split where units would idle."""
    high, wide = min(c.tiles, key=lambda each: float(computing_seconds(work, c._replace(tiles=(each,)), device)))
    tiles = work.count * ceil_div(work.rows, high) * ceil_div(work.columns, wide)
    parts = max(1, device.units // tiles) if work.splits else 1
    formula = _TILED if parts == 1 else _TILED.replace("D·", "⌈D/parts⌉·")
    depth = f"{work.depth}" if parts == 1 else f"⌈{work.depth}/{parts}⌉"
    wave = f"2·{high}·{wide}·{device.units}/{count_text(round(c.rate or 0))} + ({high} + {wide})·{seconds_text(c.load)}"
    several = f"{work.launches}·" if work.launches > 1 else ""
    computing = f"{several}{depth}·({seconds_text(c.step)} + {ceil_div(tiles, device.units)}·({wave}))"
    return formula, f"{_launch(work, c)} + max({computing}, {_moving(work, c, device)})"


def _plain(work: Work, c: Coefficients, device: LatencyProfile) -> str:
    computing = [f"{count_text(work.flops)}/{count_text(round(c.rate))}"] if c.rate else []
    return " + ".join([_launch(work, c), *computing, *([_moving(work, c, device)] if c.bandwidth else [])])


def _launch(work: Work, c: Coefficients) -> str:
    return f"{work.launches}·{seconds_text(c.launch)}" if work.launches > 1 else seconds_text(c.launch)


def _moving(work: Work, c: Coefficients, device: LatencyProfile) -> str:
    """The bytes at the bandwidth that they really have: less or more than the coefficient where they are cached."""
    taken = float(moving_seconds(work, c, device))
    return _bytes_over(work.bytes, work.bytes / taken) if taken else "0"


def _bytes_over(size: int, rate: float) -> str:
    return f"{count_text(size)}B/{count_text(round(rate))}B"


def _bounded(timed: TimedKernel, card: Device) -> Figure:
    kernel = timed.kernel
    peak, moving = rate_of(kernel, card, tf32=False), _bytes_over(kernel.bytes, card.bandwidth or 0)
    source = "; ".join(dict.fromkeys([_SOURCE, card.sources["bandwidth"]]))
    note = f"{_what(kernel)}: at the least"
    if peak is None:
        return Figure("", timed.seconds, "seconds", "bytes/bandwidth", moving, source, note)
    flops = count_text(round(fewest_flops(kernel, tf32=False)))
    written = f"max({flops}/{count_text(round(peak))}, {moving})"
    return Figure("", timed.seconds, "seconds", "max(operations/peak, bytes/bandwidth)", written, source, note)


def _what(kernel: Kernel) -> str:
    return f"{kernel.operation.replace('_', ' ')}, {kernel.direction.replace('_', ' ')}"
