"""The latency of a step: the whole in one line, layer by layer, what binds, and the roofline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cnncost.records import NamedTuple
from cnncost.render.cells import shape_text
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Share, Table
from cnncost.render.parts.step import step_parts
from cnncost.render.parts.tree import depth_within, tree_of
from cnncost.render.roofline import Ceiling, Roofline, Spot
from cnncost.roofline.report import BOUNDS
from cnncost.units import count_text, number_text, percent_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.roofline.report import LatencyReport, LayerTime

SCREEN = 40
"""Lines that fit a screen."""
_MUCH = 0.2
"""From which share on the headline says that kernels were not measured."""

_LAYER = Column("layer", "layer")
_TYPE = Column("type", "type", priority=2)
_SHAPE = Column("output_shape", "output shape", "shape", priority=3)
_LAYERS = Column("layers", "layers", "count", priority=1)
_FORWARD = Column("forward_seconds", "forward", "seconds", priority=7)
_BACKWARD = Column("backward_seconds", "backward", "seconds", priority=7)
_SECONDS = Column("seconds", "time", "seconds", priority=ESSENTIAL)
_SHARE = Column("share", "share", "share", priority=8)
_BOUND = Column("bound_by", "bound by", priority=9)
_FLOPS = Column("flops", "FLOPs", "count", priority=5)
_BYTES = Column("bytes", "moved", "bytes", priority=5)
_INTENSITY = Column("flops_per_byte", "FLOPs", "number", "per byte", priority=4)
_KERNELS = Column("kernels", "kernels", "count", priority=2)

_WHAT_BINDS = (
    Column("what", "what binds"),
    Column("seconds", "time of kernels", "seconds", priority=ESSENTIAL),
    Column("share", "share", "share", priority=9),
    Column("layers", "mostly in", priority=2, overflow="phrase"),
)
_NAMED = 3


class View(NamedTuple):
    """What of a report to show."""

    depth: int | Literal["auto"] | None = "auto"
    """Group by block, so many levels deep; ``None`` for every layer.

    With ``auto``, tables for people are as deep as `lines` allow, and programs get every layer.
    """
    by_type: bool = False
    """One row for each layer type instead."""
    sort: str | None = None
    """A figure, the largest first."""
    top: int | None = None
    """Only so many rows, the largest first."""
    lines: int = SCREEN
    """How many a table for people should have at most, where `depth` leaves it open."""


DEFAULT_VIEW = View()


def latency_document(report: LatencyReport, view: View = DEFAULT_VIEW) -> Document:
    """The latency of a step, the answer first."""
    every_layer = view._replace(depth=None if view.depth == "auto" else view.depth)
    return Document(
        headline(report),
        _facts(report),
        tables=lambda: [_layer_table(report, view), *([_bound_table(report)] if report.time else [])],
        records=lambda: _records(report, every_layer),
        rooflines=lambda: [roofline_of(report)] if _computing(report) else [],
        data=lambda: _viewed(report, every_layer)[0].to_dict(),  # noqa: PLW0108 - grouped only when it is asked for
    )


def headline(report: LatencyReport) -> str:
    """How long it takes, or at least takes, and how many samples that is in a second."""
    where = f"{report.name} on {report.device.title}"
    if report.samples_per_second is None:
        return f"{where}: no kernel runs"
    rate = f"{count_text(round(report.samples_per_second))} {report.samples}/s"
    if report.interval is None:
        return f"{where}: at least {seconds_text(report.time)}, at most {rate}"
    low, high = report.interval
    launches = "; launches bind" if report.bound_by == "launches" else ""
    span = f"{seconds_text(low)} to {seconds_text(high)}"
    return f"{where}: {seconds_text(report.time)} ({span}), {rate}{launches}{_unmeasured(report)}"


def _unmeasured(report: LatencyReport) -> str:
    """How much of the kernels' time was not measured, where that is much."""
    share = report.unmeasured_share or 0.0
    return f"; {percent_text(round(1e12 * share), 10**12)} not measured" if share > _MUCH else ""


