"""What a layer says its outputs read, against the support of PyTorch's gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings

from cnncost.layers import REGISTRY, Reach, Tensor
from tests.layers.strategies import PATIENT, Placement, fitting
from tests.layers.test_layers_against_pytorch import refused_by_pytorch_alone

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
        self.output = channels_last(model(*self.inputs)[0], self.y)

    def support(self, position: Position, channels: slice = slice(None)) -> list[list[Position]]:
        """The positions of each input that some channel of the output at `position` depends on."""
        unit = self.output[position][channels]
        weighed = (unit * torch.randn(unit.shape, dtype=torch.float64)).sum()
        gradients = torch.autograd.grad(weighed, self.inputs, retain_graph=True, allow_unused=True)
        return [
            [] if gradient is None else nonzero(channels_last(gradient[0], x))
            for gradient, x in zip(gradients, self.xs, strict=True)
        ]


def nonzero(gradient: torch.Tensor) -> list[Position]:
    return [tuple(place) for place in (gradient != 0).any(-1).nonzero().tolist()]


def claimed(reach: Reach, position: Position, place: Position) -> bool:
    """Whether a layer with `reach` says that its output at `position` may read an input at `place`."""
    if reach in {"whole", "mixture", "statistics", "scattered"}:
        return True
    if reach == "point":
        return place == position
    if reach == "nothing":
        return False
    for window, unit, index in zip(reach, position, place, strict=True):
        first = unit * window.stride + window.start
        # Where a layer magnifies, windows start between the inputs: they round to the input next to it.
        slack = 0 if window.stride == int(window.stride) and first == int(first) else 1
        if not first - slack <= index <= first + window.size - 1 + slack:
            return False
    return True


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_outputs_read_nothing_beyond_the_claimed_reach(keyword: str) -> None:
    @settings(PATIENT, max_examples=12)
    @given(fitting(REGISTRY[keyword], largest=7))
    def compare(placement: Placement) -> None:
        y = placement.layer.output(*placement.xs)
        if min(y.dims) < 1 or refused_by_pytorch_alone(placement):
            return
        probe = Probe(placement)
        reaches = placement.layer.reach(*placement.xs, y=y)
        assert len(reaches) == len(placement.xs)
        for position in {tuple(int(part * (size - 1)) for size in y.spatial) for part in (0, 0.5, 1)}:
            for reach, places in zip(reaches, probe.support(position), strict=True):
                assert all(claimed(reach, position, place) for place in places), (reach, position, places)
            for reach, places in zip(reaches, probe.support(position, slice(1)), strict=True):
                assert reach != "scattered" or len(places) <= 1

    compare()


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
    ("upsample", {"scale": 3, "mode": "linear"}),
    ("pad", {"before_after": [[3, 1]]}),
    ("space_to_depth", {"factor": 3}),
    ("pixel_shuffle", {"factor": 2}),
]


@pytest.mark.parametrize(("keyword", "arguments"), WINDOWED)
def test_the_window_is_as_large_as_the_largest_support(keyword: str, arguments: dict[str, Any]) -> None:
    x = Tensor(2, (21,))
    probe = Probe(Placement(REGISTRY[keyword].make(arguments, rank=1), (x,)))
    ((window,),) = probe.layer.reach(x, y=probe.y)
    supports = [[i for (i,) in probe.support((unit,))[0]] for unit in range(probe.y.spatial[0])]
    assert window.size == max(max(support) - min(support) + 1 for support in supports if support)


@pytest.mark.parametrize(("keyword", "arguments"), WINDOWED)
def test_the_middle_of_the_window_is_the_middle_of_the_support(keyword: str, arguments: dict[str, Any]) -> None:
    """On average over the units that see no border: where a layer magnifies, single units lie beside it."""
    x = Tensor(2, (60,))
    probe = Probe(Placement(REGISTRY[keyword].make(arguments, rank=1), (x,)))
    ((window,),) = probe.layer.reach(x, y=probe.y)
    units = probe.y.spatial[0]
    period = window.stride.denominator
    inner = [unit for unit in range(units // 3, 2 * units // 3)]
    inner = inner[: len(inner) // period * period]
    supports = {unit: [i for (i,) in probe.support((unit,))[0]] for unit in inner}
    drift = [
        (min(s) + max(s)) / 2 - (unit * window.stride + window.start + (window.size - 1) / 2)
        for unit, s in supports.items()
    ]
    assert sum(drift) / len(drift) == pytest.approx(0, abs=1e-9)


def test_a_global_pool_reads_everything_and_a_cropped_step_lends_its_shape_only() -> None:
    x, small = Tensor(2, (5, 4)), Tensor(3, (2, 2))
    pool = Probe(Placement(REGISTRY["global_avgpool"](), (x,)))
    assert len(pool.support((0, 0))[0]) == 20
    crop = Probe(Placement(REGISTRY["crop"](like=True), (x, small)))
    assert crop.support((0, 0)) == [[(1, 1)], []]
    assert crop.layer.reach(x, small, y=crop.y)[1] == "nothing"
