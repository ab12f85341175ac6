"""Receptive fields of a report, compared with what lights up in PyTorch.

Every unit of every layer is compared with its predicted field, along each axis of each input: exactly where no border
clips it on the way, and by what the borders leave of it elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cnncost.layers.base.window import Folded, Relabelling, Shifted, Unfolded
from cnncost.metrics.analysis import Analysis
from cnncost.metrics.receptive_field.channels import fields_in
from cnncost.metrics.receptive_field.digits import movers
from cnncost.metrics.receptive_field.unit_fields import channel_dimension, is_cut
from cnncost.records import NamedTuple
from cnncost.verification.receptive_field.expected import (
    CLIPPED,
    WHOLE,
    Extents,
    Followed,
    expected_extents,
    followed,
    nodes_cut_off,
    nodes_wrapped,
)
from cnncost.verification.receptive_field.response import Claims, Response, Responses, measure_responses
from cnncost.verification.result import SAME, Check, FieldFigures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.tensor import Tensor
    from cnncost.metrics.receptive_field.channels import Fields
    from cnncost.metrics.receptive_field.figures import Number, ReceptiveField
    from cnncost.metrics.receptive_field.track import Track
    from cnncost.metrics.receptive_field.unit_fields import UnitFields
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

_FIGURE = "receptive_field"


class MeasuredAxis(NamedTuple):
    """What was found along one axis."""

    size: int
    """Extent in pixels; what is left of it where a border clips it."""
    jump: Number | None = None
    """Pixels between the fields of neighbours; ``None`` where a border hides it."""
    start_padding: Number | None = None
    """Pixels of the first unit's field before the border; ``None`` where a border hides it."""
    wrong: str = ""
    """A unit that does not see what it should; empty where all do."""
    clipped: bool = False
    """Whether a border hid one of the figures."""


class _Axis(NamedTuple):
    """One axis of an input."""

    pixels: int
    """Its size."""
    responses: Responses
    """What the units of every node respond to."""
    expected: dict[int, Extents]
    """What they should, by the number of the node."""
    cut: set[int]
    """The nodes of which some units, or some before them, are cut off by a border."""


def field_checks(graph: Graph, report: Report, device: str = "cpu") -> list[Check]:
    """Compare the receptive field of every layer of a report with PyTorch.

    Args:
        graph: the network.
        report: its analysis, with a row for every layer.
        device: where to run; on ``meta`` tensors there is nothing to see.

    Raises:
        SpecError: PyTorch is not installed.
    """
    if device == "meta":
        rows = [(row, field) for row in report.rows if (field := row.receptive_field) is not None]
        return [
            Check.gap(row.name, _FIGURE, FieldFigures.of(field), "not measured on meta tensors") for row, field in rows
        ]
    analysis = Analysis(graph, report.settings)
    return [check for source in graph.inputs for check in _checks(analysis, report, source, device)]


def _checks(analysis: Analysis, report: Report, source: int, device: str) -> Iterator[Check]:
    """The checks of one input of the network."""
    graph, found = analysis.graph, fields_in(analysis, source)
    claimed, unseen = [None if fields is None else fields.together for fields in found], _unseen(graph, found)
    units = followed(graph, claimed, source)
    wrapped = nodes_wrapped(graph) - units.keys()
    name, pixels = graph.nodes[source].name, graph.nodes[source].y.spatial
    figure = _FIGURE if len(graph.inputs) == 1 else f"{_FIGURE} in {name}"
    axes = []
    for axis, size in enumerate(pixels):
        responses = measure_responses(graph, Claims(claimed, unseen), source, axis, device)
        expected = {} if source in responses.gaps else expected_extents(graph, units, source, axis)
        axes.append(_Axis(size, responses, expected, nodes_cut_off(graph, expected)))
    for node, row in zip(graph.layers, report.rows, strict=True):
        fields, field, predicted = found[node.id], claimed[node.id], _predicted(row, name)
        if field is None and node.id in unseen:
            continue
        if fields is None or field is None or predicted is None:
            sees = field is not None or any(_responds(axis.responses.unclaimed.get(node.id)) for axis in axes)
            if sees or predicted is not None:
                yield _claim_check(row.name, figure, predicted, sees)
            continue
        gaps = [axis.responses.gaps.get(node.id) for axis in axes] or ["the input has no axes"]
        gap = next(filter(None, gaps), None) or _hidden(fields, predicted, node)
        if not gap and node.id in wrapped and field.dimensions is not None:
            gap = "some units see both ends of a circular axis, and it is not known which"
        if gap:
            yield Check.gap(row.name, figure, FieldFigures.of(predicted), gap)
            continue
        yield _check(row.name, figure, predicted, _measured(node, field, axes, units), field.is_global)


