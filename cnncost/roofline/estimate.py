"""How long a step of a network takes, from its graph: predicted where its device was measured, bounded elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.roofline.assembly import TimedKernel, bound_of, layers_of, phases_of
from cnncost.roofline.prediction import batch_without_launches, predict
from cnncost.roofline.recording import kernels_of
from cnncost.roofline.report import DeviceFacts, LatencyReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.devices import Device, DeviceProfile
    from cnncost.graph.graph import Graph
    from cnncost.roofline.run import Run

_KINDS_OF_SAMPLES = {3: "images", 4: "videos"}
"""What samples are whose input has so many axes, the channels among them."""


def step_latency(graph: Graph, run: Run, *, batch_search: bool = True) -> LatencyReport:
    """How long a step takes.

    Args:
        graph: the network.
        run: how it runs, and where.
        batch_search: whether the batch is looked for from which launches no longer bind, which takes several
            predictions.

    Raises:
        SpecError: the device was not measured so.

    >>> from cnncost import load
    >>> from cnncost.roofline.place import place_called
    >>> from cnncost.roofline.run import Run
    >>> run = Run.checked(place_called("rtx4090"), dtype="bfloat16", mode="infer", batch=64)
    >>> report = step_latency(load("resnet50"), run)
    >>> report.is_bound, report.seconds, report.at_least_seconds > 64 * 8.178e9 / 165.2e12
    (True, None, True)
    """
    if run.place.profile is not None:
        report = _known(_predicted(graph, run, run.place.profile))
        if not batch_search:
            return report
        return report._replace(
            launch_free_batch=batch_without_launches(graph, run.settings, run.place.name, tf32=run.tf32)
        )
    assert run.place.card is not None
    return _known(_bounded(graph, run, run.place.card))


def _known(report: LatencyReport) -> LatencyReport:
    """The report; a bound, and a note on it, where it is not known of some layers what they run."""
    if not report.unknown_layers:
        return report
    first, *others = report.unknown_layers
    more = f" and {len(others)} more" if others else ""
    note = f"a lower bound: of `{first}`{more} it is not known what is run, and that takes no time here"
    return report._replace(interval=None, notes=(*report.notes, note))


def _predicted(graph: Graph, run: Run, profile: DeviceProfile) -> LatencyReport:
    """What is predicted from what was measured on the device."""
    latency, settings = profile.latency, run.settings
    assert latency is not None  # or it would not predict
    made = predict(graph, settings, run.place.name, tf32=run.tf32)
    timed = [TimedKernel(each.kernel, each.seconds, each.bound) for each in made.kernels]
    peak = latency.peaks.get(run.number_format)
    versions = f"PyTorch {profile.torch}" + (f", CUDA {profile.cuda}" if latency.device == "cuda" else "")
    source = f"measured with {versions}"
    device = DeviceFacts(run.place.name, profile.title, "profile", source, peak, latency.bandwidth)
    return _report(graph, run, device, timed)._replace(
        time=made.seconds,
        interval=(made.low, made.high),
        device_seconds=made.device_seconds,
        launch_seconds=made.host_seconds,
        bound_by=made.bound,
        notes=tuple(made.notes),
        unmeasured_share=made.unmeasured_share,
    )


def _bounded(graph: Graph, run: Run, card: Device) -> LatencyReport:
    """What a step takes at the least."""
    from cnncost.roofline.bounds import peak_of, timed_at_least

    timed = timed_at_least(kernels_of(graph, run.settings), card, tf32=run.tf32)
    assert card.bandwidth is not None  # or there would be no bounds
    peak, sources = peak_of(card, run.number_format), _sources(card, run.number_format)
    device = DeviceFacts(card.name, card.title, "datasheet", sources, peak, card.bandwidth)
    return _report(graph, run, device, timed)._replace(notes=tuple(_notes(card, run.number_format)))


def _report(graph: Graph, run: Run, device: DeviceFacts, timed: Sequence[TimedKernel]) -> LatencyReport:
    """What follows from the times of kernels, as if nothing else took any."""
    settings, total = run.settings, sum([each.seconds for each in timed])
    return LatencyReport(
        name=graph.name,
        settings=settings,
        number_format=run.number_format,
        inputs={graph.nodes[number].name: (settings.batch, *graph.nodes[number].y.dims) for number in graph.inputs},
        device=device,
        time=total,
        interval=None,
        kernel_seconds=total,
        device_seconds=total,
        launch_seconds=None,
        bound_by=bound_of(timed),
        phases=phases_of(timed),
        layers=layers_of(graph, timed, settings.batch),
        samples=samples_of(graph),
        launch_free_batch=None,
        unknown_layers=tuple([node.name for node in graph.layers if "operations" in node.layer.unsaid]),
        warnings=graph.warnings,
    )


def samples_of(graph: Graph) -> str:
    """What a sample of a network is.

    >>> from cnncost import load
    >>> samples_of(load("resnet50"))
    'images'
    """
    axes = {len(graph.nodes[number].y.dims) for number in graph.inputs}
    return _KINDS_OF_SAMPLES.get(axes.pop(), "samples") if len(axes) == 1 else "samples"


def _sources(card: Device, number_format: str) -> str:
    """Who prints the figures that are used."""
    from cnncost.roofline.bounds import peak_name

    name = peak_name(card, number_format)
    figures = ["bandwidth", *([f"peaks.{name}"] if name is not None else [])]
    return "; ".join(dict.fromkeys(card.sources[figure] for figure in figures))


def _notes(card: Device, number_format: str) -> Iterator[str]:
    from cnncost.roofline.bounds import peak_name

    yield (
        f"bounds from the datasheet of an {card.title}, which was not measured: no kernel reaches its peaks, and "
        "launches are not counted"
    )
    if peak_name(card, number_format) is None:
        yield f"how many {number_format} operations it does in a second is not known: bytes alone bind here"
