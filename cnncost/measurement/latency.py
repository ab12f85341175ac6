"""Latency: how long a step takes, eager and compiled, as a whole and by layer, and how near that is to the roof."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING

from cnncost.measurement.ceilings import Ceilings, Rates, ceilings, measure_ceilings
from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import refuse_unsupported, resolve
from cnncost.measurement.layer_latency import profile
from cnncost.measurement.memory.limit import limited_to_room
from cnncost.measurement.options import report_for
from cnncost.measurement.outcome import CompilerFailure, Failure, OutOfMemory, attempt, first_line, is_out_of_memory
from cnncost.measurement.predicted import predict_latency, prediction_record
from cnncost.measurement.results import (
    CompiledTiming,
    Latency,
    LatencyFailure,
    LatencyOutOfMemory,
    LatencySetting,
    LayerLatency,
    RatedTiming,
)
from cnncost.measurement.step import Subject, not_finite, prepare
from cnncost.measurement.timing import repeat
from cnncost.progress import no_progress
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.measurement.layer_latency import LayerTiming, Profile
    from cnncost.measurement.options import MeasureOptions
    from cnncost.measurement.results import LatencyResult
    from cnncost.metrics.figures import Figures
    from cnncost.progress import Progress
    from cnncost.report.report import Report


def measure_latency(
    graph: Graph, report: Report, options: MeasureOptions, progress: Progress = no_progress
) -> LatencyResult:
    """How long one inference, or one training step, takes.

    Returns:
        the time of a step, eager and, where asked for, compiled, with the rates achieved; of the phases of a training
        step and of every layer, where asked for. Or why it cannot be measured: out of memory, or another failure.

    Raises:
        SpecError: options that cannot be measured, or not on that device.

    >>> from cnncost import analyze, load
    >>> from cnncost.measurement.options import MeasureOptions
    >>> graph = load("lenet5")
    >>> latency = measure_latency(graph, analyze(graph), MeasureOptions(device="cpu", seconds=0.01))
    >>> latency.eager.runs >= 3, len(latency.layers)
    (True, 12)
    """
    options.checked()
    choice = resolve(options.device)
    refuse_unsupported(choice, options.dtype)
    report = report_for(graph, report, options)
    setting = LatencySetting(
        device=choice.device,
        batch=options.batch,
        dtype=options.dtype,
        mode=options.mode,
        channels_last=options.channels_last,
        optimizer=options.optimizer if options.trains else None,
    )

    def measure() -> Latency:
        with limited_to_room(choice.device), conditions(choice.device, options.dtype):
            return _Measurement(graph, report, options, setting, progress).result()

    found = attempt(measure, choice.device, report.totals["peak_bytes"])
    if isinstance(found, OutOfMemory):
        return LatencyOutOfMemory(**dict(setting), **dict(found))
    if isinstance(found, Failure):
        return LatencyFailure(**dict(setting), **dict(found))
    return found


class _Measurement:
    """One network under one set of options; the parts of the result are methods."""

    def __init__(
        self, graph: Graph, report: Report, options: MeasureOptions, setting: LatencySetting, progress: Progress
    ) -> None:
        self.graph, self.report, self.options, self.setting = graph, report, options, setting
        self.device, self.progress = setting.device, progress
        self.predicted = predict_latency(graph, options)
        self.parts = 2 + options.compile + options.per_layer
        self.done = 0

    def result(self) -> Latency:
        """All that was asked for."""
        self.begin("ceilings of the device")
        roof = ceilings(self.device, self.options.dtype)
        self.begin("eager")
        subject = prepare(self.graph, self.options, self.device)
        eager = self.eager(subject, roof)
        found = self.profile(subject) if self.options.per_layer else None
        if any(above_ceilings([eager], self.layers(found, roof) if found else ())):
            roof = roof.raised_to(measure_ceilings(self.device, self.options.dtype))
            eager = self.eager(subject, roof)
        layers = self.layers(found, roof) if found else None
        note = not_finite(subject.step())  # before the compiler, which may not get through
        compiled = self.compiled(subject, roof) if self.options.compile else None
        steps = [eager, *([compiled] if isinstance(compiled, CompiledTiming) else [])]
        self.progress(self.graph.name, self.parts, self.parts)
        return Latency(
            **dict(self.setting),
            ceilings=roof,
            predicted=None if self.predicted is None else prediction_record(self.predicted),
            eager=eager,
            phases=found.phases if found and self.options.trains else None,
            layers=layers,
            compiled=compiled,
            notes=(*subject.notes, *([note] if note else []), *above_ceilings(steps, layers or ())),
        )

    def begin(self, part: str) -> None:
        """Tell what is being measured."""
        self.progress(f"{self.graph.name}: {part}", self.done, self.parts)
        self.done += 1

    def eager(self, subject: Subject, roof: Ceilings) -> RatedTiming:
        """The time of a step as PyTorch runs it."""
        timing = repeat(subject.step, self.device, self.options.seconds)
        return RatedTiming(**dict(timing), **dict(self.rates(timing.median_seconds, roof)))

    def rates(self, seconds: float, roof: Ceilings) -> Rates:
        """What a step that takes so long achieves; nothing is predicted of the bytes that backward moves."""
        totals = self.report.totals
        if not self.options.trains:
            return roof.achieved(seconds, totals.flops, totals.traffic_bytes)
        return roof.achieved(seconds, totals.flops + totals.backward_flops, None)

    def profile(self, subject: Subject) -> Profile:
        """The time of every layer, and of the phases of a training step."""
        self.begin("layers")
        return profile(self.graph, subject, self.device, self.options.seconds)

    def layers(self, found: Profile, roof: Ceilings) -> tuple[LayerLatency, ...]:
        """The time of every layer that runs, with what it achieves."""
        rows = {row.name: row.figures for row in self.report.rows}
        nodes = [node for node in self.graph.layers if node.id in found.layers]
        predicted = {} if self.predicted is None else {row.name: row.seconds for row in self.predicted.layers}
        return tuple(
            [_layer(node, found.layers[node.id], rows[node.name], roof, predicted.get(node.name)) for node in nodes]
        )

    def compiled(self, subject: Subject, roof: Ceilings) -> CompiledTiming | OutOfMemory | CompilerFailure:
        """The time of a step with the model compiled, and that of compiling it; or why it does not compile."""
        self.begin("compiled")
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
            if is_out_of_memory(error):
                return OutOfMemory(predicted_bytes=self.report.totals["peak_bytes"], message=first_line(error))
            return CompilerFailure(failure=first_line(error))
        finally:
            torch.compiler.reset()
        rates = self.rates(timing.median_seconds, roof)
        return CompiledTiming(**dict(timing), **dict(rates), compile_seconds=compile_seconds)


def above_ceilings(steps: Sequence[Rates], layers: Sequence[Rates]) -> Iterator[str]:
    """Notes on what does more than the device seems to be able to: the whole step, and single layers."""
    for unit, share, why in (
        ("FLOPs", "flops_share", "the device was busy when the ceiling was measured, or an algorithm needs fewer"),
        ("bytes", "bytes_share", "some stayed in a cache"),
    ):
        of_steps, of_layers = ([getattr(each, share) or 0.0 for each in rated] for rated in (steps, layers))
        above = sum(each > 1 for each in of_layers)
        said = [f"the step is at {100 * max(of_steps):.0f} %"] if max(of_steps) > 1 else []
        said += [f"{above:,} layer{'s are' if above > 1 else ' is'} above 100 %"] if above else []
        if said:
            yield f"{' and '.join(said)} of the ceiling of {unit}, measured twice: {why}"


def _layer(node: Node, timing: LayerTiming, figures: Figures, roof: Ceilings, predicted: float | None) -> LayerLatency:
    """A layer's forward pass, with what it achieves, the median of its backward pass, and what was predicted."""
    forward, backward = timing
    rates = roof.achieved(forward.median_seconds, figures["flops"], figures["traffic_bytes"])
    return LayerLatency(
        name=node.name,
        type=node.type,
        median_seconds=forward.median_seconds,
        p10_seconds=forward.p10_seconds,
        p90_seconds=forward.p90_seconds,
        backward_seconds=None if backward is None else backward.median_seconds,
        predicted_seconds=predicted,
        **dict(rates),
    )
