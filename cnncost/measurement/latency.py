"""Latency: how long a step takes, eager and compiled, as a whole and by layer, and how near that is to the roof."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

from cnncost.measurement.ceilings import Ceilings, ceilings
from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import refuse_unsupported, resolve
from cnncost.measurement.layer_latency import profile
from cnncost.measurement.memory_limit import limited_to_room
from cnncost.measurement.outcome import failed, outcome
from cnncost.measurement.step import Subject, not_finite, prepare
from cnncost.measurement.timing import repeat
from cnncost.progress import no_progress
from cnncost.pytorch.importing import import_torch
from cnncost.report.analyze import analyze_graph
from cnncost.report.totals import memory_bytes

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.measurement.layer_latency import LayerTiming
    from cnncost.measurement.options import MeasureOptions
    from cnncost.progress import Progress
    from cnncost.report.figures import Figures
    from cnncost.report.report import Report


def measure_latency(
    graph: Graph, report: Report, options: MeasureOptions, progress: Progress = no_progress
) -> dict[str, Any]:
    """How long one inference, or one training step, takes.

    Returns:
        Plain data: what was measured (``device``, ``dtype``, ...), the ``ceilings`` of the device, the time ``eager``
        and, where asked for, ``compiled``, with the rates achieved; in training the ``phases`` of a step; the
        ``layers``, where asked for; and ``notes``. Or why there is none of it: see
        :func:`cnncost.measurement.outcome.outcome`.

    Raises:
        SpecError: options that cannot be measured, or not on that device.

    >>> from cnncost import analyze, load
    >>> from cnncost.measurement.options import MeasureOptions
    >>> graph = load("lenet5")
    >>> latency = measure_latency(graph, analyze(graph), MeasureOptions(device="cpu", seconds=0.01))
    >>> latency["eager"]["runs"] >= 3, len(latency["layers"])
    (True, 12)
    """
    options.checked()
    choice = resolve(options.device)
    refuse_unsupported(choice, options.dtype)
    report = matching(graph, report, options)

    def measure() -> dict[str, Any]:
        with limited_to_room(choice.device), conditions(choice.device, options.dtype):
            return _Measurement(graph, report, options, choice.device, progress).result()

    settings = {
        "device": choice.device,
        "batch": options.batch,
        "dtype": options.dtype,
        "mode": options.mode,
        "channels_last": options.channels_last,
        "optimizer": options.optimizer if options.trains else None,
    }
    return settings | outcome(measure, choice.device, memory_bytes(report))


def matching(graph: Graph, report: Report, options: MeasureOptions) -> Report:
    """The report that predicts what is measured: `report`, unless it is one of other settings."""
    settings = options.report_settings._replace(convention=report.settings.convention)
    return report if report.settings == settings else analyze_graph(graph, settings)


class _Measurement:
    """One network under one set of options; the parts of the result are methods."""

    def __init__(self, graph: Graph, report: Report, options: MeasureOptions, device: str, progress: Progress) -> None:
        self.graph, self.report, self.options, self.device = graph, report, options, device
        self.progress = progress
        self.parts = 2 + options.compile + options.per_layer
        self.done = 0

    def result(self) -> dict[str, Any]:
        """All that was asked for."""
        self.begin("ceilings of the device")
        roof = ceilings(self.device, self.options.dtype)
        self.begin("eager")
        subject = prepare(self.graph, self.options, self.device)
        result: dict[str, Any] = {"ceilings": roof._asdict(), "eager": self.eager(subject, roof)}
        if self.options.per_layer:
            self.begin("layers")
            result |= self.layers(subject, roof)
        note = not_finite(subject.step())  # before the compiler, which may not get through
        if self.options.compile:
            self.begin("compiled")
            result["compiled"] = self.compiled(subject, roof)
        self.progress(self.graph.name, self.parts, self.parts)
        return {**result, "notes": [*subject.notes, *([note] if note else [])]}

    def begin(self, part: str) -> None:
        """Tell what is being measured."""
        self.progress(f"{self.graph.name}: {part}", self.done, self.parts)
        self.done += 1

    def eager(self, subject: Subject, roof: Ceilings) -> dict[str, Any]:
        """The time of a step as PyTorch runs it."""
        timing = repeat(subject.step, self.device, self.options.seconds)
        return timing.to_dict() | self.rates(timing.median_seconds, roof)

    def rates(self, seconds: float, roof: Ceilings) -> dict[str, float | None]:
        """What a step that takes so long achieves; nothing is predicted of the bytes that backward moves."""
        totals = self.report.totals
        if not self.options.trains:
            return roof.achieved(seconds, totals.flops, totals.traffic_bytes)
        return roof.achieved(seconds, totals.flops + totals.backward_flops, None)

    def layers(self, subject: Subject, roof: Ceilings) -> dict[str, Any]:
        """The time of every layer, and of the phases of a training step."""
        found = profile(self.graph, subject, self.device, self.options.seconds)
        rows = {row.name: row.figures for row in self.report.rows}
        nodes = [node for node in self.graph.layers if node.id in found.layers]
        layers = [
            {"name": node.name, "type": node.type, **_layer(found.layers[node.id], rows[node.name], roof)}
            for node in nodes
        ]
        if not self.options.trains:
            return {"layers": layers}
        return {"phases": {phase: timing.to_dict() for phase, timing in found.phases.items()}, "layers": layers}

    def compiled(self, subject: Subject, roof: Ceilings) -> dict[str, Any]:
        """The time of a step with the model compiled, and that of compiling it; or why it does not compile."""
        torch = import_torch()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the compiler's are about itself
                started = time.perf_counter()
                forward = torch.compile(subject.model)
                subject.step(forward)
                compile_seconds = time.perf_counter() - started
                timing = repeat(lambda: subject.step(forward), self.device, self.options.seconds)
        except Exception as error:
            # Compilers fail in ways of their own; the eager times hold all the same.
            return failed(error, memory_bytes(self.report))
        finally:
            torch.compiler.reset()
        rates = self.rates(timing.median_seconds, roof)
        return {**timing.to_dict(), **rates, "compile_seconds": compile_seconds}


def _layer(timing: LayerTiming, figures: Figures, roof: Ceilings) -> dict[str, Any]:
    """A layer's forward pass, with what it achieves, and the median of its backward pass."""
    forward, backward = timing
    return {
        "median_seconds": forward.median_seconds,
        "p10_seconds": forward.p10_seconds,
        "p90_seconds": forward.p90_seconds,
        "backward_seconds": backward and backward.median_seconds,
        **roof.achieved(forward.median_seconds, figures["flops"], figures["traffic_bytes"]),
    }
