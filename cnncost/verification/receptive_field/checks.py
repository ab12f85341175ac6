"""Receptive fields of a report against what lights up in PyTorch.

Every unit of every layer is held against its predicted field, along each axis of each input: exactly where no border
clips it on the way, and by what the borders leave of it elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.metrics.analysis import Analysis
from cnncost.metrics.receptive_field.fields import fields
from cnncost.verification.receptive_field.expected import CLIPPED, WHOLE, Readings, readings
from cnncost.verification.receptive_field.response import Sight, Sights, sights
from cnncost.verification.result import DIFFERENT, SAME, Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.metrics.receptive_field.fields import Number, ReceptiveField
    from cnncost.metrics.receptive_field.track import Track
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

_FIGURE = "receptive_field"


class Seen(NamedTuple):
    """What was found along one axis.

    Attributes:
        size, jump, start_padding: as far as the borders let them be measured; `size` is what is left of it otherwise.
        wrong: a unit that does not see what it should; empty where all do.
        clipped: whether a border hid one of the figures.
    """

    size: int
    jump: Number | None = None
    start_padding: Number | None = None
    wrong: str = ""
    clipped: bool = False


def field_checks(graph: Graph, report: Report, device: str = "cpu") -> list[Check]:
    """Hold the receptive field of every layer of a report against PyTorch.

    Args:
        graph: the network. report: its analysis, with a row for every layer.
        device: where to run; on ``meta`` tensors there is nothing to see.

    Raises:
        SpecError: PyTorch is not installed.
    """
    if device == "meta":
        rows = [(row, field) for row in report.rows if (field := row.receptive_field) is not None]
        return [Check.gap(row.name, _FIGURE, _shown(field), "not measured on meta tensors") for row, field in rows]
    analysis = Analysis(graph, report.settings)
    return [check for source in graph.inputs for check in _checks(analysis, report, source, device)]


def _checks(analysis: Analysis, report: Report, source: int, device: str) -> Iterator[Check]:
    """The checks of one input of the network."""
    graph, claimed = analysis.graph, fields(analysis, source)
    name, pixels = graph.nodes[source].name, graph.nodes[source].y.spatial
    figure = _FIGURE if len(graph.inputs) == 1 else f"{_FIGURE} in {name}"
    axes = range(len(pixels))
    lit = [sights(graph, claimed, source, axis, device) for axis in axes]
    read = [readings(graph, claimed, source, axis) for axis in axes]
    for node, row in zip(graph.layers, report.rows, strict=True):
        field, predicted = claimed[node.id], _predicted(row, name)
        if field is None or predicted is None:
            sees = field is not None or any(_lights(at.unclaimed.get(node.id)) for at in lit)
            if sees or predicted is not None:
                told = None if predicted is None else _shown(predicted)
                note = "it reads the input" if sees else "it reads nothing of the input"
                yield Check(row.name, figure, told, None, DIFFERENT, note)
            continue
        gap = "the input has no axes" if not pixels else lit[0].gaps.get(node.id)
        if gap:
            yield Check.gap(row.name, figure, _shown(predicted), gap)
            continue
        found = [
            _local(field.axes[axis], node.id, lit[axis], read[axis], pixels[axis])
            if field.axes is not None
            else _global(node, lit[axis], pixels[axis])
            for axis in axes
        ]
        if field.is_global and field.axes is not None:
            marks = [_global(node, lit[axis], pixels[axis]).wrong for axis in axes]
            found = [seen._replace(wrong=seen.wrong or mark) for seen, mark in zip(found, marks, strict=True)]
        yield _check(row.name, figure, predicted, found, field.is_global)


def _lights(sight: Sight | None) -> bool:
    return sight is not None and any(first <= last for first, last in zip(sight.first, sight.last, strict=True))


def _predicted(row: Row, source: str) -> ReceptiveField | None:
    """What the report says of a layer in one input."""
    return row.receptive_field if row.receptive_fields is None else row.receptive_fields.get(source)


def _shown(field: ReceptiveField) -> dict[str, Any]:
    """The figures of a field that are measured."""
    return {
        "size": field.size,
        "jump": field.jump,
        "start_padding": field.start_padding,
        "global": field.is_global,
    }


def _check(layer: str, figure: str, predicted: ReceptiveField, found: Sequence[Seen], is_global: bool) -> Check:
    """The check of one layer in one input: every unit sees what it should, and the figures say so."""
    size = tuple([seen.size for seen in found])
    jumps, paddings = tuple([seen.jump for seen in found]), tuple([seen.start_padding for seen in found])
    measured = {
        "size": size,
        "jump": None if None in jumps else jumps,
        "start_padding": None if None in paddings else paddings,
        "global": is_global,
    }
    wrong = next((f"axis {axis}: {seen.wrong}" for axis, seen in enumerate(found) if seen.wrong), "")
    wrong = wrong or _wrong_figures(predicted, found, is_global)
    if wrong:
        return Check(layer, figure, _shown(predicted), measured, DIFFERENT, wrong)
    note = "clipped by the border" if any(seen.clipped for seen in found) else ""
    return Check(layer, figure, _shown(predicted), measured, SAME, note)


def _wrong_figures(predicted: ReceptiveField, found: Sequence[Seen], is_global: bool) -> str:
    """Which figure of the report is not what was seen, of those that could be seen."""
    if predicted.is_global != is_global:
        return "it does not say rightly whether some path reads the whole input"
    for axis, seen in enumerate(found):
        if predicted.size[axis] != seen.size and not (seen.clipped and predicted.size[axis] > seen.size):
            return f"axis {axis}: the size is {seen.size}, not {predicted.size[axis]}"
        for name in ("jump", "start_padding"):
            told, measured = getattr(predicted, name), getattr(seen, name)
            if told is not None and measured is not None and told[axis] != measured:
                return f"axis {axis}: the {name.replace('_', ' ')} is {measured}, not {told[axis]}"
    return ""


def _local(tracks: tuple[Track, ...], number: int, lit: Sights, read: dict[int, Readings], pixels: int) -> Seen:
    """What the units of a layer see of an axis along the paths that do not read the whole input."""
    sight = lit.local.get(number)
    if sight is None:
        return Seen(0, wrong="no unit sees anything")
    if number not in read:
        return _unplaced(tracks, sight, pixels)
    units = read[number]
    if len(units) != len(sight.first):
        return Seen(0, wrong=f"it has {len(sight.first)} units, not {len(units)}")
    wrong = next(filter(None, (_wrong(tracks, sight, units, unit) for unit in range(len(units)))), "")
    whole = [unit for unit, reading in enumerate(units) if reading.state == WHOLE and reading.first <= reading.last]
    seen = _figures(tracks, sight, whole)
    return seen._replace(wrong=wrong)


def _wrong(tracks: tuple[Track, ...], sight: Sight, units: Readings, unit: int) -> str:
    """What is wrong with what a unit sees."""
    first, last = sight.first[unit], sight.last[unit]
    least, most, state = units[unit]
    if first > last:
        return f"unit {unit} sees nothing" if least <= most and state in {WHOLE, CLIPPED} else ""
    track_first = min([track.first(unit) for track in tracks])
    track_last = max([track.last(unit) for track in tracks])
    within = track_first <= first and last <= track_last and least <= first and last <= most
    exact = (state != WHOLE or (first, last) == (track_first, track_last)) and (
        state not in {WHOLE, CLIPPED} or (first, last) == (least, most)
    )
    if within and exact:
        return ""
    return f"unit {unit} sees pixels {first} to {last}, not {track_first} to {track_last}"


def _figures(tracks: tuple[Track, ...], sight: Sight, whole: list[int]) -> Seen:
    """Size, jump and padding, from the units that no border clips; they show a whole turn of the phases, or nothing."""
    units = len(sight.first)
    extents = [last - first + 1 for first, last in zip(sight.first, sight.last, strict=True)]
    turn = tracks[0].period if len(tracks) == 1 else units
    clipped = len(whole) < min(turn, units)
    size = max([extents[unit] for unit in (range(units) if clipped else whole)], default=0)
    start = _full_turn(whole, turn) if len(tracks) == 1 else None
    if clipped or start is None:
        padding = -sight.first[0] if units == 1 and not clipped else None
        return Seen(size, None, padding, clipped=clipped or len(tracks) == 1 < units)
    jump = Fraction(sight.first[start + turn] - sight.first[start], turn)
    centers = [Fraction(sight.first[u] + sight.last[u], 2) - u * jump for u in range(start, start + turn)]
    return Seen(size, _number(jump), _number(Fraction(size - 1, 2) - sum(centers, Fraction(0)) / turn))


def _full_turn(whole: list[int], turn: int) -> int | None:
    """The first of so many units in a row, and the one after them, that no border clips."""
    return next((unit for unit, end in zip(whole, whole[turn:], strict=False) if end == unit + turn), None)


def _unplaced(tracks: tuple[Track, ...], sight: Sight, pixels: int) -> Seen:
    """The size alone, where it is not known which unit sees what."""
    pairs = [(first, last) for first, last in zip(sight.first, sight.last, strict=True) if first <= last]
    size = max([last - first + 1 for first, last in pairs], default=0)
    clipped = any(first == 0 or last == pixels - 1 for first, last in pairs)
    largest = max([track.size for track in tracks])
    if size > largest or (size < largest and not clipped):
        return Seen(size, wrong=f"the size is {size}, not {largest}")
    return Seen(size, clipped=size < largest)


def _global(node: Node, lit: Sights, pixels: int) -> Seen:
    """Whether the units of a layer see all that its inputs see together: the whole input, unless none sees its edge."""
    inputs = [sight for i in node.inputs if (sight := lit.all_paths.get(i) or lit.local.get(i)) is not None]
    first = min([min(sight.first) for sight in inputs], default=0)
    last = max([max(sight.last) for sight in inputs], default=-1)
    own = lit.all_paths.get(node.id)
    pairs = [] if own is None else [(a, b) for a, b in zip(own.first, own.last, strict=True) if a <= b]
    if not pairs:
        return Seen(0, wrong="no unit sees anything")
    other = next(((a, b) for a, b in pairs if (a, b) != (first, last)), None)
    if other is not None:
        return Seen(other[1] - other[0] + 1, wrong=f"a unit sees pixels {other[0]} to {other[1]}, not the whole input")
    return Seen(last - first + 1, None, 0, clipped=last - first + 1 < pixels)


def _number(value: Fraction) -> Number:
    """A whole number where it is one."""
    return value.numerator if value.denominator == 1 else float(value)