def _claim_check(layer: str, figure: str, predicted: ReceptiveField | None, sees: bool) -> Check:
    """The check of a layer that does read the input, or does not, other than is said of it."""
    told = None if predicted is None else FieldFigures.of(predicted)
    note = "it reads the input" if sees else "it reads nothing of the input"
    return Check.different(layer, figure, told, None, note)


def _unseen(graph: Graph, found: Sequence[Fields | None]) -> dict[int, str]:
    """Nodes that read some of the channels that see unlike places, or lay them out: one channel cannot show which."""
    unseen: dict[int, str] = {}
    for node in graph.layers:
        for number, x, reach in zip(node.inputs, node.xs, node.reach(), strict=True):
            read, own = found[number], found[node.id]
            if read is None:
                continue
            chooses = isinstance(reach, Shifted) and node.y.channels < x.channels
            alike = own is not None and read.together.dimensions == own.together.dimensions
            apart = is_cut(read.together, channel_dimension(x))
            mixes = isinstance(reach, Relabelling | Unfolded | Folded) and not _keeps_channels(reach, x, node.y)
            if (chooses and not alike) or (apart and mixes):
                unseen[node.id] = "it takes apart channels that see unlike places, which one channel cannot show"
    return unseen


def _keeps_channels(reach: Relabelling | Unfolded | Folded, x: Tensor, y: Tensor) -> bool:
    """Whether all channels of a position are those of one position again, as where a map becomes tokens."""
    if not isinstance(reach, Relabelling) or y.channels != x.channels or len(reach.order) != len(y.dims):
        return False
    axis = len(reach.cut) - 1 if x.layout == "tokens" else 0
    return reach.cut[axis] == x.channels and reach.order[channel_dimension(y)] == axis


def _hidden(found: Fields, predicted: ReceptiveField, node: Node) -> str:
    """Why what one channel shows is not what is said; empty where it is."""
    if predicted.is_bound:
        return "only a bound is said of it"
    place = channel_dimension(node.y)
    cut = movers((found.together.dimensions or ())[place : place + 1]) and node.y.spatial
    apart = predicted.start_padding is None and found.ranges  # the largest of them is said, and not the union
    return "its channels see unlike places, which one channel cannot show" if cut or apart else ""


def _measured(node: Node, field: UnitFields, axes: Sequence[_Axis], units: Followed) -> list[MeasuredAxis]:
    """What was found along each axis."""
    if field.dimensions is None:
        return [_global(node, axis) for axis in axes]
    sizes, _ = field.extents(len(axes))
    tracks = units.get(node.id, ((),) * len(axes))
    found = [_local(along, size, node.id, axis) for along, size, axis in zip(tracks, sizes, axes, strict=True)]
    if not field.is_global:
        return found
    faults = [_global(node, axis).wrong for axis in axes]
    return [local._replace(wrong=local.wrong or fault) for local, fault in zip(found, faults, strict=True)]


def _responds(response: Response | None) -> bool:
    return response is not None and any(a <= b for a, b in zip(response.first, response.last, strict=True))


def _predicted(row: Row, source: str) -> ReceptiveField | None:
    """What the report says of a layer in one input."""
    return row.receptive_field if row.receptive_fields is None else row.receptive_fields.get(source)


def _check(layer: str, figure: str, predicted: ReceptiveField, found: Sequence[MeasuredAxis], is_global: bool) -> Check:
    """The check of one layer in one input: every unit sees what it should, and the figures say so."""
    size = tuple([seen.size for seen in found])
    jumps, paddings = tuple([seen.jump for seen in found]), tuple([seen.start_padding for seen in found])
    measured = FieldFigures(size=size, jump=_if_known(jumps), start_padding=_if_known(paddings), is_global=is_global)
    wrong = next((f"axis {axis}: {seen.wrong}" for axis, seen in enumerate(found) if seen.wrong), "")
    wrong = wrong or _wrong_figures(predicted, found, is_global)
    if wrong:
        return Check.different(layer, figure, FieldFigures.of(predicted), measured, wrong)
    note = "clipped by the border" if any(seen.clipped for seen in found) else ""
    told = FieldFigures.of(predicted)
    return Check(layer=layer, figure=figure, predicted=told, measured=measured, verdict=SAME, note=note)


def _if_known(values: tuple[Number | None, ...]) -> tuple[Number, ...] | None:
    """The values, if there is one for every axis."""
    known = tuple([value for value in values if value is not None])
    return known if len(known) == len(values) else None


def _wrong_figures(predicted: ReceptiveField, found: Sequence[MeasuredAxis], is_global: bool) -> str:
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


