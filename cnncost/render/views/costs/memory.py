"""The memory of a step: the peak in one line, what lives there, and the step in its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.cells import AT_LEAST, shape_text
from cnncost.render.curve import Curve, Instant
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Share, Table
from cnncost.render.parts.step import capacity_note, kind_called, step_parts, verdict_text
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.footprint.report import MemoryReport

_COLUMNS = (
    Column("part", "at the peak"),
    Column("bytes", "bytes", "bytes", priority=ESSENTIAL),
    Column("share", "share", "share", priority=2),
)
_RECORD_COLUMNS = (
    Column("part", "part"),
    Column("stage", "made in"),
    Column("bytes", "bytes", "bytes"),
    Column("share", "share", "share"),
)

_MOST_STAGES = 12
"""Stages of one kind that a table names; the smallest of more are added up."""

_AREAS = {
    "weights": ("parameters", "buffers"),
    "optimizer states": ("optimizer",),
    "gradients of parameters": ("weight gradients",),
    "kept for backward": ("kept",),
    "other activations": ("activation",),
    "gradients of activations": ("gradient",),
}
"""What a picture tells apart, from below, and the kinds that each is."""
_REST = "input, loss and others"


def memory_document(memory: MemoryReport) -> Document:
    """The memory of a step, the answer first."""
    return Document(
        headline(memory),
        _facts(memory),
        tables=lambda: _tables(memory),
        records=lambda: _records(memory),
        curves=lambda: [memory_curve(memory)],
        data=memory.to_dict,
    )


def headline(memory: MemoryReport) -> str:
    """The peak, and whether it fits."""
    peak = f"{AT_LEAST if memory.lower_bound else ''}{bytes_text(memory.peak_bytes)}"
    fits = "" if memory.verdict is None else f"; {verdict_text(memory.verdict)}"
    return f"{memory.name}: peak {peak}{fits}"


def memory_curve(memory: MemoryReport) -> Curve:
    """The step in its course, by what lives."""
    verdict = memory.verdict
    limit = None if verdict is None else (verdict.capacity.bytes, verdict.capacity.source)
    instants = tuple([Instant(each.phase, each.peak_bytes, _areas(each.parts)) for each in memory.timeline])
    return Curve(
        f"{memory.name}: what lives in the course of a step",
        "layers, as they run",
        "bytes",
        instants,
        f"peak {bytes_text(memory.peak_bytes)}, {memory.peak_place}",
        tuple([area for area in (*_AREAS, _REST) if any(instant.parts.get(area) for instant in instants)]),
        limit,
    )


def _areas(parts: Mapping[str, int]) -> dict[str, int]:
    areas = {area: sum([parts.get(kind, 0) for kind in kinds]) for area, kinds in _AREAS.items()}
    areas[_REST] = sum(parts.values()) - sum(areas.values())
    return areas


def _facts(memory: MemoryReport) -> tuple[str, ...]:
    inputs = [shape_text(shape[1:]) for shape in memory.inputs.values()]
    names = [f"{name} " for name in memory.inputs] if len(inputs) > 1 else ["input "]
    return (*(name + shape for name, shape in zip(names, inputs, strict=True)), *step_parts(memory.settings))


def _tables(memory: MemoryReport) -> Iterator[Table]:
    """What lives at the peak; then the other figures."""
    lines = [line for part in memory.parts for line in _part_lines(part.kind, part.bytes, part.stages, memory)]
    totals = Line(("peak", memory.peak_bytes, ""))
    yield Table(_COLUMNS, tuple(lines), totals, notes=tuple(_notes(memory)))


def _part_lines(kind: str, size: int, stages: Mapping[str, int], memory: MemoryReport) -> Iterator[Line]:
    """A kind, and the stages where it was made if there are several, in the order of the network."""
    yield Line((kind_called(kind), size, Share(size, memory.peak_bytes)))
    if len(stages) < 2:
        return
    least = sorted(stages.values(), reverse=True)[:_MOST_STAGES][-1]
    shown = {stage: each for stage, each in stages.items() if each >= least}
    for stage, each in shown.items():
        yield Line((stage, each, Share(each, memory.peak_bytes)), level=1)
    rest = sum(stages.values()) - sum(shown.values())
    if rest:
        yield Line((f"{len(stages) - len(shown)} others", rest, Share(rest, memory.peak_bytes)), level=1)


def _records(memory: MemoryReport) -> Table:
    """Every part, by where it was made; what is of no stage has none."""
    whole = memory.peak_bytes
    lines = []
    for part in memory.parts:
        unplaced = part.bytes - sum(part.stages.values())
        lines += [(part.kind, stage, size, Share(size, whole)) for stage, size in part.stages.items()]
        lines += [(part.kind, "", unplaced, Share(unplaced, whole))] if unplaced else []
    return Table(_RECORD_COLUMNS, tuple(map(Line, lines)))


def _notes(memory: MemoryReport) -> Iterator[str]:
    yield f"the peak is in {memory.peak_place}"
    if memory.settings.trains:
        kept, steady = bytes_text(memory.kept_bytes), bytes_text(memory.steady_bytes)
        yield f"kept for backward: {kept}; between two steps: {steady}"
    yield from _card_notes(memory)
    if memory.verdict is not None:
        yield capacity_note(memory.verdict)
    if memory.unknown_layers:
        first, *others = memory.unknown_layers
        more = f" and {len(others)} more" if others else ""
        yield f"a lower bound: of `{first}`{more} it is not known what is kept for backward, or stored"


def _card_notes(memory: MemoryReport) -> Iterator[str]:
    """What comes to the live tensors on a card."""
    allocated, reserved, held = memory.allocated_bytes, memory.reserved_bytes, memory.workspace_bytes
    if allocated is None or reserved is None or held is None:
        return
    figures = f"allocated {bytes_text(allocated)}, reserved {bytes_text(reserved)}"
    if memory.settings.has_profile:
        yield f"on {memory.settings.device}: {figures}; {bytes_text(held)} of it are workspaces of libraries"
    else:
        yield f"by the allocator's rules: {figures}"
        yield f"besides: the context, and workspaces of libraries of up to {bytes_text(held)}"
