"""The frontier, compared with its definition on random points, and fast on many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnncost.errors import SpecError
from cnncost.spaces.results.frontier import frontier
from cnncost.spaces.results.objectives import Objective, objectives
from cnncost.spaces.results.sweep import Sweep


def _by_definition(costs: list[Any]) -> Any:
    rows = np.stack(costs, axis=1)
    no_worse = np.ones((len(rows), len(rows)), dtype=bool)
    better = np.zeros((len(rows), len(rows)), dtype=bool)
    for column in rows.T:
        no_worse &= column[:, None] <= column[None, :]
        better |= column[:, None] < column[None, :]
    return ~(no_worse & better).any(axis=0)


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize(("points", "values"), [(1, 5), (2, 2), (300, 4), (900, 30), (900, 10**9), (4100, 60)])
def test_it_is_what_its_definition_says(objectives: int, points: int, values: int) -> None:
    random = np.random.default_rng(objectives * points)
    costs = [random.integers(0, values, points) for _ in range(objectives)]
    assert (frontier(costs) == _by_definition(costs)).all()


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_points_of_which_none_is_better(objectives: int) -> None:
    # On a sphere around the origin, seen from outside, every point is on the frontier.
    vectors = np.abs(np.random.default_rng(0).normal(size=(3000, objectives)))
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    assert frontier([*vectors.T]).all()


def test_fractions_and_numbers_beyond_64_bits() -> None:
    large = np.array([2**70, 2**70 + 1, 2**71], dtype=object)
    assert frontier([large, np.array([0.5, 0.5, 0.25])]).tolist() == [True, False, True]


def test_no_points() -> None:
    assert frontier([np.array([]), np.array([])]).tolist() == []


def test_a_million_points_take_few_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnncost.spaces.results import frontier as module

    sorted_ = []
    whole = module._unlike_maxima
    monkeypatch.setattr(module, "_unlike_maxima", lambda costs: (sorted_.append(len(costs[0])), whole(costs))[1])
    random = np.random.default_rng(1)
    mask = frontier([random.random(1_000_000) for _ in range(3)])
    # Of random points in three dimensions about ln(n)^2 / 2 are on the frontier, 95 of a million.
    assert 40 < mask.sum() < 200
    assert sum(sorted_) < 50_000


def test_objectives() -> None:
    found = objectives("params, -accuracy,max:score,min:latency, macs")
    assert [each.text for each in found] == ["params", "max:accuracy", "max:score", "latency", "macs"]
    assert found[1] == Objective("accuracy", maximise=True)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("accuracy", "is more of `accuracy` better, or less?", "write `max:accuracy` or `min:accuracy`"),
        ("parms", "is more of `parms` better, or less; did you mean `params`?", "write `max:parms` or `min:parms`"),
        ("params,params", "`params` is an objective twice", None),
        ("params,", "`` names no objective", "write `params`, `max:accuracy` or `-accuracy`"),
        ("max:", "`max:` names no objective", "write `params`, `max:accuracy` or `-accuracy`"),
    ],
)
def test_objectives_that_are_refused(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(SpecError) as caught:
        objectives(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def _sweep() -> Sweep:
    columns = {
        "width": [0.5, 1.0, 1.5, 2.0],
        "params": np.array([10, 40, -1, 160]),
        "macs": np.array([7, 7, -1, 5]),
        "error": [None, None, "too wide", None],
    }
    return Sweep("net", ["width"], ["params", "macs"], columns)


def test_a_sweep_is_columns() -> None:
    sweep = _sweep()
    assert repr(sweep) == ("<Sweep of 'net': 4 points, 1 of which do not hold; width; params=10 to 160, macs=5 to 7>")
    assert sweep["width"].tolist() == [0.5, 1.0, 1.5, 2.0]
    assert sweep.row(0) == {"index": 0, "width": 0.5, "params": 10, "macs": 7}
    assert sweep.row(2) == {"index": 2, "width": 1.5, "params": None, "macs": None, "error": "too wide"}
    with pytest.raises(ValueError, match="read-only"):
        sweep["width"][0] = 3
    with pytest.raises(SpecError, match="there is no column `parms`; did you mean `params`"):
        sweep["parms"]


def test_what_does_not_hold_is_on_no_frontier_and_fulfils_nothing() -> None:
    sweep = _sweep()
    assert sweep.pareto("params,macs")["width"].tolist() == [0.5, 2.0]
    assert sweep.pareto(["params", "max:macs"])["width"].tolist() == [0.5]
    assert sweep.top(2, "macs")["width"].tolist() == [2.0, 0.5]  # of equal ones the first
    assert sweep.top(2, "max:params")["width"].tolist() == [2.0, 1.0]
    assert sweep.where("params < 1K")["width"].tolist() == [0.5, 1.0, 2.0]
    assert sweep.where("not params > 100 or macs == 0")["width"].tolist() == [0.5, 1.0]
    scored = sweep.scored("macs / width")
    assert scored["score"][[0, 1, 3]].tolist() == [14.0, 7.0, 2.5]
    assert np.isnan(scored["score"][2])
    assert scored.pareto("max:score,params")["width"].tolist() == [0.5]


def test_words_have_no_order() -> None:
    sweep = Sweep("net", ["act"], ["params"], {"act": ["relu", "gelu"], "params": [1, 2]})
    with pytest.raises(SpecError, match="`act` has no order"):
        sweep.pareto("max:act")


def test_a_data_frame() -> None:
    frame = _sweep().to_pandas()
    assert frame["params"].sum() == 210
    assert frame["params"].isna().tolist() == [False, False, True, False]
    assert frame["width"].dtype == "float64"