def _local(tracks: tuple[Track, ...], size: int, number: int, axis: _Axis) -> MeasuredAxis:
    """What the units of a layer see of an axis along the paths that do not read the whole input."""
    response = axis.responses.local.get(number)
    if response is None:
        return MeasuredAxis(0, wrong="no unit sees anything")
    if number not in axis.expected:
        return _unplaced(size, response, axis.pixels, cut_before=number in axis.cut)
    units = axis.expected[number]
    if len(units) != len(response.first):
        return MeasuredAxis(0, wrong=f"it has {len(response.first)} units, not {len(units)}")
    wrong = next(filter(None, (_wrong(tracks, response, units, unit) for unit in range(len(units)))), "")
    whole = [
        unit
        for unit, extent in enumerate(units)
        if extent.state == WHOLE and not extent.folded and extent.first <= extent.last
    ]
    seen = _figures(tracks, response, whole)
    return seen._replace(wrong=wrong)


def _wrong(tracks: tuple[Track, ...], response: Response, units: Extents, unit: int) -> str:
    """What is wrong with what a unit sees."""
    first, last = response.first[unit], response.last[unit]
    least, most, state, folded = units[unit]
    if first > last:
        return f"unit {unit} sees nothing" if least <= most and state in {WHOLE, CLIPPED} else ""
    track_first = min([track.first(unit) for track in tracks])
    track_last = max([track.last(unit) for track in tracks])
    in_field = folded or (track_first <= first and last <= track_last)
    within = in_field and least <= first and last <= most
    exact = (state != WHOLE or folded or (first, last) == (track_first, track_last)) and (
        state not in {WHOLE, CLIPPED} or (first, last) == (least, most)
    )
    if within and exact:
        return ""
    wanted = (least, most) if folded else (track_first, track_last)
    return f"unit {unit} sees pixels {first} to {last}, not {wanted[0]} to {wanted[1]}"


def _figures(tracks: tuple[Track, ...], response: Response, whole: list[int]) -> MeasuredAxis:
    """Size, jump and padding, from the units that no border clips; they show a whole turn of the phases, or nothing."""
    units = len(response.first)
    extents = [max(0, last - first + 1) for first, last in zip(response.first, response.last, strict=True)]
    turn = tracks[0].period if len(tracks) == 1 else units
    clipped = len(whole) < min(turn, units)
    size = max([extents[unit] for unit in (range(units) if clipped else whole)], default=0)
    start = _full_turn(whole, turn) if len(tracks) == 1 else None
    if clipped or start is None:
        padding = -response.first[0] if units == 1 and not clipped else None
        return MeasuredAxis(size, None, padding, clipped=clipped or len(tracks) == 1 < units)
    jump = Fraction(response.first[start + turn] - response.first[start], turn)
    centers = [Fraction(response.first[u] + response.last[u], 2) - u * jump for u in range(start, start + turn)]
    return MeasuredAxis(size, _number(jump), _number(Fraction(size - 1, 2) - sum(centers, Fraction(0)) / turn))


def _full_turn(whole: list[int], turn: int) -> int | None:
    """The first of so many units in a row, and the one after them, that no border clips."""
    return next((unit for unit, end in zip(whole, whole[turn:], strict=False) if end == unit + turn), None)


def _unplaced(largest: int, response: Response, pixels: int, *, cut_before: bool) -> MeasuredAxis:
    """The size alone, where it is not known which unit sees what; maybe less, if a border cut it off before."""
    pairs = [(first, last) for first, last in zip(response.first, response.last, strict=True) if first <= last]
    size = max([last - first + 1 for first, last in pairs], default=0)
    clipped = cut_before or any(first == 0 or last == pixels - 1 for first, last in pairs)
    if size > largest or (size < largest and not clipped):
        return MeasuredAxis(size, wrong=f"the size is {size}, not {largest}")
    return MeasuredAxis(size, clipped=size < largest)


def _global(node: Node, axis: _Axis) -> MeasuredAxis:
    """Whether the units of a layer see all that its inputs see together: the whole input, unless none sees its edge."""
    local, all_paths = axis.responses.local, axis.responses.all_paths
    inputs = [response for i in node.inputs if (response := all_paths.get(i) or local.get(i)) is not None]
    first = min([min(response.first) for response in inputs], default=0)
    last = max([max(response.last) for response in inputs], default=-1)
    own = all_paths.get(node.id)
    pairs = [] if own is None else [(a, b) for a, b in zip(own.first, own.last, strict=True) if a <= b]
    if not pairs:
        return MeasuredAxis(0, clipped=True) if node.id in axis.cut else MeasuredAxis(0, wrong="no unit sees anything")
    other = next(((a, b) for a, b in pairs if (a, b) != (first, last)), None)
    if other is not None:
        return MeasuredAxis(
            other[1] - other[0] + 1, wrong=f"a unit sees pixels {other[0]} to {other[1]}, not the whole input"
        )
    return MeasuredAxis(last - first + 1, None, 0, clipped=last - first + 1 < axis.pixels)


def _number(value: Fraction) -> Number:
    """A whole number where it is one."""
    return value.numerator if value.denominator == 1 else float(value)
