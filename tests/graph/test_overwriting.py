"""Layers that work in place: refused where something else reads what they overwrite, and built as they are written."""

from __future__ import annotations

import pytest
import torch

from cnncost.errors import SpecError
from cnncost.language.load import loads
from cnncost.measurement.options import MeasureOptions
from cnncost.pytorch.build import build
from cnncost.verification.run import Plan, verify_graph

HEAD = "input: [4, 6, 6]\nnetwork:\n  - {conv: 4, name: stem}\n"


@pytest.mark.parametrize(
    ("steps", "overwritten", "why"),
    [
        ("  - add: [[], [{relu: {inplace: true}}, conv: 4]]", "stem", "`add` reads it too"),
        ("  - add: [[conv: 4], [{relu: {inplace: true}}]]", "stem", "`add[0].conv` reads it too"),
        ("  - add: [[identity], [{relu: {inplace: true}}]]", "stem", "`add[0].identity` reads it too"),
        # A view lies in the memory of what it is a view of.
        ("  - concat: [[], [{slice: [0, 2]}, {relu: {inplace: true}}]]", "stem", "`concat` reads it too"),
        (
            "  - add: [[], [{dropout: 0.5}, identity, {relu: {inplace: true}}]]",
            "stem",
            "`add` reads it too",
        ),
        (
            "  - add: [[], [{parameter: [4, 6, 6]}, identity, {relu: {inplace: true}}]]",
            "add[1].parameter",
            "every sample and every pass reads that",
        ),
        ("  - {relu: {inplace: true}, name: act}\noutputs: [stem, act]", "stem", "it is an output of the network"),
    ],
)
def test_what_something_else_reads_is_not_overwritten(steps: str, overwritten: str, why: str) -> None:
    with pytest.raises(SpecError) as refusal:
        loads(HEAD + steps, "net.yaml")
    assert f"overwrites `{overwritten}` in place, and {why}" in refusal.value.message
    assert refusal.value.hint == "without `inplace` it is computed as it is written"
    assert " --> net.yaml:" in str(refusal.value)


def test_a_shape_may_be_read_of_what_is_overwritten() -> None:
    steps = "  - {relu: {inplace: true}, name: act}\n  - {maxpool: 2}\n  - upsample: {like: stem}\n"
    graph = loads(HEAD + steps, "net.yaml")
    assert graph.nodes[-1].y.dims == (4, 6, 6)


CHAIN = """\
  - {relu: {inplace: true}}
  - conv: 4
  - {hardswish: {inplace: true}}
  - add: [[], [{conv: 4}, {leaky_relu: {slope: 0.2, inplace: true}}, {dropout: {p: 0.5, inplace: true}}]]
"""


def test_the_model_overwrites_what_the_spec_says() -> None:
    graph = loads(HEAD + CHAIN, "net.yaml")
    model = build(graph)
    assert [name for name, module in model.named_modules() if getattr(module, "inplace", False)] == [
        "relu", "hardswish", "add.1.leaky_relu", "add.1.dropout",
    ]  # fmt: skip
    plain = build(loads((HEAD + CHAIN).replace("inplace: true", "inplace: false"), "net.yaml"))
    plain.load_state_dict(model.state_dict())
    x = torch.randn(2, 4, 6, 6)
    assert torch.equal(model.eval()(x), plain.eval()(x))


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_a_model_that_overwrites_is_verified(mode: str) -> None:
    graph = loads(HEAD + CHAIN, "net.yaml")
    found = verify_graph(graph, Plan.checked(MeasureOptions(mode=mode, batch=2), latency=False))
    assert (found.failure, found.mismatches) == ("", ())
