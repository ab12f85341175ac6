"""What a search is for, and how long it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.arguments import integer
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.spaces.expressions.expression import ColumnExpression
    from cnncost.spaces.results.objectives import Objective

USUAL_BUDGET = 2_000
"""Points that are computed unless somebody says how many."""


class Goal(NamedTuple):
    """What a search is for."""

    objectives: tuple[Objective, ...]
    """What is to be small, or large."""
    score: tuple[str, ColumnExpression] | None = None
    """A column that is computed from the others, by its name, for an objective."""
    conditions: tuple[ColumnExpression, ...] = ()
    """What must hold of the figures."""
    budget: int = USUAL_BUDGET
    """How many points may be computed."""
    seed: int = 0
    """What the generator starts from: the same search for the same seed."""

    @classmethod
    def checked(
        cls, objectives: Sequence[Objective], budget: object = USUAL_BUDGET, seed: object = 0, **more: Any
    ) -> Goal:
        """The goal with these values.

        Raises:
            SpecError: nothing to search for, or a budget or seed that is not a whole number.
        """
        if not objectives:
            raise SpecError("a search is for something", hint="say what: `--pareto params,max:score`")
        return cls(tuple(objectives), budget=integer("the budget", budget, 1), seed=integer("the seed", seed), **more)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the same for the same search."""
        return {
            "objectives": [each.text for each in self.objectives],
            "score": None if self.score is None else [self.score[0], self.score[1].text],
            "conditions": [condition.text for condition in self.conditions],
            "budget": self.budget,
            "seed": self.seed,
        }
