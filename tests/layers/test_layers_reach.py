"""What a layer says its outputs read, against the support of PyTorch's gradients."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given, settings

from cnncost.layers import (
    REGISTRY,
    Beside,
    Contracted,
    Dealt,
    Folded,
    Grouped,
    Picked,
    Reach,
    Reads,
    Relabelling,
    Shifted,
    Tensor,
    Unfolded,
    Window,
)
from cnncost.layers.base.window import windows_of
from cnncost.symbolic.dims import product
from tests.layers.strategies import PATIENT, Placement, fitting

Position = tuple[int, ...]


def channels_last(sample: torch.Tensor, shape: Tensor) -> torch.Tensor:
    return sample if shape.layout == "tokens" else sample.movedim(0, -1)


class Probe:
    """The counterpart of a layer with random inputs, in double precision, ready to be differentiated."""

    def __init__(self, placement: Placement) -> None:
        torch.manual_seed(0)
        self.layer, self.xs = placement
        model: Any = self.layer.counterpart(torch.nn, *self.xs)
        if isinstance(model, torch.nn.Module):
            model = model.eval().double()
        self.inputs = [torch.randn(1, *x.dims, dtype=torch.float64, requires_grad=True) for x in self.xs]
        self.y = self.layer.output(*self.xs)
        given = [x.clone() for x in self.inputs]  # which a layer may overwrite, as it may no leaf
        self.output = channels_last(model(*given or [1])[0], self.y)

    def support(self, position: Position, channels: slice = slice(None)) -> list[list[Position]]:
        """The positions of each input that some channel of the output at `position` depends on."""
        if not self.inputs:
            return []
        unit = self.output[position][channels]
        weighed = (unit * torch.randn(unit.shape, dtype=torch.float64)).sum()
        gradients = torch.autograd.grad(weighed, self.inputs, retain_graph=True, allow_unused=True)
        return [
            [] if gradient is None else nonzero(channels_last(gradient[0], x))
            for gradient, x in zip(gradients, self.xs, strict=True)
        ]

    def channels(self, channel: int, number: int) -> set[int]:
        """The channels of an input that a channel of the output depends on."""
        unit = self.output[..., channel]
        weighed = (unit * torch.randn(unit.shape, dtype=torch.float64)).sum()
        gradients = torch.autograd.grad(weighed, self.inputs, retain_graph=True, allow_unused=True)
        gradient = gradients[number]
        if gradient is None:
            return set()
        last = channels_last(gradient[0], self.xs[number])
        return set((last.nan_to_num().reshape(-1, last.shape[-1]) != 0).any(0).nonzero().flatten().tolist())


def nonzero(gradient: torch.Tensor) -> list[Position]:
    return [tuple(place) for place in (gradient.nan_to_num() != 0).any(-1).nonzero().tolist()]


def claimed(reach: Reach, position: Position, place: Position, x: Tensor, y: Tensor) -> bool:
    """Whether a layer with `reach` says that its output at `position` may read an input at `place`."""
    if isinstance(reach, Unfolded | Folded | Contracted):
        return claimed_of_axes(reach, position, place, x, y)
    if isinstance(reach, Beside):
        start = tuple(reach.start if axis == reach.axis else 0 for axis in range(len(place)))
        return position == tuple(index + before for index, before in zip(place, start, strict=True))
    if isinstance(reach, Picked):
        return is_picked(reach, position, place, x, y)
    reads = reach.reads if isinstance(reach, Grouped) else reach
    if reads in {Reads.WHOLE, Reads.ANYWHERE, Reads.ELSEWHERE, Reads.STATISTICS} or isinstance(reads, Relabelling):
        return True
    if reads in {Reads.POINT, Reads.MIXTURE, Reads.NEIGHBOURS} or isinstance(reads, Shifted | Dealt):
        return place == position
    axes = () if isinstance(reads, Reads) else zip(reads, position or (0,) * len(place), place, strict=True)
    return reads is not Reads.NOTHING and all(
        index in {window.input_at(seen, size) for seen in range(read(window, unit)[0], read(window, unit)[1] + 1)}
        for (window, unit, index), size in zip(axes, x.spatial, strict=True)
    )


def claimed_of_axes(
    reach: Unfolded | Folded | Contracted, position: Position, place: Position, x: Tensor, y: Tensor
) -> bool:
    """The same of what is read of several axes at once."""
    if isinstance(reach, Contracted):
        own, out = in_order(place, x), in_order(position, y)
        pairs = [(own[axis], out[follows]) for axis, follows in enumerate(reach.follows) if follows is not None]
        return all(index == unit or None in (index, unit) for index, unit in pairs)
    if isinstance(reach, Unfolded):
        axes = zip(reach.windows, unravelled(position[0], reach.counts), place, strict=True)
        return all(
            index in range(read(window, unit)[0], read(window, unit)[1] + 1, window.gap) for window, unit, index in axes
        )
    windows = unravelled(place[0], reach.counts)
    ends = [read(window, unit) for window, unit in zip(reach.windows, position, strict=True)]
    return all(first <= index <= last for (first, last), index in zip(ends, windows, strict=True))


def unravelled(number: int, counts: tuple[int, ...]) -> Position:
    """Which of the windows along each axis is the one of this number in a row of all."""
    places = []
    for count in reversed(counts):
        number, place = divmod(number, count)
        places.append(place)
    return tuple(reversed(places))


def is_picked(reach: Picked, position: Position, place: Position, x: Tensor, y: Tensor) -> bool:
    """Whether the windows of `reach` show the place to the output at `position`."""
    out = list(in_order(position, y))
    if reach.dropped is not None:
        out.insert(reach.dropped, 0)
    steps = zip(in_order(place, x), out, reach.windows, x.dims, strict=True)
    return all(None in (own, to) or own == shown(window, to, size) for own, to, window, size in steps)


def shown(window: Window, unit: int | None, size: int) -> int | None:
    """The one input that a unit reads through a window."""
    return None if unit is None else window.input_at(read(window, unit)[0], size)


def in_order(place: Position, x: Tensor) -> tuple[int | None, ...]:
    """A position in PyTorch's order, with no index for the channels."""
    return (*place, None) if x.layout == "tokens" else (None, *place)


