"""Evaluation on arrays gives at every point what the analysis of that one network gives, errors included."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from cnncost import SpecError
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.points import Points
from tests.spaces.one_by_one import one_by_one

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = ("params", "macs", "flops", "activation_bytes")

BRANCHING = """
input: [3, 32, 32]
vars:
  width: 1.0
  depth: 2
  groups: 1
  depths: [1, 2]
  kernel: 3
  act: relu
  scaled(c): make_divisible(c * width, 8)
network:
  - conv: {out: scaled(16), kernel, padding: kernel // 2}
  - {batchnorm, when: width > 0.6}
  - {conv: {out: scaled(16), kernel: 3, padding: 1, groups}, repeat: depth}
  - for: [c, n]
    in: zip([24, 32], depths)
    do:
      - {conv: [scaled(c), 3, 2, 1]}
      - residual: [{conv: [channels, 3, 1, 1]}, act]
        repeat: n
  - {conv: "[16, 24, 32][depth % 3] if depth > 1 else min(20, 8 * depth)"}
  - global_avgpool
  - flatten
  - linear: round(10 * width) + max(1, floor(width))
"""


LISTS = """
input: [3, 32, 32]
vars:
  acts: [relu, relu]
  widths: [[8, 16], [16]]
network:
  - for: group
    in: widths
    do: [{for: c, in: group, do: [{conv: {out: c, kernel: 1}}]}]
  - for: act
    in: acts
    do: [act]
"""


def compare(spec: str, columns: dict[str, Any], figures: tuple[str, ...] = FIGURES, **settings: Any) -> list[Any]:
    """Evaluate points at once and one by one, and return what both give."""
    points = Points(columns)
    found = Evaluator(spec, figures, settings).evaluate(points)
    expected = one_by_one(spec, figures, points, settings)
    assert [found.errors[place] or found.row(place) for place in range(len(points))] == expected
    return expected


@pytest.fixture
def branching(tmp_path: Path) -> str:
    """A spec that asks much of its variables."""
    path = tmp_path / "branching.yaml"
    path.write_text(BRANCHING)
    return str(path)


def test_numbers_vary_in_a_network_of_one_structure() -> None:
    inputs = [(3, size, size + 32) for size in (64, 96, 128, 160)]
    found = compare("resnet50", {"input": inputs, "batch": [1, 8, 64, 3], "classes": [10, 100, 1000, 7]})
    assert found[0]["params"] == 25557032 - 990 * 2049  # as torchvision's, with 990 classes less


def test_conditions_loops_and_choices_part_the_points(branching: str) -> None:
    compare(
        branching,
        {"width": [0.25, 0.5, 0.75, 1.0, 1.3], "depth": [1, 2, 3, 1, 5], "act": ["relu", "gelu"] * 2 + ["relu"]},
    )


def test_elements_of_a_list_vary(branching: str) -> None:
    found = Evaluator(branching, FIGURES).evaluate(Points({"depths[1]": [0, 1, 5], "depths[0]": [2, 1, 0]}))
    expected = one_by_one(branching, FIGURES, Points({"depths": [[2, 0], [1, 1], [0, 5]]}))
    assert [found.row(place) for place in range(3)] == expected


def test_elements_of_a_list_may_be_words_and_lists(tmp_path: Path) -> None:
    path = tmp_path / "lists.yaml"
    path.write_text(LISTS)
    points = {"acts[1]": ["prelu", "relu", "prelu", "nope"], "widths[0]": [[4, 8], [4, 8], [8, 16], [4, 8]]}
    found = Evaluator(str(path), ["params"]).evaluate(Points(points))
    # convolutions 1 x 1 with biases from 3 channels to 4, 8 and 16, or to 8, 16 and 16, and a slope of PReLU's
    narrow, wide = (3 + 1) * 4 + (4 + 1) * 8 + (8 + 1) * 16, (3 + 1) * 8 + (8 + 1) * 16 + (16 + 1) * 16
    assert found.columns["params"].tolist() == [narrow + 1, narrow, wide + 1, -1]
    assert found.errors[:3] == [None] * 3
    assert "unknown name `nope`" in (found.errors[3] or "")


def test_a_point_that_does_not_hold_says_why_and_the_others_have_figures(branching: str) -> None:
    found = compare(branching, {"groups": [1, 3, 16, 5], "kernel": [3, 3, 5, 99], "depth": [1, 1, 2, 1]})
    assert [isinstance(each, str) for each in found] == [False, True, False, True]
    assert "3 groups do not divide the 16 input channels" in found[1]


def test_numbers_of_several_kinds_and_texts_stand_in_one_column(branching: str) -> None:
    compare(branching, {"width": [1, 0.5, True, "0.25 * 3", float("inf"), 10**31, -1, "[1]"]})


def test_a_batch_and_a_shape_that_are_none_are_refused_point_by_point() -> None:
    compare("lenet5", {"batch": [1, 0, 10**9, 10**9 + 1, 2.0, True]})
    compare("lenet5", {"input": [(1, 32, 32), (1, 4, 4), (3, 32), (1, 32, -1), (1, 32.5, 32), (1, 36, 36)]})


def test_what_overflows_64_bits_stays_exact() -> None:
    found = compare("vgg16", {"input": [(3, 8192, 8192), (3, 64, 64)], "batch": [10**6, 10**9]})
    assert found[0]["macs"] > 2**63


def test_constants_beyond_64_bits_are_compared_exactly(branching: str) -> None:
    compare(branching, {"depth": [2, 10**30, 2**63, 1]}, batch=10**9)


def test_what_holds_for_no_point_is_raised() -> None:
    with pytest.raises(SpecError, match="there is no variable `widht` to set"):
        Evaluator("mobilenet_v2").evaluate(Points({"widht": [1]}))
    with pytest.raises(SpecError, match="unknown figure `parms`; did you mean `params`"):
        Evaluator("lenet5", ["parms"]).evaluate(Points({"batch": [1]}))
    with pytest.raises(SpecError, match="no architecture and no file `lenet55`"):
        Evaluator("lenet55").evaluate(Points({"batch": [1]}))


def test_an_evaluator_travels_before_and_after_it_was_used() -> None:
    evaluator, points = Evaluator("lenet5", settings={"convention": "fvcore"}), Points({"batch": [1, 8]})
    figures = pickle.loads(pickle.dumps(evaluator)).evaluate(points)
    assert (
        figures.row(1)
        == evaluator.evaluate(points).row(1)
        == pickle.loads(pickle.dumps(evaluator)).evaluate(points).row(1)
    )