def roofline_of(report: LatencyReport) -> Roofline:
    """The layers that compute something, below what the device can do."""
    device = report.device
    return Roofline(
        f"{report.name} on {device.title}: how fast its layers are{' at the most' if report.is_bound else ''}",
        tuple(_spots(report)),
        () if device.flops_per_second is None else (Ceiling(report.number_format, device.flops_per_second),),
        (Ceiling("memory", device.bytes_per_second),),
    )


def _computing(report: LatencyReport) -> bool:
    return any(_is_drawn(layer) for layer in report.layers)


def _is_drawn(layer: LayerTime) -> bool:
    """Whether a layer has a place: one that computes, moves bytes and takes time."""
    return bool(layer.flops and layer.bytes and layer.seconds)


def _spots(report: LatencyReport) -> Iterator[Spot]:
    for layer in report.layers:
        if _is_drawn(layer):
            rate, intensity = layer.flops / layer.seconds, layer.flops / layer.bytes
            yield Spot(layer.name, intensity, rate, layer.seconds, layer.bound_by or "bandwidth")


def _facts(report: LatencyReport) -> tuple[str, ...]:
    shapes = [shape_text(shape[1:]) for shape in report.inputs.values()]
    names = [f"{name} " for name in report.inputs] if len(shapes) > 1 else ["input "]
    step = report.settings
    if report.number_format == "tf32":
        step = step._replace(dtype="tf32")
    return (*[name + shape for name, shape in zip(names, shapes, strict=True)], *step_parts(step))


def _viewed(report: LatencyReport, view: View) -> tuple[LatencyReport, tuple[str, ...]]:
    """The report with the rows of the view, and remarks on what became of the others."""
    notes: list[str] = []
    shown = report
    if view.by_type:
        shown = report.by_type()
    elif view.depth == "auto" and min(len(report.layers), view.top or len(report.layers)) > view.lines:
        shown = report.grouped(depth_within([layer.name for layer in report.layers], view.lines))
        groups = "1 group" if len(shown.layers) == 1 else f"{len(shown.layers)} groups"
        notes.append(f"{len(report.layers)} layers in {groups}; see all with --depth all")
    elif isinstance(view.depth, int):
        shown = report.grouped(view.depth)
    if view.sort or view.top:
        shown = shown.sorted_by(view.sort or "seconds")
    if view.top and view.top < len(shown.layers):
        notes.append(f"the first {view.top} of {len(shown.layers)} by {view.sort or 'seconds'}; totals are of all")
        shown = shown.top(view.top)
    return shown, tuple(notes)


def _layer_table(report: LatencyReport, view: View) -> Table:
    """The layers, as a tree where they are in their order; a bound says so above its columns."""
    shown, notes = _viewed(report, view)
    columns = _columns(report, view)
    cells = [_cells(layer, columns, report) for layer in shown.layers]
    is_tree = not (view.by_type or view.sort or view.top)
    lines = _tree_lines(cells) if is_tree else tuple(map(Line, cells))
    return Table(columns, lines, Line(_totals(report, columns)), notes=(*notes, *_notes(report)))


def _columns(report: LatencyReport, view: View) -> tuple[Column, ...]:
    first = (_TYPE, _LAYERS) if view.by_type else (_LAYER, _TYPE, _SHAPE)
    passes = (_FORWARD, _BACKWARD) if report.settings.trains else ()
    figures = (*first, *passes, _SECONDS, _SHARE, _BOUND, _FLOPS, _BYTES, _INTENSITY, _KERNELS)
    if not report.is_bound:
        return figures
    return tuple([column._replace(detail="at least") if column.kind == "seconds" else column for column in figures])


def _cells(layer: LayerTime, columns: Sequence[Column], report: LatencyReport) -> tuple[object, ...]:
    shape = layer.output_shape
    values = {
        "layer": layer.name,
        "backward_seconds": layer.backward_seconds if report.settings.trains else "",
        "layers": layer.count,
        "output_shape": "" if shape is None else shape[1:],
        "share": Share(_picoseconds(layer.seconds), _picoseconds(report.kernel_seconds)),
        "bound_by": layer.bound_by or "",
        "flops_per_byte": "" if layer.flops_per_byte is None else layer.flops_per_byte,
    }
    return tuple([values[each.name] if each.name in values else getattr(layer, each.name) for each in columns])


