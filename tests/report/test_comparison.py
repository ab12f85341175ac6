"""Networks side by side, as data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnncost.conventions import find
from cnncost.errors import SpecError
from cnncost.metrics.figures import Figures
from cnncost.report.comparison import Comparison, StageComparison
from cnncost.report.totals import total_of
from tests.render.sample import sample_report

if TYPE_CHECKING:
    from cnncost.report.report import Report


def compared(*scales: int, baseline: str | int = 0) -> Comparison:
    return Comparison.of([sample_report(scale=scale) for scale in scales], [f"x{scale}" for scale in scales], baseline)


def test_ratios_refer_to_the_baseline() -> None:
    assert [compared(1, 2, 3).ratio("params", position) for position in range(3)] == [1, 2, 3]
    assert [compared(1, 2, 3, baseline="x2").ratio("params", position) for position in range(3)] == [0.5, 1, 1.5]


def test_a_ratio_to_nothing_is_none() -> None:
    assert compared(1, 2).ratio("buffers", 1) is None


def test_a_ratio_of_the_unknown_is_none() -> None:
    blind = sample_report()._replace(totals=Figures({**sample_report().totals, "macs": None}))
    comparison = Comparison.of([blind, sample_report()], ["blind", "seeing"])
    assert comparison.ratio("macs", 1) is None


def test_one_network_is_no_comparison() -> None:
    with pytest.raises(SpecError, match="nothing to compare with"):
        compared(1)


def test_an_unknown_baseline_is_refused() -> None:
    with pytest.raises(SpecError, match="the baseline `resnet5` is not among the networks; did you mean `resnet50`"):
        Comparison.of([sample_report(), sample_report()], ["resnet50", "vgg16"], "resnet5")


def test_equal_names_are_told_apart() -> None:
    assert compared(2, 2, 2).names == ("x2", "x2 (2)", "x2 (3)")


def test_data() -> None:
    data = json.loads(json.dumps(compared(1, 2).to_dict()))
    assert data["baseline"] == "x1"
    assert [network["totals"]["params"] for network in data["networks"]] == [24_122, 48_244]
    assert data["networks"][1]["ratios"]["params"] == 2
    assert data["networks"][1]["inputs"] == {"input": [2, 3, 32, 32]}


def named(*names: str) -> Report:
    rows = tuple(row._replace(name=name) for row, name in zip(sample_report().rows, names, strict=False))
    return sample_report()._replace(rows=rows)


@pytest.mark.parametrize(
    ("first", "second", "pairs"),
    [
        ("stem a b head", "stem a b head", "stem-stem a-a b-b head-head"),
        ("stem a head", "stem a b head", "stem-stem a-a -b head-head"),
        ("stem a b head", "stem c d head", "stem-stem a-c b-d head-head"),
        ("a b pool c", "x pool y z", "a-x b- pool-pool c-y -z"),
    ],
)
def test_stages_are_aligned_by_name_and_then_by_order(first: str, second: str, pairs: str) -> None:
    comparison = Comparison.of([named(*first.split()), named(*second.split())], ["first", "second"])
    stages = StageComparison.of(comparison).stages
    assert " ".join("-".join(row.name if row else "" for row in stage) for stage in stages) == pairs


def test_stage_changes() -> None:
    stages = StageComparison.of(compared(1, 3)).stages
    assert [stage.change("params") for stage in stages] == [864, 9216, 36864, 0, 1300]
    assert StageComparison.of(compared(1, 3, baseline=1)).stages[0].change("params") == -864


def test_stage_changes_add_up_to_the_difference_of_the_totals() -> None:
    first, second = named("a", "b", "c"), named("b", "x", "y", "z")
    stages = StageComparison.of(Comparison.of([first, second], ["first", "second"])).stages
    sums = [sum(row.figures["params"] or 0 for row in report.rows) for report in (first, second)]
    assert sum(stage.change("params") or 0 for stage in stages) == sums[1] - sums[0]


def test_three_networks_have_no_stages() -> None:
    with pytest.raises(SpecError, match="between two networks, not 3"):
        StageComparison.of(compared(1, 2, 3))


def test_stage_data() -> None:
    data = json.loads(json.dumps(StageComparison.of(compared(1, 2)).to_dict()))
    assert data["networks"] == ["x1", "x2"]
    assert data["stages"][0]["names"] == ["stem", "stem"]
    assert data["stages"][0]["change"]["params"] == 432


def test_unknown_total() -> None:
    with pytest.raises(SpecError, match="unknown figure `prams`; did you mean `params`"):
        total_of(sample_report(), "prams")


def test_unlike_conventions_are_refused() -> None:
    like = sample_report()
    unlike = like._replace(settings=like.settings._replace(convention=find("macs")))
    with pytest.raises(SpecError, match="the convention is textbook for `a` and macs for `b`"):
        Comparison.of([like, unlike], ["a", "b"])


@pytest.mark.parametrize(
    ("setting", "value"), [("batch", 3), ("dtype", "float16"), ("mode", "train"), ("optimizer", "sgd")]
)
def test_other_settings_may_be_unlike_and_are_said(setting: str, value: object) -> None:
    like = sample_report()
    unlike = like._replace(settings=like.settings._replace(**{setting: value}))
    assert Comparison.of([like, unlike], ["a", "b"]).unlike == (setting,)
    assert Comparison.of([like, like], ["a", "b"]).unlike == ()
