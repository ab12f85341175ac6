"""Presets against the tools themselves, on every layer type with random fields and shapes, to the unit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from cnncost.layers import REGISTRY
from cnncost.passes import Settings
from cnncost.passes.counting import counts_by_convention
from cnncost.verification.model import build, example_inputs
from tests.graphs import Builder
from tests.layers.strategies import PATIENT, Placement, fitting
from tests.peers.tools import TOOLS, Tool

COUNTED_AT_LEAST = 5

ON_RANDOM_LAYERS = {
    metric.preset: tool
    for tool in TOOLS
    for metric in tool.metrics
    if metric.preset in ("torch", "fvcore", "torchinfo")
}


def count(tool: Tool, placement: Placement, batch: int, training: bool) -> tuple[int, int]:
    """What the tool says of the layer, and what its preset says."""
    net = Builder()
    for number, x in enumerate(placement.xs):
        net.input(x.channels, *x.spatial, name=f"x{number}", layout=x.layout)
    net.add(placement.layer, *range(len(placement.xs)))
    graph = net.graph()
    model = build(graph, tool.device).train(training)
    try:
        (theirs,) = tool.run(model, example_inputs(graph, batch, tool.device))
    except (RuntimeError, ValueError):  # PyTorch does not run it: a norm of one element in training
        assume(False)
    preset = tool.metrics[0].preset
    mode = "train" if training else "infer"
    return theirs.total, counts_by_convention(graph, Settings(batch=batch, mode=mode), [preset])[preset].total


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
@pytest.mark.parametrize(
    "preset", [pytest.param(name, marks=() if name == "torch" else pytest.mark.peers) for name in ON_RANDOM_LAYERS]
)
def test_a_preset_is_its_tool(preset: str, keyword: str) -> None:
    tool, counted = ON_RANDOM_LAYERS[preset], []
    pytest.importorskip(tool.distribution)

    @settings(PATIENT, max_examples=10)
    @given(fitting(REGISTRY[keyword], 8))
    def compare(placement: Placement) -> None:
        assume(placement.layer.output(*placement.xs).elements)
        for batch, training in ((1, False), (2, False), (2, True)):
            theirs, ours = count(tool, placement, batch, training)
            assert ours == theirs, (batch, training)
        counted.append(placement)

    compare()
    assert len(counted) >= COUNTED_AT_LEAST
