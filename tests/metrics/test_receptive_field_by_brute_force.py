"""Receptive fields of random one-dimensional graphs, against sets of pixels followed unit by unit.

The reference knows only what single operators read: taps m d for m < k, spread or gathered. It shares no code with the
pass, and holes, dilation and magnification may meet in any order.
"""

from __future__ import annotations

import random

import pytest

from cnncost.language.load import loads
from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.channels import fields_in

Pixels = list[frozenset[int]]


def convolved(units: Pixels, kernel: int, stride: int, dilation: int) -> Pixels:
    places = range(0, len(units) - (kernel - 1) * dilation, stride)
    return [frozenset().union(*(units[place + tap * dilation] for tap in range(kernel))) for place in places]


def spread(units: Pixels, kernel: int, stride: int, dilation: int, extra: int) -> Pixels:
    size = (len(units) - 1) * stride + (kernel - 1) * dilation + 1 + extra
    outputs: list[set[int]] = [set() for _ in range(size)]
    for place, unit in enumerate(units):
        for tap in range(kernel):
            outputs[place * stride + tap * dilation] |= unit
    return [frozenset(output) for output in outputs]


def grow(units: Pixels, random_: random.Random) -> tuple[str, Pixels]:
    """A random layer as a step, and what its units see."""
    kernel, stride, dilation = random_.randint(1, 3), random_.randint(1, 3), random_.randint(1, 2)
    if random_.random() < 0.45:
        extra = random_.randint(0, max(stride, dilation) - 1)
        arguments = f"kernel: {kernel}, stride: {stride}, dilation: {dilation}, output_padding: {extra}"
        return f"conv_transpose: {{out: 1, {arguments}}}", spread(units, kernel, stride, dilation, extra)
    if (kernel - 1) * dilation >= len(units):
        kernel = 1
    arguments = f"kernel: {kernel}, stride: {stride}, dilation: {dilation}"
    return f"conv: {{out: 1, {arguments}}}", convolved(units, kernel, stride, dilation)


@pytest.mark.parametrize("seed", range(150))
def test_every_unit_sees_what_single_operators_hand_on(seed: int) -> None:
    random_ = random.Random(seed)
    units: Pixels = [frozenset([pixel]) for pixel in range(random_.randint(60, 70))]
    steps, size = [], len(units)
    for _ in range(random_.randint(2, 5)):
        if len(units) > 1000 or len(units) < 30:
            break
        step, units = grow(units, random_)
        steps.append(step)
    graph = loads(f"input: [1, {size}]\nnetwork: [{', '.join('{' + step + '}' for step in steps)}]")
    found = fields_in(Analysis(graph), 0)[-1]
    assert found is not None
    (walk,) = found.together.walks(graph.nodes[-1].y, 1) or ()
    (track,) = walk.tracks
    # Near the border a unit may read beyond the map, where there would be more units of the same kind: not compared.
    for index in range(len(units) // 3, len(units) * 2 // 3):
        unit, first, last = units[index], track.first(index), track.last(index)
        if unit:
            assert (first, last) == (min(unit), max(unit)), (steps, index)
        else:
            assert first > last, (steps, index)
