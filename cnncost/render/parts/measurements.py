"""Latency and memory as tables: what was measured, beside what the device can do and what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.measurement.ceilings import Rates
from cnncost.measurement.outcome import CompilerFailure
from cnncost.measurement.results import CompiledTiming, Latency, Memory
from cnncost.render.document import Column, Line, Table
from cnncost.units import bytes_text, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.measurement.results import LayerLatency, MemoryResult, PredictedLatency
    from cnncost.measurement.timing import Timing
    from cnncost.verification.result import Verification

_SLOWEST = 10
"""Layers that are named."""

_BINDING = {"compute": "compute binds", "bandwidth": "bandwidth binds", "launches": "launches bind"}

_RATES = (
    Column("flops_per_second", "FLOPs", "count", "per second", priority=7),
    Column("flops_share", "of ceiling", "percent", priority=6),
    Column("bytes_per_second", "bytes", "bytes", "per second", priority=5),
    Column("bytes_share", "of ceiling", "percent", priority=4),
)
_LATENCY = (
    Column("what", "latency"),
    Column("median", "median", "seconds", priority=10),
    Column("p10", "10 %", "seconds", priority=8),
    Column("p90", "90 %", "seconds", priority=8),
    Column("spread", "spread", "percent", priority=3),
    Column("runs", "runs", "count", priority=2),
    *_RATES,
)
_LAYERS = (
    Column("layer", "slowest layers"),
    Column("type", "type", priority=1),
    Column("median", "median", "seconds", priority=10),
    Column("share", "of all", "percent", priority=9),
    *_RATES,
    Column("backward", "backward", "seconds", priority=8),
)
_PREDICTED = Column("predicted", "predicted", "seconds", priority=9)
_MEMORY = (
    Column("part", "memory"),
    Column("predicted", "predicted", "bytes", priority=9),
    Column("measured", "measured", "bytes", priority=10),
    Column("ratio", "ratio", "ratio", priority=8),
)


def measurement_tables(verification: Verification) -> Iterator[Table]:
    """The tables of what was measured; none of what was not asked for, or broke off."""
    if isinstance(verification.latency, Latency):
        yield _latency(verification.latency)
        if verification.latency.layers:
            yield _slowest(verification.latency.layers)
    if verification.memory is not None:
        yield _memory(verification.memory)


def median_seconds(verification: Verification) -> float | None:
    """What a step takes, where it was measured."""
    latency = verification.latency
    return latency.eager.median_seconds if isinstance(latency, Latency) else None


def _latency(latency: Latency) -> Table:
    compiled, roof = latency.compiled, latency.ceilings
    notes = [*latency.notes]
    lines = [_timing_line("a step of training" if latency.mode == "train" else "inference", latency.eager)]
    if latency.predicted is not None:
        lines.append(_prediction_line(latency.predicted))
        notes += _prediction_notes(latency.predicted, latency.eager.median_seconds)
    lines += [_timing_line(phase, timing)._replace(level=1) for phase, timing in (latency.phases or {}).items()]
    if isinstance(compiled, CompiledTiming):
        lines.append(_timing_line("compiled", compiled))
    elif compiled is not None:
        notes.append(f"compiled: {compiled.failure if isinstance(compiled, CompilerFailure) else 'out of memory'}")
    if not latency.eager.stable:
        notes.append("the median had not settled when the time was up: `--seconds` gives it more")
    ceiling = (_whole(roof.flops_per_second), "", _whole(roof.bytes_per_second), "")
    totals = Line(("ceilings", "", "", "", "", "", *ceiling))
    caption = f"ceilings: a product of {roof.matrix_size} × {roof.matrix_size} matrices, and a copy"
    return Table(_LATENCY, tuple(lines), totals, notes=(*notes, caption))


def _timing_line(name: str, timing: Timing) -> Line:
    times = (timing.median_seconds, timing.p10_seconds, timing.p90_seconds, timing.spread, timing.runs)
    return Line((name, *times, *_rates(timing)))


def _prediction_line(predicted: PredictedLatency) -> Line:
    """A prediction: its interval leaves out a tenth on either side, as the percentiles of measurements do."""
    times = (predicted.seconds, predicted.low_seconds, predicted.high_seconds)
    return Line((f"predicted for {predicted.profile[-40:]}", *times, "", "", "", "", "", ""))


def _prediction_notes(predicted: PredictedLatency, measured: float) -> list[str]:
    """How the measurement compares with the prediction, and what binds by that."""
    inside = predicted.low_seconds <= measured <= (predicted.high_seconds or measured)
    where = "within the interval" if inside else "outside of the interval"
    ratio = number_text(measured / predicted.seconds) if predicted.seconds else "–"
    return [f"measured is {ratio}× what was predicted, {where}; {_BINDING[predicted.bound_by]} there"]


def _slowest(layers: Sequence[LayerLatency]) -> Table:
    """The layers that take longest, by their forward and backward passes together."""

    def seconds(layer: LayerLatency) -> float:
        return layer.median_seconds + (layer.backward_seconds or 0)

    whole = sum(map(seconds, layers))
    lines = [
        Line(
            (
                layer.name,
                layer.type,
                layer.median_seconds,
                seconds(layer) / whole if whole else None,
                *_rates(layer),
                layer.backward_seconds,
            )
        )
        for layer in sorted(layers, key=seconds, reverse=True)[:_SLOWEST]
    ]
    more = f"{_SLOWEST} of {len(layers)} layers; `--format json` has them all"
    backward = any(layer.backward_seconds is not None for layer in layers)
    columns = _LAYERS if backward else _LAYERS[:-1]
    lines = lines if backward else [Line(line.cells[:-1]) for line in lines]
    if any(layer.predicted_seconds is not None for layer in layers):
        columns = (*columns, _PREDICTED)
        slowest = sorted(layers, key=seconds, reverse=True)
        lines = [Line((*line.cells, layer.predicted_seconds)) for line, layer in zip(lines, slowest, strict=False)]
    return Table(columns, tuple(lines), notes=(more,) if len(layers) > _SLOWEST else ())


def _rates(timing: Timing | LayerLatency) -> tuple[Any, ...]:
    """Counts and bytes are whole numbers, shares are not; the phases of a step have no rates."""
    if not isinstance(timing, Rates):
        return ("", "", "", "")
    return (_whole(timing.flops_per_second), timing.flops_share, _whole(timing.bytes_per_second), timing.bytes_share)


def _whole(rate: float | None) -> int | None:
    return None if rate is None else round(rate)


def _memory(memory: MemoryResult) -> Table:
    """What is predicted to live at the peak, and the peak beside its sum; out of memory there is no peak."""
    predicted = memory.predicted
    lines = [Line((kind, size, "", "")) for kind, size in predicted.parts.items()]
    if not isinstance(memory, Memory):
        return Table(_MEMORY, tuple(lines), Line(("tensors at the peak", predicted.peak_bytes, None, None)))
    notes = [*memory.notes]
    if memory.reserved_bytes:
        notes.append(f"the allocator reserved {bytes_text(memory.reserved_bytes)}")
    if memory.tensor_bytes is None:
        totals = Line(("peak", predicted.peak_bytes, memory.peak_bytes, memory.ratio))
    else:
        totals = Line(("tensors at the peak", predicted.peak_bytes, memory.tensor_bytes, memory.ratio))
        workspaces = memory.peak_bytes - memory.tensor_bytes
        notes.append(f"with workspaces inside operators the peak was {bytes_text(workspaces)} higher")
    return Table(_MEMORY, tuple(lines), totals, notes=tuple(notes))
