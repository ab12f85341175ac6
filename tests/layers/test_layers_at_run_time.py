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
from cnncost.layers import REGISTRY, SPLITS, STEP_TYPES, Layer, Operations, Reach, Reads, SplitStep, Tensor, Window
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.joins.join import Broadcast
from cnncost.measurement.options import MeasureOptions
from cnncost.report.analyze import analyze_graph
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME, Check
from cnncost.verification.run import Plan, verify_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

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

        def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
            return reduce(lambda *both: tape.combine("maximum", *both, keeps=both), xs)

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


class Plain(Layer):
    """What the layers below share."""

    source = "by definition"

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        return Operations(mul=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.elementwise("function", x, "input")


class Hyperbolic(Plain):
    """cosh(x): what is dark gives 1, what is lit more."""

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.POINT,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.cosh()


class Smooth(Plain):
    """The mean of a position and the one after it along each axis, as average pooling of a padded map."""

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return ((Window(2, 1, 0),) * len(x.spatial),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: nn.functional.avg_pool2d(nn.functional.pad(x, (0, 1, 0, 1)), 2, 1)


class Mixed(Plain):
    """The share of each channel in the sum over all: of one channel it is 1, lit or not."""

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.softmax(1)


def field_check(kind: type[Layer], **formulas: Any) -> Check:
    """How the receptive field of a layer of this kind fares behind a convolution, with some formulas replaced."""
    type(kind.__name__, (kind,), {**formulas, "__doc__": kind.__doc__}, keyword="new")
    graph = loads("input: [4, 8, 8]\nnetwork: [{conv: {out: 4, kernel: 3}}, new]", "net.yaml")
    checks = field_checks(graph, analyze_graph(graph))
    return next(check for check in checks if check.layer == "new")


@pytest.mark.parametrize(("kind", "size"), [(Hyperbolic, (3, 3)), (Smooth, (4, 4))])
def test_the_receptive_field_of_a_new_layer_is_measured(kind: type[Layer], size: tuple[int, ...]) -> None:
    check = field_check(kind)
    assert (check.verdict, check.measured.size) == (SAME, size)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(Hyperbolic, Reads.WHOLE), (Hyperbolic, Reads.NOTHING), (Smooth, Reads.POINT), (Smooth, (Window(2, 1, -1),) * 2)],
)
def test_a_new_layer_that_says_wrongly_what_it_reads_is_found(kind: type[Layer], wrong: Reach) -> None:
    assert field_check(kind, reach=lambda *_, **__: (wrong,)).verdict == DIFFERENT


def test_what_one_channel_cannot_show_of_a_new_layer_is_a_gap() -> None:
    check = field_check(Mixed)
    assert check.verdict == NOT_MEASURED
    assert check.note == "one channel cannot stand for it: it gives the same whatever is lit"


def test_a_new_layer_may_say_what_one_channel_shows_of_it() -> None:
    check = field_check(Mixed, one_channel=lambda *_, **__: lambda lit: lit)
    assert (check.verdict, check.measured.size) == (SAME, (3, 3))
