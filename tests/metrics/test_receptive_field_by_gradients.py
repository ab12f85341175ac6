"""Receptive fields against the support of input gradients of real PyTorch networks.

All weights are one and inputs positive, so that nothing cancels; where a network has a max pool, an average pool stands
in its place for the probe, since a maximum shows its argmax only. Signals of one axis: axes don't interact.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.channels import fields_in
from cnncost.metrics.receptive_field.figures import receptive_fields
from tests.graphs import Builder, Step, chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph

    Layer = Callable[[torch.Tensor], torch.Tensor]
    Pair = tuple[Step, nn.Module]
    """A layer of ours, and the same in PyTorch."""


def ones(module: nn.Module) -> nn.Module:
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    return module


def conv(kernel: int, stride: int = 1, before: int = 0, after: int | None = None, dilation: int = 1) -> Pair:
    after = before if after is None else after
    arguments = {"out": 1, "kernel": kernel, "stride": stride, "padding": [[before, after]], "dilation": dilation}
    return ("conv", arguments), nn.Sequential(
        nn.ConstantPad1d((before, after), 0.0), ones(nn.Conv1d(1, 1, kernel, stride, dilation=dilation))
    )


def transposed(kernel: int, stride: int, padding: int = 0, extra: int = 0, dilation: int = 1) -> Pair:
    arguments = {
        "out": 1, "kernel": kernel, "stride": stride, "padding": padding, "output_padding": extra, "dilation": dilation,
    }  # fmt: skip
    return ("conv_transpose", arguments), ones(
        nn.ConvTranspose1d(1, 1, kernel, stride, padding, extra, dilation=dilation)
    )


def maxpool(kernel: int, stride: int, padding: int = 0, ceil: bool = False) -> Pair:
    arguments = {"kernel": kernel, "stride": stride, "padding": padding, "ceil": ceil}
    return ("maxpool", arguments), nn.AvgPool1d(kernel, stride, padding, ceil_mode=ceil)


def adaptive(size: int) -> Pair:
    return ("adaptive_avgpool", {"size": size}), nn.AdaptiveAvgPool1d(size)


def upsample(scale: int, mode: str = "nearest") -> Pair:
    return ("upsample", {"scale": scale, "mode": mode}), nn.Upsample(scale_factor=scale, mode=mode)


def resize(size: int, mode: str = "nearest") -> Pair:
    return ("upsample", {"size": size, "mode": mode}), nn.Upsample(size=size, mode=mode)


def pad(before: int, after: int) -> Pair:
    return ("pad", {"before_after": [[before, after]]}), nn.ConstantPad1d((before, after), 0.0)


def supports(network: Layer, length: int) -> list[tuple[int, int] | None]:
    """The first and last pixel with a gradient, of every unit of the network."""
    gradients = torch.func.jacrev(network)(torch.ones(1, 1, length)).reshape(-1, length)
    seen = [row.nonzero().flatten().tolist() for row in gradients]
    return [(pixels[0], pixels[-1]) if pixels else None for pixels in seen]


def check(graph: Graph, network: Layer, length: int) -> int:
    """Hold the field of the last layer against the gradients; the number of units that were compared exactly."""
    measured = supports(network, length)
    analysis = Analysis(graph)
    found = fields_in(analysis, 0)[-1]
    figures = receptive_fields(analysis)["input"][-1]
    assert found is not None
    assert figures is not None
    (walk,) = found.together.walks(graph.nodes[-1].y, 1) or ()
    tracks = walk.tracks
    assert len(measured) == graph.nodes[-1].y.spatial[0]
    inside = []
    for unit, seen in enumerate(measured):
        first, last = min(track.first(unit) for track in tracks), max(track.last(unit) for track in tracks)
        if seen is None:
            continue
        # The border clips, of the input and of every map between.
        assert first <= seen[0]
        assert seen[1] <= last
        margin = 3 * figures.size[0] // 2 + 8
        if margin <= first and last < length - margin:
            assert seen == (first, last), unit
            inside.append(last - first + 1)
    if inside:
        assert max(inside) <= figures.size[0]
    if inside and len(tracks) == 1 and len(inside) >= tracks[0].period:
        assert max(inside) == figures.size[0]
    return len(inside)


def check_chain(pairs: list[Pair], length: int) -> int:
    return check(chain([step for step, _ in pairs], (1, length)), nn.Sequential(*[layer for _, layer in pairs]), length)


SINGLE_PATHS: dict[str, list[Pair]] = {
    "stack": [conv(3, 1, 1), conv(3, 1, 1), conv(3, 1, 1)],
    "strided": [conv(7, 2, 3), maxpool(3, 2, 1), conv(3, 1, 1), conv(3, 2, 1)],
    "ceil pool": [conv(7, 2, 3), maxpool(3, 2, ceil=True), conv(3, 1, 1), maxpool(3, 2, ceil=True)],
    "dilated": [conv(3, 1, 1), conv(3, 1, 2, dilation=2), conv(3, 2, 4, dilation=4)],
    "asymmetric": [conv(2, 1, 1, 0), conv(4, 2, 1, 2), conv(2, 2, 0, 1)],
    "causal": [conv(2, 1, 1, 0), conv(2, 1, 2, 0, 2), conv(2, 1, 4, 0, 4), conv(2, 1, 8, 0, 8)],
    "gaps": [conv(2, 3), conv(2, 2), conv(1, 2)],
    "pad and crop": [pad(3, 1), conv(5, 2), ("identity", nn.Identity())],
    "transposed": [maxpool(2, 2), transposed(2, 2), conv(3, 1, 1)],
    "transposed, even kernel after": [maxpool(2, 2), transposed(2, 2), conv(4, 1, 1, 2)],
    "transposed, overlapping": [conv(3, 2, 1), transposed(4, 2, 1), conv(3, 1, 1)],
    "transposed, odd kernel": [conv(3, 2, 1), transposed(3, 2, 1, 1), conv(3, 1, 1)],
    "transposed, dilated": [conv(3, 2, 1), transposed(3, 2, 2, 1, dilation=3)],
    "transposed, phases out of order": [conv(3, 2, 1), transposed(2, 2, dilation=5), conv(2)],
    "transposed, holes": [conv(3, 2, 1), transposed(2, 3)],
    "up and down": [maxpool(2, 2), transposed(2, 2), conv(4, 2, 1), conv(3, 1, 1)],
    "up twice": [maxpool(4, 4), transposed(2, 2), conv(3, 1, 1), transposed(2, 2), conv(3, 1, 1)],
    "nearest": [maxpool(3, 3), upsample(3), conv(3, 1, 1)],
    "linear": [maxpool(2, 2), upsample(2, "linear"), conv(3, 1, 1)],
    "odd ratio": [conv(3, 2, 1), resize(150), conv(3, 1, 1)],
    "adaptive": [conv(3, 1, 1), adaptive(48), conv(3, 1, 1)],
}


@pytest.mark.parametrize("name", SINGLE_PATHS)
def test_a_single_path(name: str) -> None:
    assert check_chain(SINGLE_PATHS[name], 240) > 3


def random_pair(dice: random.Random) -> Pair:
    kind = dice.randrange(8)
    kernel = dice.randint(1, 5)
    if kind < 4:
        return conv(kernel, dice.randint(1, 2), dice.randint(0, 2), dice.randint(0, 2), dice.randint(1, 2))
    if kind == 4:
        return maxpool(kernel, dice.randint(1, 3), dice.randint(0, kernel // 2), dice.random() < 0.5)
    if kind == 5:
        return upsample(dice.randint(2, 3))
    stride = dice.randint(1, 3)
    return transposed(dice.randint(stride, stride + 3), stride, dice.randint(0, 1), dice.randint(0, stride - 1))


def test_random_single_paths() -> None:
    dice = random.Random(0)
    compared = sum(check_chain([random_pair(dice) for _ in range(dice.randint(1, 5))], 160) for _ in range(60))
    assert compared > 1000


def branching(stem: list[Pair], branches: list[list[Pair]], tail: list[Pair], length: int) -> tuple[Graph, Layer]:
    net = Builder()
    net.input(1, length)
    start = net.chain([step for step, _ in stem], 0)
    net.add("add", *[net.chain([step for step, _ in branch], start) for branch in branches])
    net.chain([step for step, _ in tail])

    def network(x: torch.Tensor) -> torch.Tensor:
        x = nn.Sequential(*[layer for _, layer in stem])(x)
        total = sum(nn.Sequential(*[layer for _, layer in branch])(x) for branch in branches)
        out: torch.Tensor = nn.Sequential(*[layer for _, layer in tail])(total)
        return out

    return net.graph(), network


BRANCHING: dict[str, tuple[list[Pair], list[list[Pair]], list[Pair], bool]] = {
    "residual": ([conv(7, 2, 3)], [[], [conv(3, 1, 1), conv(3, 1, 1)]], [conv(3, 1, 1)], True),
    "shortcut": ([conv(3, 1, 1)], [[conv(1, 2)], [conv(3, 2, 1), conv(3, 1, 1)]], [conv(3, 1, 1)], True),
    "inception": ([conv(3, 2, 1)], [[conv(1)], [conv(3, 1, 1)], [maxpool(5, 1, 2)]], [maxpool(3, 2)], True),
    "misaligned centers": ([conv(3, 1, 1)], [[conv(3, 1, 1)], [conv(3, 1, 2, 0)]], [conv(3, 2, 1)], False),
    "even kernels": ([], [[], [conv(2, 1, 1, 0)]], [conv(3, 1, 1)], False),
    "U": ([conv(3, 1, 1)], [[], [maxpool(2, 2), conv(3, 1, 1), transposed(2, 2)]], [conv(3, 1, 1)], True),
    "U, nearest": ([conv(3, 1, 1)], [[], [maxpool(2, 2), conv(3, 1, 1), upsample(2)]], [conv(4, 1, 1, 2)], True),
    "unlike jumps": ([], [[pad(0, 16)], [maxpool(2, 2), upsample(2), conv(3, 1, 9)]], [conv(3, 1, 1)], False),
}


@pytest.mark.parametrize("name", BRANCHING)
def test_branches(name: str) -> None:
    stem, branches, tail, aligned = BRANCHING[name]
    graph, network = branching(stem, branches, tail, 192)
    assert check(graph, network, 192) > 3
    figures = receptive_fields(Analysis(graph))["input"][-1]
    assert figures is not None
    assert figures.aligned == aligned


def test_unlike_jumps_drift_apart_and_the_largest_extent_is_reported() -> None:
    length = 64
    graph, network = branching([], [[conv(1, 3)], [conv(1, 2), conv(11)]], [], length)
    measured = [seen for seen in supports(network, length) if seen is not None]
    figures = receptive_fields(Analysis(graph))["input"][-1]
    assert figures is not None
    assert not figures.aligned
    assert figures.jump is None
    assert figures.size == (max(last - first for first, last in measured) + 1,)


def test_a_u_of_three_levels_sees_as_much_as_its_gradients() -> None:
    length = 256

    def level(depth: int, net: Builder, x: int) -> int:
        x = net.chain([conv(3, 1, 1)[0], conv(3, 1, 1)[0]], x)
        if not depth:
            return x
        inner = level(depth - 1, net, net.add(maxpool(2, 2)[0], x))
        return net.chain([conv(3, 1, 1)[0], conv(3, 1, 1)[0]], net.add("add", x, net.add(transposed(2, 2)[0], inner)))

    def forward(depth: int, x: torch.Tensor) -> torch.Tensor:
        block = nn.Sequential(conv(3, 1, 1)[1], conv(3, 1, 1)[1])
        x = block(x)
        if not depth:
            return x
        inner = transposed(2, 2)[1](forward(depth - 1, maxpool(2, 2)[1](x)))
        out: torch.Tensor = block(x + inner)
        return out

    net = Builder()
    net.input(1, length)
    level(3, net, 0)
    measured = [seen for seen in supports(lambda x: forward(3, x), length) if seen is not None]
    figures = receptive_fields(Analysis(net.graph()))["input"][-1]
    assert figures is not None
    assert figures.aligned
    assert figures.jump == (1,)
    assert figures.size == (max(last - first for first, last in measured) + 1,)
