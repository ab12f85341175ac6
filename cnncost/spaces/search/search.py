"""Searches a space for the frontier of its points, by NSGA-II: generations of points, each evaluated at once.

The genetic algorithm is that of pymoo (Deb et al. 2002; Blank & Deb 2020), which works on whole generations as arrays:
what keeps a record for every point costs more than the points do here. Genes are parts of the axes, from 0 to below 1,
as in sampling; a point that comes again is not computed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.errors import SpecError, install_hint
from cnncost.progress import no_progress
from cnncost.spaces.points import Points, plain_value
from cnncost.spaces.results.sweep import INDEX, Sweep

if TYPE_CHECKING:
    from cnncost.progress import Progress
    from cnncost.spaces.execution.run import Evaluates
    from cnncost.spaces.results.objectives import Objective
    from cnncost.spaces.results.sinks import Sink
    from cnncost.spaces.search.goal import Goal
    from cnncost.spaces.space.space import Space

_GENERATIONS = 20
"""How many generations a budget is for, within the bounds on their size."""
_SMALLEST, _LARGEST = 20, 1_000
"""Points of a generation."""
_IDLE = 20
"""Generations without a new point after which nothing new is expected."""


def search(
    evaluator: Evaluates, space: Space, goal: Goal, sink: Sink, name: str = "", *, progress: Progress = no_progress
) -> None:
    """Compute points of a space, generation by generation, and hand all of them to a sink.

    Args:
        evaluator: says what points cost.
        space: the points; conditions on its axes are kept to.
        goal: what is searched for.
        sink: where results go.
        name: of the network.
        progress: told how many points of the budget are computed.

    Raises:
        SpecError: pymoo is not installed; no point keeps the conditions; or what the evaluator raises.
    """
    problem, algorithm = _started(len(space.axes), goal)
    generations = _Generations(evaluator, space, goal, sink, name)
    idle = 0
    while generations.computed < goal.budget and idle < _IDLE:
        asked = algorithm.ask()
        before = generations.computed
        costs, violations = generations.of(np.clip(asked.get("X"), 0, np.nextafter(1, 0)))
        _tell(problem, algorithm, asked, costs, violations)
        progress("points", min(generations.computed, goal.budget), goal.budget)
        idle = idle + 1 if generations.computed == before else 0
    if not generations.computed:
        raise SpecError("no point of the space keeps its conditions", hint="search a space with fewer of them")


def _started(axes: int, goal: Goal) -> tuple[Any, Any]:
    """The problem and the algorithm of pymoo.

    Raises:
        SpecError: it is not installed.
    """
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
    except ImportError:
        raise SpecError("a search needs pymoo", hint=install_hint("pymoo")) from None
    problem = Problem(n_var=axes, n_obj=len(goal.objectives), n_ieq_constr=1, xl=0.0, xu=1.0)
    size = min(max(goal.budget // _GENERATIONS, _SMALLEST), _LARGEST, goal.budget)
    algorithm = NSGA2(pop_size=size)
    algorithm.setup(problem, termination=("n_gen", np.iinfo(np.int64).max), seed=goal.seed, verbose=False)
    return problem, algorithm


def _tell(problem: Any, algorithm: Any, asked: Any, costs: Any, violations: Any) -> None:
    from pymoo.core.evaluator import Evaluator
    from pymoo.problems.static import StaticProblem

    Evaluator().eval(StaticProblem(problem, F=costs, G=violations), asked)
    algorithm.tell(infills=asked)


class _Generations:
    """What the points of generations cost, those that came before from memory."""

    def __init__(self, evaluator: Evaluates, space: Space, goal: Goal, sink: Sink, name: str) -> None:
        self.evaluator = evaluator
        self.space = space
        self.goal = goal
        self.sink = sink
        self.name = name
        self.computed = 0
        """How many points were."""
        self._known: dict[Any, tuple[list[float], float]] = {}

    def of(self, shares: Any) -> tuple[Any, Any]:
        """The costs of some points, a column for each objective, and by how many conditions each is refused."""
        columns, kept = self.space.drawn(shares)
        keys = list(zip(*[map(_key, column) for column in columns.values()], strict=True))
        fresh = {key: place for place, key in reversed([*enumerate(keys)]) if key not in self._known}
        places = sorted(fresh.values())[: self.goal.budget - self.computed]
        if places:
            self._compute({name: column[places] for name, column in columns.items()}, [keys[place] for place in places])
        width = len(self.goal.objectives)
        costs, violations = np.zeros((len(shares), width)), np.full((len(shares), 1), float(width + 1))
        for row, key in zip(np.flatnonzero(kept), keys, strict=True):
            if key in self._known:  # the budget may have ended before
                costs[row], violations[row] = self._known[key]
        return costs, violations

    def _compute(self, columns: dict[str, Any], keys: list[Any]) -> None:
        """Evaluate new points, all at once, and write them."""
        points = Points(columns, self.computed)
        figures = self.evaluator.evaluate(points)
        self.sink.append(points, figures)
        found = Sweep.of(self.name, [(points, figures)])
        if self.goal.score is not None:
            name, expression = self.goal.score
            found = found.scored(expression, name)
        wanted = [each.name for each in self.goal.objectives]
        refused = (~found.known(wanted)).astype(float)
        for condition in self.goal.conditions:
            refused += ~np.isin(found[INDEX], found.where(condition)[INDEX])
        costs = np.stack([_cost(found[each.name], each) for each in self.goal.objectives], axis=1)
        for place, key in enumerate(keys):
            self._known[key] = (costs[place].tolist(), float(refused[place]))
        self.computed += len(points)


def _cost(column: Any, wanted: Objective) -> Any:
    numbers = np.nan_to_num(column.astype(float))
    return -numbers if wanted.maximise else numbers


def _key(value: Any) -> Any:
    value = plain_value(value)
    return tuple(value) if isinstance(value, list) else value