def place_of_channels(x: Tensor) -> int:
    return len(x.spatial) if x.layout == "tokens" else 0


def read(window: Window, unit: int) -> tuple[int, int]:
    """The first and last input that a unit reads, by the definition of a window."""
    if window.phases:
        turn, phase = divmod(unit, len(window.phases))
        first, last = window.phases[phase]
        return first + turn * window.stride.numerator, last + turn * window.stride.numerator
    first = unit * window.stride + window.start
    assert first == int(first)
    return int(first), int(first) + window.size - 1


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_outputs_read_nothing_beyond_the_claimed_reach(keyword: str) -> None:
    @settings(PATIENT, max_examples=10)
    @given(fitting(REGISTRY[keyword], largest=7))
    def compare(placement: Placement) -> None:
        y = placement.layer.output(*placement.xs)
        if min(y.dims) < 1:
            return
        probe = Probe(placement)
        reaches = placement.layer.reach(*placement.xs, y=y)
        assert len(reaches) == len(placement.xs)
        for position in {tuple(int(part * (size - 1)) for size in y.spatial) for part in (0, 0.5, 1)}:
            for reach, places, x in zip(reaches, probe.support(position), placement.xs, strict=True):
                assert all(claimed(reach, position, place, x, y) for place in places), (reach, position, places)
            for reach, places in zip(reaches, probe.support(position, slice(1)), strict=True):
                assert not isinstance(reach, Relabelling) or len(places) == 1

    compare()


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_outputs_read_no_other_channels_than_they_say(keyword: str) -> None:
    @settings(PATIENT, max_examples=10)
    @given(fitting(REGISTRY[keyword], largest=7))
    def compare(placement: Placement) -> None:
        y = placement.layer.output(*placement.xs)
        if min(y.dims) < 1:
            return
        probe = Probe(placement)
        for number, (reach, x) in enumerate(zip(placement.layer.reach(*placement.xs, y=y), placement.xs, strict=True)):
            for channel in range(y.channels):
                read = probe.channels(channel, number)
                assert read <= channels_claimed(reach, channel, x, y), (reach, channel, read)

    compare()


