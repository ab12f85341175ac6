"""Searches: frontiers that are known by hand, conditions that are kept, budgets, and the same again for a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import cnncost
from cnncost import SpecError
from cnncost.spaces.expressions.expression import column_expression
from cnncost.spaces.figures import Figures
from cnncost.spaces.results.objectives import objectives
from cnncost.spaces.results.sinks import Memory
from cnncost.spaces.search.goal import Goal
from cnncost.spaces.search.search import search
from cnncost.spaces.space.options import axis_of_argument, space_of

if TYPE_CHECKING:
    from cnncost.spaces.points import Points
    from cnncost.spaces.results.sweep import Sweep

pytest.importorskip("pymoo")


class Trade:
    """Two costs of x and waste, of which there are 10^10 pairs: the frontier is where nothing is wasted."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def evaluate(self, points: Points) -> Figures:
        self.sizes.append(len(points))
        x, waste = (np.asarray(points.columns[name]) for name in ("x", "waste"))
        columns = {"params": x + waste, "macs": 100_000 - x + waste}
        errors = ["x is a multiple of 7" if value % 7 == 0 else None for value in x.tolist()]
        holds = np.array([error is None for error in errors])
        return Figures({name: np.where(holds, column, -1) for name, column in columns.items()}, errors)


def searched(budget: int = 2000, where: tuple[str, ...] = (), *, seed: int = 0, **goal: Any) -> tuple[Sweep, Trade]:
    axes = [axis_of_argument(name, "1..100000") for name in ("x", "waste")]
    conditions = tuple([column_expression(text, "where") for text in where])
    space, _ = space_of(axes, where=conditions)
    evaluator, sink = Trade(), Memory("trade")
    wanted = Goal.checked(objectives("params,macs"), budget, seed, conditions=space.after, **goal)
    search(evaluator, space, wanted, sink)
    return sink.sweep(), evaluator


def test_it_finds_the_frontier_of_a_space_of_ten_thousand_million_points() -> None:
    """Of 2,000 points drawn at random the least waste would be about 50; the frontier is spread over all of x."""
    found, _ = searched()
    best = found.pareto("params,macs")
    assert len(found) == 2000
    assert np.median(best["waste"]) < 50
    assert best["x"].max() - best["x"].min() > 50_000


def test_points_come_once_and_generations_are_evaluated_at_once() -> None:
    found, evaluator = searched(500)
    pairs = set(zip(found["x"].tolist(), found["waste"].tolist(), strict=True))
    assert len(pairs) == len(found) == sum(evaluator.sizes) == 500
    assert found["index"].tolist() == [*range(500)]
    assert max(evaluator.sizes) == 25


def test_conditions_on_what_varies_are_never_broken_and_those_on_figures_are_looked_for() -> None:
    found, _ = searched(1000, ("x + waste <= 120000", "params >= 60K"))
    assert ((found["x"] + found["waste"]) <= 120_000).all()
    half = len(found) // 2
    kept = found["params"] >= 60_000
    assert kept[half:].mean() > kept[:half].mean() / 2
    assert kept[half:].mean() > 0.5


def test_a_seed_makes_it_the_same() -> None:
    one, other, third = searched(200)[0], searched(200)[0], searched(200, seed=1)[0]
    assert one["x"].tolist() == other["x"].tolist() != third["x"].tolist()


def test_a_small_space_ends_when_nothing_new_comes() -> None:
    found = cnncost.sweep(
        "lenet5", {"classes": "1..3", "batch": [1, 2]}, search="params,max:macs", budget=10**6, figures=["params"]
    )
    assert 1 <= len(found) <= 6
    assert {"params", "macs"} <= set(found.figures)


def test_on_a_network_under_a_condition() -> None:
    """What a grid of the same space has at the best, within 2 %."""
    vary = {"alpha": "0.25:1.4:0.05", "input": "3x96x96..3x320x320:8"}
    where = ["macs <= 150M"]
    grid = cnncost.sweep("mobilenet_v2", vary, where=where, figures=["macs", "params"])
    found = cnncost.sweep("mobilenet_v2", vary, where=where, search="max:macs", budget=250, figures=["macs", "params"])
    assert found["macs"].max() >= 0.98 * grid["macs"].max()
    assert (found["macs"] <= 150_000_000).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"budget": 10}, "`budget` is that of a search"),
        ({"search": "params", "budget": 0}, "the budget must be at least 1"),
        ({"search": "accuracy"}, "is more of `accuracy` better, or less?"),
        ({"search": "max:accuracy"}, "there is no `accuracy`"),
        ({"search": "params", "workers": 2}, "a search computes generation after generation, here"),
        ({"search": "params", "where": "classes > 10**6"}, "no point of the space keeps its conditions"),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        cnncost.sweep("lenet5", {"classes": "1..3"}, **arguments)
    assert message in str(raised.value)
