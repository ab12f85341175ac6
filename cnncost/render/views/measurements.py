"""Latency and memory as sheets: what was measured, beside what the device can do and what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.document import Column, Line, Sheet
from cnncost.render.units import bytes_text
from cnncost.render.views.headings import heading_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.verification.result import Verification

_SLOWEST = 10
"""Layers that are named."""

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
_MEMORY = (
    Column("part", "memory"),
    Column("predicted", "predicted", "bytes", priority=9),
    Column("measured", "measured", "bytes", priority=10),
    Column("ratio", "ratio", "ratio", priority=8),
)


def measurement_sheets(verification: Verification) -> Iterator[Sheet]:
    """The sheets of what was measured; none of what was not asked for, or broke off."""
    if verification.latency is not None and "eager" in verification.latency:
        yield _latency(verification.latency)
        if verification.latency.get("layers"):
            yield _slowest(verification.latency["layers"])
    if verification.memory is not None:
        yield _memory(verification.memory)


def median_seconds(verification: Verification) -> float | None:
    """What a step takes, where it was measured."""
    median: float | None = ((verification.latency or {}).get("eager") or {}).get("median_seconds")
    return median


def _latency(latency: Mapping[str, Any]) -> Sheet:
    compiled, roof = latency.get("compiled"), latency["ceilings"]
    notes = [*latency["notes"]]
    lines = [_timing_line("a step of training" if latency["mode"] == "train" else "inference", latency["eager"])]
    lines += [_timing_line(phase, timing)._replace(level=1) for phase, timing in latency.get("phases", {}).items()]
    if compiled and "median_seconds" in compiled:
        lines.append(_timing_line("compiled", compiled))
    elif compiled:
        notes.append(f"compiled: {compiled.get('failure', 'out of memory')}")
    if not latency["eager"]["stable"]:
        notes.append("the median had not settled when the time was up: `--seconds` gives it more")
    ceiling = (roof["flops_per_second"], "", roof["bytes_per_second"], "")
    totals = Line(("ceilings", "", "", "", "", "", *_rounded(ceiling)))
    caption = "ceilings: a product of {matrix_size} × {matrix_size} matrices, and a copy".format(**roof)
    return Sheet("", _LATENCY, tuple(lines), totals, notes=(*notes, caption))


def _timing_line(name: str, timing: Mapping[str, Any]) -> Line:
    times = (timing["median_seconds"], timing["p10_seconds"], timing["p90_seconds"], timing["spread"], timing["runs"])
    return Line((name, *times, *_rates(timing)))


def _slowest(layers: list[Mapping[str, Any]]) -> Sheet:
    """The layers that take longest, by their forward and backward passes together."""

    def seconds(layer: Mapping[str, Any]) -> float:
        return float(layer["median_seconds"] + (layer["backward_seconds"] or 0))

    whole = sum(map(seconds, layers))
    lines = [
        Line(
            (
                layer["name"],
                layer["type"],
                layer["median_seconds"],
                seconds(layer) / whole if whole else None,
                *_rates(layer),
                layer["backward_seconds"],
            )
        )
        for layer in sorted(layers, key=seconds, reverse=True)[:_SLOWEST]
    ]
    more = f"{_SLOWEST} of {len(layers)} layers; `--format json` has them all"
    backward = any(layer["backward_seconds"] is not None for layer in layers)
    columns = _LAYERS if backward else _LAYERS[:-1]
    lines = lines if backward else [Line(line.cells[:-1]) for line in lines]
    return Sheet("", columns, tuple(lines), notes=(more,) if len(layers) > _SLOWEST else ())


def _rates(timing: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("flops_per_second", "flops_share", "bytes_per_second", "bytes_share")
    return _rounded(tuple([timing.get(name, "") for name in names]))


def _rounded(rates: tuple[Any, ...]) -> tuple[Any, ...]:
    """Counts and bytes are whole numbers, shares are not."""
    flops, flops_share, moved, bytes_share = rates
    return (_whole(flops), flops_share, _whole(moved), bytes_share)


def _whole(rate: Any) -> Any:
    return round(rate) if isinstance(rate, float) else rate


def _memory(memory: Mapping[str, Any]) -> Sheet:
    """The parts of the prediction, and the peak beside their sum; out of memory there is no peak."""
    predicted, peak = memory["predicted"], memory.get("peak_bytes")
    lines = [Line((heading_of(part), size, "", "")) for part, size in predicted.items() if part != "memory_bytes"]
    if "input_bytes" in memory:
        lines.append(Line(("input", "", memory["input_bytes"], "")))
    totals = Line(("peak", predicted["memory_bytes"], peak, memory.get("ratio")))
    notes = [*memory.get("notes", ())]
    if memory.get("reserved_bytes"):
        notes.append(f"the allocator reserved {bytes_text(memory['reserved_bytes'])}")
    return Sheet("", _MEMORY, tuple(lines), totals, notes=tuple(notes))
