"""Totals and blocks: every way of cutting a figure adds up to all of it, and each part is what the report says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost import analyze, explain, load
from cnncost.explanation import Breakdown, SumExplanation
from cnncost.explanation.sums import blocks_of
from cnncost.metrics import METRICS
from tests.explanation.formula_text import value_of

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

NETWORKS = ["resnet50", "googlenet", "unet", "lenet5"]


def broken_down(network: str | Graph, total: str, block: str | None = None, **settings: Any) -> Breakdown:
    explanation = explain(network, block, total=total, **settings)
    assert isinstance(explanation, SumExplanation)
    (breakdown,) = explanation.breakdowns
    assert breakdown.figure.name == total
    return breakdown


def check(breakdown: Breakdown) -> None:
    """Both ways of cutting, the shares, and what is written out."""
    join = sum if breakdown.how == "sum" else max
    whole = breakdown.figure.value
    for parts in (breakdown.by_type, breakdown.by_block):
        values = [part.value for part in parts]
        assert (join(values) if values else 0) == whole
        if breakdown.how == "sum" and whole:
            assert sum(part.share or 0 for part in parts) == pytest.approx(1)
        for part in parts:
            assert part.value > 0 or part.name in METRICS
            assert part.substituted is None or value_of(part.substituted) == part.value
    if breakdown.figure.substituted is not None:
        assert value_of(breakdown.figure.substituted) == whole


@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("name", NETWORKS)
def test_totals_are_those_of_the_report(name: str, mode: str) -> None:
    graph = load(name)
    report = analyze(graph, batch=2, mode=mode)
    types = {row.type: row for row in report.by_type().rows}
    blocks = {row.name: row for row in report.grouped(1).rows}
    for figure in METRICS:
        breakdown = broken_down(graph, figure, batch=2, mode=mode)
        check(breakdown)
        assert breakdown.figure.value == report.totals[figure]
        if figure == "textbook_bytes":
            assert all(part.value == report.totals[part.name] for part in breakdown.by_type)
            continue
        assert {part.name: part.value for part in breakdown.by_block} == {
            name: row.figures[figure] for name, row in blocks.items() if row.figures[figure]
        }
        by_type: dict[str, list[int]] = {}
        for part in breakdown.by_type:
            by_type.setdefault(part.name, []).append(part.value)
        join = sum if breakdown.how == "sum" else max
        assert {kind: join(values) for kind, values in by_type.items()} == {
            kind: row.figures[figure] for kind, row in types.items() if row.figures[figure]
        }


def test_blocks_are_those_of_the_report() -> None:
    graph = load("resnet50")
    report = analyze(graph, batch=2)
    for depth in (1, 2, 3):
        for row in report.grouped(depth).rows:
            if row.count == 1:
                continue
            for figure in ("params", "flops", "im2col_bytes"):
                breakdown = broken_down(graph, figure, row.name, batch=2)
                check(breakdown)
                assert breakdown.figure.value == row.figures[figure]


def test_a_residual_connection_is_a_layer_and_its_block() -> None:
    name = "stage[0].bottleneck[0].residual"
    assert explain("resnet50", name).to_dict()["type"] == "add"
    assert broken_down("resnet50", "params", name).figure.value == 75_008  # torchvision's layer1[0]


def test_a_loop_is_all_of_its_turns() -> None:
    stages = broken_down("resnet50", "params", "stage")
    assert [part.name for part in stages.by_block] == [f"stage[{number}]" for number in range(4)]
    # torchvision's resnet50 has layer1 to layer4 of 215808, 1219584, 7098368 and 14964736 parameters.
    assert [part.value for part in stages.by_block] == [215_808, 1_219_584, 7_098_368, 14_964_736]
    assert stages.figure.substituted == "215808 + 1219584 + 7098368 + 14964736"


def test_where_the_parameters_of_resnet50_come_from() -> None:
    breakdown = broken_down("resnet50", "params")
    assert breakdown.figure.value == 25_557_032
    # torchvision: 53 convolutions, 53 batch norms of two numbers for 26560 channels, and 2048 * 1000 + 1000.
    assert [(part.name, part.formula, part.count, part.value) for part in breakdown.by_type] == [
        ("conv", "C_o·(C_i/g)·k²", 53, 23_454_912),
        ("linear", "C_o·C_i + C_o", 1, 2_049_000),
        ("batchnorm", "2·C", 53, 53_120),
    ]


def test_the_largest_is_no_sum() -> None:
    breakdown = broken_down("lenet5", "im2col_bytes")
    assert breakdown.how == "max"
    # The first convolution: 5 * 5 patches at 28 * 28 places; the second: 6 * 5 * 5 at 10 * 10.
    assert breakdown.figure.substituted == f"max({4 * 25 * 784}, {4 * 150 * 100})"


def test_what_is_not_trained_has_no_answer() -> None:
    breakdown = broken_down("lenet5", "gradient_bytes", dtype="int8")
    assert breakdown.figure.value is None
    assert breakdown.by_type == breakdown.by_block == ()


def test_the_rules_of_a_convention_are_the_formulas() -> None:
    breakdown = broken_down("lenet5", "flops", convention="calflops")
    check(breakdown)
    assert ("conv", "2 * mac + bias * output") in [(part.name, part.formula) for part in breakdown.by_type]


def test_names_of_blocks() -> None:
    names = ["stem", "stage[0].block[0].conv", "stage[0].block[1].conv", "head.linear"]
    assert list(blocks_of(names)) == [
        "stage", "stage[0]", "stage[0].block", "stage[0].block[0]", "stage[0].block[1]", "head",
    ]  # fmt: skip
