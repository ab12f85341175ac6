"""A layer type that is defined at run time is everywhere: specs, their schema, analysis, explanation, verification."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import cnncost
from cnncost.errors import SpecError
from cnncost.language.load import loads
from cnncost.language.schema.spec_schema import spec_schema
from cnncost.layers import REGISTRY, SPLITS, STEP_TYPES, Operations, SplitStep, Tensor
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.join import Broadcast
from cnncost.measurement.options import MeasureOptions
from cnncost.verification.run import Plan, verify_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

BRANCHES = """\
input: [4, 8, 8]
network:
  - {conv: 4, name: stem}
  - {largest: [[{conv: 4}], [], relu], name: merged}
"""
NAMED = """\
input: [4, 8, 8]
network:
  - {conv: 4, name: a}
  - {conv: {out: 4, kernel: 3, padding: 1}, name: b}
  - {largest, from: [a, b], name: merged}
"""


@pytest.fixture(autouse=True)
def clean_registries() -> Iterator[None]:
    layers, splits = dict(REGISTRY), dict(SPLITS)
    yield
    for registry, before in ((REGISTRY, layers), (SPLITS, splits)):
        for keyword in registry.keys() - before.keys():
            del registry[keyword]  # type: ignore[attr-defined]


@pytest.fixture
def largest() -> type[Broadcast]:
    class Largest(Broadcast, keyword="largest"):
        """The largest of all inputs, element by element."""

        source = "by definition"

        def operations(self, *xs: Tensor, y: Tensor) -> Operations:
            """One comparison per element and further input."""
            return Operations(cmp=(len(xs) - 1) * y.elements)

        def counterpart(self, nn: Any, *xs: Tensor) -> Any:
            return lambda *inputs: reduce(torch_of(nn).maximum, inputs)

    return Largest


@pytest.mark.usefixtures("largest")
@pytest.mark.parametrize(
    ("text", "comparisons"),
    [(BRANCHES, 2 * 4 * 8 * 8), (NAMED, 4 * 8 * 8)],  # three inputs and two, of 4 channels of 8 x 8
)
def test_a_new_join(text: str, comparisons: int) -> None:
    graph = loads(text, "net.yaml")
    merged = graph.nodes[-1]
    assert merged.operations().cmp == comparisons
    assert cnncost.analyze(graph).rows[-1].figures["flops"] == comparisons
    explained = cnncost.explain(graph, "merged")
    assert explained.figure("flops").value == comparisons
    found = verify_graph(graph, Plan.checked(MeasureOptions(), latency=False))
    assert (found.failure, found.mismatches) == ("", ())
    assert any(check.layer == "merged" and check.figure == "receptive_field" for check in found.checks)


@pytest.mark.usefixtures("largest")
def test_the_schema_of_specs_knows_a_new_join() -> None:
    validator = Draft202012Validator(spec_schema())
    join: dict[str, Any] = {"largest": [[{"conv": 4}], [], "relu"]}
    assert validator.is_valid({"input": [4, 8, 8], "network": [join]})
    assert not validator.is_valid({"input": [4, 8, 8], "network": [{"largest": {"branches": 2}}]})


@pytest.mark.usefixtures("largest")
@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("largest", "`largest` joins one output with nothing"),
        ("{largest: 3}", "`largest` takes a list of branches"),
        ("{largest: [[], {conv: 5}]}", "`largest` joins unlike shapes [4, 8, 8] and [5, 8, 8]"),
    ],
)
def test_a_new_join_is_refused_like_the_others(step: str, message: str) -> None:
    with pytest.raises(SpecError) as refusal:
        loads(f"input: [4, 8, 8]\nnetwork: [{step}]", "net.yaml")
    assert refusal.value.message == message


def test_a_new_split() -> None:
    class Halves(SplitStep, keyword="halves"):
        """Two pieces of equal size."""

        def sizes_of(self, channels: int) -> tuple[int, ...]:
            return (channels // 2, channels // 2)

    assert STEP_TYPES["halves"] is Halves
    text = "input: [4, 8, 8]\nnetwork:\n - {halves, name: h}\n - {add, from: 'h[*]'}\n"
    assert loads(text, "net.yaml").nodes[-1].y.dims == (2, 8, 8)
    assert Draft202012Validator(spec_schema()).is_valid({"input": [4, 8, 8], "network": ["halves", "relu"]})


def test_a_second_step_of_the_same_name_is_refused() -> None:
    with pytest.raises(TypeError, match="two steps are called 'conv'"):
        type("Conv", (SplitStep,), {}, keyword="conv")