def channels_claimed(reach: Reach, channel: int, x: Tensor, y: Tensor) -> set[int]:
    """The channels of the input that a layer with `reach` says a channel of its output may read."""
    if reach is Reads.NOTHING or isinstance(reach, Shifted | Dealt):
        return {source_of(reach, channel, x)} & set(range(x.channels)) if reach is not Reads.NOTHING else set()
    if isinstance(reach, Unfolded | Folded):
        size = product(reach.kernel)
        return {channel // size} if isinstance(reach, Unfolded) else set(range(channel * size, (channel + 1) * size))
    own = place_of_channels(x)
    if isinstance(reach, Beside) or (isinstance(reach, Contracted) and reach.follows[own] == place_of_channels(y)):
        return {channel}
    if isinstance(reach, Picked):
        unit = shown(reach.windows[own], 0 if reach.dropped == own else channel, x.channels)
        return set() if unit is None else {unit}
    groups = reach.groups if isinstance(reach, Grouped) else x.channels if reach is Reads.POINT else 1
    size = x.channels // groups
    group = channel // max(1, y.channels // groups) % groups
    return set(range(group * size, (group + 1) * size))


def source_of(reach: Shifted | Dealt, channel: int, x: Tensor) -> int:
    """The one channel that is read."""
    if isinstance(reach, Shifted):
        return channel - reach.by
    return channel % reach.groups * (x.channels // reach.groups) + channel // reach.groups


def test_a_relabelling_says_where_every_unit_comes_from() -> None:
    cases: list[tuple[str, dict[str, Any], Tensor]] = [
        ("flatten", {}, Tensor(2, (3, 4))),
        ("flatten", {}, Tensor(2, (3,), "tokens")),
        ("reshape", {"size": [4, 3, 2]}, Tensor(2, (3, 4))),
        ("permute", {"axes": [2, 0, 1]}, Tensor(2, (3, 4))),
        ("permute", {"axes": [1, 0]}, Tensor(2, (3,), "tokens")),
        ("patch_tokens", {}, Tensor(2, (3, 4))),
        ("pixel_shuffle", {"factor": 2}, Tensor(8, (3, 2))),
        ("space_to_depth", {"factor": 2}, Tensor(3, (4, 6))),
    ]
    for keyword, arguments, x in cases:
        layer = REGISTRY[keyword].make(arguments, rank=2)
        (reach,), y = layer.reach(x, y=layer.output(x)), layer.output(x)
        assert isinstance(reach, Relabelling)
        numbered = torch.arange(x.elements, dtype=torch.float32).reshape(1, *x.dims)
        moved = numbered.reshape(reach.cut).permute(reach.order).reshape(y.dims)
        assert torch.equal(moved, layer.counterpart(torch.nn, x)(numbered)[0]), keyword


WINDOWED = [
    ("conv", {"out": 1, "kernel": 3, "dilation": 2, "padding": 1, "stride": 2}),
    ("conv", {"out": 1, "kernel": 4, "padding": "same"}),
    ("conv", {"out": 1, "kernel": 3, "padding": [[2, 0]]}),
    ("conv_transpose", {"out": 1, "kernel": 4, "stride": 2, "padding": 1}),
    ("conv_transpose", {"out": 1, "kernel": 3, "stride": 2}),
    ("conv_transpose", {"out": 1, "kernel": 2, "stride": 2}),
    ("avgpool", {"kernel": 3, "stride": 2, "padding": 1}),
    ("adaptive_avgpool", {"size": 7}),
    ("adaptive_avgpool", {"size": 5}),
    ("upsample", {"scale": 2}),
    ("upsample", {"size": 30}),
    ("upsample", {"scale": 2, "mode": "linear"}),
    ("upsample", {"scale": 3, "mode": "linear"}),
    ("upsample", {"size": 9, "mode": "linear"}),
    ("pad", {"before_after": [[3, 1]]}),
    ("replication_pad", {"before_after": [[3, 1]]}),
    ("conv", {"out": 1, "kernel": 5, "padding": 2, "padding_mode": "reflect"}),
    ("conv", {"out": 1, "kernel": 3, "stride": 2, "padding": [[2, 0]], "padding_mode": "circular"}),
]


@pytest.mark.parametrize(("keyword", "arguments"), WINDOWED)
def test_outputs_read_all_of_the_claimed_window(keyword: str, arguments: dict[str, Any]) -> None:
    x = Tensor(2, (21,))
    probe = Probe(Placement(REGISTRY[keyword].make(arguments, rank=1), (x,)))
    (window,) = windows_of(probe.layer.reach(x, y=probe.y)[0]) or ()
    inner = [unit for unit in range(probe.y.spatial[0]) if read(window, unit)[0] >= 0 and read(window, unit)[1] < 21]
    assert len(inner) >= 5
    for unit in inner:
        places = [place for (place,) in probe.support((unit,))[0]]
        assert (min(places), max(places)) == read(window, unit)
    assert window.size == max(last - first + 1 for first, last in (read(window, unit) for unit in inner))


@pytest.mark.parametrize(("keyword", "arguments"), WINDOWED)
def test_a_window_starts_where_its_phases_do_on_average(keyword: str, arguments: dict[str, Any]) -> None:
    layer, x = REGISTRY[keyword].make(arguments, rank=1), Tensor(2, (21,))
    (window,) = windows_of(layer.reach(x, y=layer.output(x))[0]) or ()
    units = range(window.stride.denominator)
    centers = [Fraction(sum(read(window, unit)), 2) - unit * window.stride for unit in units]
    assert window.start + Fraction(window.size - 1, 2) == sum(centers) / len(centers)


PADS = {"zeros": "pad", "reflect": "reflection_pad", "replicate": "replication_pad", "circular": "circular_pad"}

PADDED = [
    # six inputs, two before them and two behind
    ("zeros", [None, None, 0, 1, 2, 3, 4, 5, None, None]),
    ("reflect", [2, 1, 0, 1, 2, 3, 4, 5, 4, 3]),
    ("replicate", [0, 0, 0, 1, 2, 3, 4, 5, 5, 5]),
    ("circular", [4, 5, 0, 1, 2, 3, 4, 5, 0, 1]),
]


@pytest.mark.parametrize(("mode", "expected"), PADDED)
def test_padding_is_read_where_it_comes_from(mode: str, expected: list[int | None]) -> None:
    probe = Probe(Placement(REGISTRY[PADS[mode]].make({"before_after": 2}, rank=1), (Tensor(2, (6,)),)))
    (window,) = windows_of(probe.layer.reach(*probe.xs, y=probe.y)[0]) or ()
    for unit, place in enumerate(expected):
        assert probe.support((unit,))[0] == ([] if place is None else [(place,)])
        assert window.input_at(read(window, unit)[0], 6) == place


@pytest.mark.parametrize(("mode", "expected"), PADDED)
def test_windows_keep_their_size_beyond_the_border(mode: str, expected: list[int | None]) -> None:
    arguments = {"out": 1, "kernel": 5, "padding": 2, "padding_mode": mode}
    probe = Probe(Placement(REGISTRY["conv"].make(arguments, rank=1), (Tensor(2, (6,)),)))
    (window,) = windows_of(probe.layer.reach(*probe.xs, y=probe.y)[0]) or ()
    assert (window.size, window.start) == (5, -2)
    for unit in range(6):
        assert probe.support((unit,))[0] == [(place,) for place in sorted({*expected[unit : unit + 5]} - {None})]


def test_a_global_pool_reads_everything_and_a_cropped_step_lends_its_shape_only() -> None:
    x, small = Tensor(2, (5, 4)), Tensor(3, (2, 2))
    pool = Probe(Placement(REGISTRY["global_avgpool"](), (x,)))
    assert len(pool.support((0, 0))[0]) == 20
    crop = Probe(Placement(REGISTRY["crop"](like=True), (x, small)))
    assert crop.support((0, 0)) == [[(1, 1)], []]
    assert crop.layer.reach(x, small, y=crop.y)[1] == Reads.NOTHING


def test_a_broadcast_axis_is_read_at_its_one_place_from_everywhere() -> None:
    x, gate = Tensor(2, (3, 4)), Tensor(2, (1, 4))  # one row for all three
    multiply = Probe(Placement(REGISTRY["multiply"](), (x, gate)))
    assert multiply.support((2, 3)) == [[(2, 3)], [(0, 3)]]
    whole, row = multiply.layer.reach(x, gate, y=multiply.y)
    assert whole is Reads.POINT
    windows = windows_of(row) or ()
    assert [read(window, unit) for window, unit in zip(windows, (2, 3), strict=True)] == [(0, 0), (3, 3)]