def _picoseconds(seconds: float) -> int:
    """A time as a whole number, of which a share is exact."""
    return round(1e12 * seconds)


def _totals(report: LatencyReport, columns: Sequence[Column]) -> tuple[object, ...]:
    layers = report.layers
    values: dict[str, object] = {
        columns[0].name: "all kernels",
        "layers": sum([layer.count for layer in layers]),
        "forward_seconds": sum([layer.forward_seconds for layer in layers]),
        "backward_seconds": sum([layer.backward_seconds for layer in layers]),
        "seconds": report.kernel_seconds,
        "flops": sum([layer.flops for layer in layers]),
        "bytes": sum([layer.bytes for layer in layers]),
        "kernels": sum([layer.kernels for layer in layers]),
    }
    return tuple([values.get(each.name, "") for each in columns])


def _tree_lines(rows: Sequence[tuple[object, ...]]) -> tuple[Line, ...]:
    lines = []
    for branch in tree_of([str(row[0]) for row in rows]):
        cells = (None,) * (len(rows[0]) - 1) if branch.row is None else rows[branch.row][1:]
        lines.append(Line((branch.name, *cells), branch.level, title=branch.row is None))
    return tuple(lines)


def _bound_table(report: LatencyReport) -> Table:
    """How much of the kernels' time each of what may bind does, and in which blocks that is."""
    lines = []
    blocks = report.grouped(1).layers
    for place, bound in enumerate(BOUNDS):
        seconds = sum([layer.bound_seconds[place] for layer in report.layers])
        if seconds:
            most = sorted(blocks, key=lambda block: -block.bound_seconds[place])[:_NAMED]
            names = ", ".join([block.name for block in most if block.bound_seconds[place]])
            share = Share(_picoseconds(seconds), _picoseconds(report.kernel_seconds))
            lines.append(Line((bound, seconds, share, names)))
    return Table(_WHAT_BINDS, tuple(lines))


def _notes(report: LatencyReport) -> Iterator[str]:
    device = report.device
    yield from report.notes
    if report.settings.trains and len(report.phases) > 1:
        yield "; ".join([f"{phase} {seconds_text(seconds)}" for phase, seconds in report.phases.items()])
    yield from _launch_notes(report)
    rates = [f"{count_text(round(device.bytes_per_second))}B/s"]
    if device.flops_per_second is not None:
        rates.append(f"{count_text(round(device.flops_per_second))}FLOP/s in {report.number_format}")
        ridge = number_text(device.flops_per_second / device.bytes_per_second)
        rates.append(f"below {ridge} FLOPs per byte bandwidth binds")
    yield f"{device.title}: {', '.join(rates)} ({device.source})"


def _launch_notes(report: LatencyReport) -> Iterator[str]:
    """What launches have to do with it."""
    if not report.launch_seconds:
        return
    kernels, free = sum([layer.kernels for layer in report.layers]), report.launch_free_batch
    launching = f"the processor launches {kernels:,} kernels in {seconds_text(report.launch_seconds)}"
    running = f"the device runs them in {seconds_text(report.device_seconds)}"
    if report.bound_by == "launches":
        yield f"{launching}, and {running}: launches bind" + (f", up to batch {free - 1:,}" if free is not None else "")
    else:
        yield f"{launching}, and {running}: launches bind " + (f"below batch {free:,}" if free != 1 else "at no batch")


def _records(report: LatencyReport, view: View) -> Table:
    """The rows with their full names, in every column."""
    times = (_SECONDS, _FORWARD, _BACKWARD)
    others = (_SHARE, _BOUND, _FLOPS, _BYTES, _INTENSITY, _KERNELS, _LAYERS)
    columns = (_LAYER, _TYPE, _SHAPE, *times, *others)
    lines = [Line(_cells(layer, columns, report)) for layer in _viewed(report, view)[0].layers]
    called = [each._replace(name=f"at_least_{each.name}") if report.is_bound else each for each in times]
    return Table((_LAYER, _TYPE, _SHAPE, *called, *others), tuple(lines))
