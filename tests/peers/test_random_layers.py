"""Presets against the tools themselves, on every layer type with random fields and shapes, to the unit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from cnncost.errors import SpecError
from cnncost.layers import REGISTRY
from cnncost.layers.base.axes import dimension
from cnncost.metrics.counting import counts_by_convention
from cnncost.pytorch.build import build, example_inputs
from cnncost.settings import Settings
from tests.graphs import Builder
from tests.layers.strategies import PATIENT, Placement, fitting
from tests.peers.tools import REQUIRED, TOOLS, missing

COUNTED_AT_LEAST = 5

PEERS = (pytest.mark.peers, pytest.mark.filterwarnings("ignore"))  # they leave files open, and threads

PRESETS = {metric.preset: (tool, place) for tool in TOOLS for place, metric in enumerate(tool.metrics)}
"""Every preset's tool, and which of its numbers it is."""

_FOUR_DIGITS = 5000
"""Below half of 10^4, a number and its double are printed whole."""

HERE = [preset for preset, (tool, _) in PRESETS.items() if REQUIRED or tool.distribution not in missing()]


def count(preset: str, placement: Placement, batch: int, training: bool) -> tuple[int, int]:
    """What the tool says of the layer, and what its preset says, which refuses a negative count."""
    tool, place = PRESETS[preset]
    net = Builder()
    for number, x in enumerate(placement.xs):
        net.input(x.channels, *x.spatial, name=f"x{number}", layout=x.layout)
    net.add(placement.layer, *range(len(placement.xs)))
    if placement.layer.is_source:  # it has the samples of an input, and tools count no addition
        y = placement.layer.output()
        net.add("add", 0, net.input(y.channels, *y.spatial, layout=y.layout))
    graph = net.graph()
    model = build(graph, tool.device).train(training)
    try:
        theirs = tool.run(model, example_inputs(graph, batch, tool.device))
    except (RuntimeError, ValueError):  # PyTorch does not run it: a norm of one element in training
        assume(False)
    mode = "train" if training else "infer"
    settings = Settings(batch=batch, mode=mode)
    if theirs[place].total < 0:
        with pytest.raises(SpecError, match="a count must not be negative"):
            counts_by_convention(graph, settings, [preset])
        assume(False)
    return theirs[place].total, counts_by_convention(graph, settings, [preset])[preset].total


def is_rounded(preset: str, placement: Placement, theirs: int) -> bool:
    """Whether the tool reads the count of an einsum from a text of four digits, or counts what is summed before."""
    if placement.layer.keyword != "einsum" or preset not in ("fvcore", "deepspeed", "calflops"):
        return False
    operations = placement.layer.operations(*placement.xs, y=placement.layer.output(*placement.xs))
    return theirs >= _FOUR_DIGITS or not operations.mac or operations.add > 0


def is_strided(preset: str, placement: Placement) -> bool:
    """Whether what PyTorch executes depends on where numbers lie in memory, of which a preset sees nothing."""
    if placement.layer.keyword != "linear" or preset != "ptflops_aten":
        return False
    (x,) = placement.xs
    return dimension(placement.layer.axis, x) < len(x.dims) - 1  # type: ignore[attr-defined]  # of `linear`


def is_computed(placement: Placement) -> bool:
    """Whether weights are computed by code of the model's, in which each tool finds what it knows."""
    return getattr(placement.layer, "computed_from", None) is not None


@pytest.mark.peers
def test_every_tool_is_installed() -> None:
    if missing() and not REQUIRED:  # once for all layers and presets
        pytest.skip(f"not installed: {', '.join(missing())}")
    assert missing() == []


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
@pytest.mark.parametrize("preset", [pytest.param(name, marks=() if name == "torch" else PEERS) for name in HERE])
def test_a_preset_is_its_tool(preset: str, keyword: str) -> None:
    tool, _ = PRESETS[preset]
    counted = []

    @settings(PATIENT, max_examples=10)
    @given(fitting(REGISTRY[keyword], 8))
    def compare(placement: Placement) -> None:
        assume(not is_strided(preset, placement) and not is_computed(placement))
        assume(min(placement.layer.output(*placement.xs).dims) > 0)
        for batch, training in ((1, False), (2, False), *([(2, True)] if tool.trains else [])):
            theirs, ours = count(preset, placement, batch, training)
            assume(not is_rounded(preset, placement, theirs))
            assert ours == theirs, (batch, training)
        counted.append(placement)

    compare()
    assert len(counted) >= COUNTED_AT_LEAST
