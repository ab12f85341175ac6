"""What sources print beside the exact figures, by hand."""

from __future__ import annotations

import json

import pytest

from cnncost import compare_published
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph, Published
from cnncost.language.load import loads
from cnncost.published.claims import Claim, judge
from tests.render.sample import sample_report

SPEC = """\
name: tiny
year: 1998
input: [68]
network: [{linear: 10}]
published:
  - {source: a book, params: 0.6K, flops: 1.4K, accuracy: 99.05, metric: MNIST top-1}
  - {source: a paper, params: 700, note: with one input more}
"""
# 68 * 10 + 10 = 690 parameters, 680 multiply-accumulates, 1360 FLOPs


def tiny() -> Graph:
    return loads(SPEC)


# 3,857,973,248 and 4,089,184,256 are the multiply-accumulates of ResNet-50 with either place of its strides.
@pytest.mark.parametrize(
    ("text", "what", "agreement", "error"),
    [
        ("3.8G", "macs", "truncated", -0.0150),
        ("3.86G", "macs", "rounded", 0.0005),
        ("3857973248", "macs", "exact", 0.0),
        ("7.7G", "double_macs", "rounded", -0.0021),
        ("7.9G", "flops", "rounded", 0.0013),
        ("4.09G", "macs", None, 0.0601),
        ("16G", "flops", None, 1.0279),
    ],
)
def test_a_printed_figure_is_the_one_that_it_agrees_with_or_the_nearest(
    text: str, what: str, agreement: str | None, error: float
) -> None:
    judged = judge(text, {"macs": 3_857_973_248, "double_macs": 7_715_946_496, "flops": 7_890_000_000})
    assert judged is not None
    assert (judged.what, judged.agreement) == (what, agreement)
    assert judged.error == pytest.approx(error, abs=1e-4)


def test_nothing_printed_is_not_judged() -> None:
    assert judge(None, {"macs": 5}) is None
    assert judge("5M", {"macs": 0}) is None


def test_the_claims_of_a_spec() -> None:
    first, second = compare_published([tiny()]).claims
    assert (first.network, first.year, first.params, first.macs, first.flops) == ("tiny", 1998, 690, 680, 1360)
    assert first.params_judged is not None
    assert (first.params_judged.agreement, round(first.params_judged.error, 4)) == ("truncated", -0.1304)
    assert first.flops_judged is not None
    assert (first.flops_judged.what, first.flops_judged.agreement) == ("double_macs", "rounded")
    assert second.flops_judged is None


HEADED = """\
name: headed
input: [10]
network:
  - {linear: 10, name: trunk}
  - {linear: 5, name: logits}
  - {linear: 20, name: head, from: trunk}
outputs: [logits]
auxiliary: [head]
published: [{source: all, params: 385}, {source: needed, params: 165}, {source: neither, params: 172}]
"""
# 10 * 10 + 10 = 110 parameters, 10 * 5 + 5 = 55, and 10 * 20 + 20 = 220 in the head


def test_parameters_may_be_printed_without_auxiliary_heads() -> None:
    claims = compare_published([loads(HEADED)]).claims
    assert {(claim.params, claim.params_without_heads) for claim in claims} == {(385, 165)}
    judged = [claim.params_judged for claim in claims]
    assert [each and each[:2] for each in judged] == [
        ("params", "exact"),
        ("params_without_heads", "exact"),
        ("params_without_heads", None),
    ]
    assert judged[2] is not None
    assert judged[2].error == pytest.approx(7 / 165)


def test_googlenet_is_printed_without_its_heads() -> None:
    judged = compare_published(["googlenet"]).claims[0].params_judged
    assert judged is not None
    assert judged.what == "params_without_heads"
    assert judged.error == pytest.approx(6.8e6 / 6_624_904 - 1)  # torchvision's with aux_logits=False


def test_operations_for_each_parameter() -> None:
    first, second = compare_published([tiny()]).claims
    assert first.printed_flops_per_param == pytest.approx(1400 / 600)
    assert first.macs_per_param == pytest.approx(680 / 690)
    assert first.flops_per_param == pytest.approx(1360 / 690)
    assert second.printed_flops_per_param is None


def test_quotients_by_nothing_are_unknown() -> None:
    report = sample_report()
    empty = report._replace(totals=type(report.totals)({**report.totals, "params": 0}))
    claim = Claim.of("x", Graph("x", (), (), ()), empty, Published("a book", params="0", flops="5M"))
    assert (claim.printed_flops_per_param, claim.macs_per_param, claim.flops_per_param) == (None, None, None)
    assert claim.params_judged is None


def test_networks_of_which_nothing_is_published_are_named() -> None:
    other = loads("{name: other, input: 8, network: relu}")
    comparison = compare_published([tiny(), other])
    assert comparison.silent == ("other",)
    assert {claim.network for claim in comparison.claims} == {"tiny"}
    with pytest.raises(SpecError, match="nothing is published of `other`") as caught:
        compare_published([other])
    assert caught.value.hint is not None


def test_settings_are_not_what_was_published() -> None:
    with pytest.raises(SpecError, match="nothing is published of `resnet18@classes=10`"):
        compare_published(["resnet18@classes=10"])


def test_the_convention_is_that_of_the_exact_flops() -> None:
    comparison = compare_published([tiny()], convention="macs")
    assert comparison.convention.name == "macs"
    assert comparison.claims[0].flops == 680


# Notes 004, 11.7: architecture, printed parameters and FLOPs, their quotient, and what they are of the exact figures.
GRAND_TABLE = {
    "lenet5": ("61K", "0.7M", 11.5),
    "alexnet": ("62.4M", "2.27G", 36.4),
    "vgg16": ("138.4M", "15.5G", 112),
    "googlenet": ("6.8M", "1.5G", 221),
    "resnet50_v1": ("25.6M", "3.8G", 148),
    "mobilenet_v2": ("3.4M", "300M", 88),
    "efficientnet_b0": ("5.3M", "390M", 74),
    "efficientnet_b7": ("66M", "37G", 561),
}


@pytest.mark.parametrize("name", GRAND_TABLE)
def test_the_grand_comparison_table_of_the_notes(name: str) -> None:
    params, flops, quotient = GRAND_TABLE[name]
    [claim] = [each for each in compare_published([name]).claims if "11.7" in each.printed.source]
    assert (claim.printed.params, claim.printed.flops) == (params, flops)
    assert claim.printed_flops_per_param == pytest.approx(quotient, rel=0.01)


def test_data() -> None:
    data = json.loads(json.dumps(compare_published([tiny()]).to_dict()))
    assert (data["schema"], data["convention"], data["silent"]) == (1, "textbook", [])
    claim = data["claims"][0]
    assert (claim["network"], claim["year"], claim["params"], claim["macs"], claim["flops"]) == (
        "tiny",
        1998,
        690,
        680,
        1360,
    )
    assert claim["printed"]["params"] == "0.6K"
    assert claim["flops_judged"]["what"] == "double_macs"
    assert claim["printed_flops_per_param"] == pytest.approx(2.3333, abs=1e-4)
    assert data["claims"][1]["flops_judged"] is None
    assert [each["printed"]["note"] for each in data["claims"]] == [None, "with one input more"]
