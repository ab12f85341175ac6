"""What is shown of a sweep: the points that fulfil conditions, those on the frontier, or the best ones.

A sweep is gone through part by part, and no more is kept than is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cnncost.spaces.results.sweep as sweeps
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.spaces.expressions.expression import ColumnExpression
    from cnncost.spaces.results.measured import Measured
    from cnncost.spaces.results.objectives import Objective
    from cnncost.spaces.results.sweep import Sweep

_MOST_AROUND = 4000
"""Points that are drawn around a frontier: of more, every second one is left out, and again."""


class Choice(NamedTuple):
    """What is to be shown."""

    conditions: tuple[ColumnExpression, ...] = ()
    """What points must fulfil."""
    score: tuple[str, ColumnExpression] | None = None
    """A column more, by its name."""
    measured: Measured | None = None
    """Columns from a table."""
    objectives: tuple[Objective, ...] = ()
    """Show the frontier of these."""
    top: tuple[int, Objective] | None = None
    """Show so many points, the best by this."""

    def completed(self, part: Sweep) -> Sweep:
        """A part of a sweep with the columns that come to it.

        Raises:
            SpecError: one is there already, or the score has no value.
        """
        if self.measured is not None:
            part = self.measured.beside(part)
        if self.score is not None:
            name, expression = self.score
            if name in part.columns:
                raise SpecError(f"the score `{name}` has the name of a column", expression.span)
            part = part.scored(expression, name)
        return part

    def measured_of(self, part: Sweep) -> int:
        """How many of the points something was measured of."""
        if self.measured is None:
            return 0
        return sum(int(part.known([name]).sum()) for name in self.measured.names)

    def fulfilling(self, part: Sweep) -> Sweep:
        """The points of a part that hold, and fulfil all conditions."""
        part = part.at(part.valid)
        for condition in self.conditions:
            part = part.where(condition)
        return part

    def best(self, rows: Sweep) -> Sweep:
        """The points that are shown, in their order."""
        if self.objectives:
            rows = rows.pareto(self.objectives).sorted_by(self.objectives[0])
        return rows if self.top is None else rows.top(*self.top)


class Selection(NamedTuple):
    """What is shown, and what it was chosen from."""

    rows: Sweep
    """The points that are shown."""
    choice: Choice
    """What was asked for."""
    evaluated: int
    """Points in all."""
    failed: int
    """Those that do not hold."""
    fulfilling: int
    """Those that hold, and fulfil all conditions."""
    around: Sweep
    """Some of the points that fulfil all conditions, to draw the frontier among them."""
    fault: tuple[int, str] | None = None
    """The first point that does not hold, by its index, and what is wrong with it."""


def select(parts: Iterable[Sweep], choice: Choice) -> Selection:
    """Choose from a sweep.

    Raises:
        SpecError: no point holds, or none fulfils the conditions; what is asked for is no column.
    """
    kept: Sweep | None = None
    around: list[Sweep] = []
    evaluated = failed = fulfilling = measured = stride = 0
    fault: tuple[int, str] | None = None
    for part in parts:
        evaluated += len(part)
        bad = ~part.valid
        if fault is None and bad.any():
            first = int(bad.argmax())
            fault = int(part[sweeps.INDEX][first]), str(part[sweeps.ERROR][first])
        failed += int(bad.sum())
        completed = choice.completed(part)
        measured += choice.measured_of(completed)
        rows = choice.fulfilling(completed)
        fulfilling += len(rows)
        if choice.objectives:
            around, stride = _thinned([*around, rows], stride or 1)
        kept = choice.best(rows if kept is None else sweeps.joined([kept, rows]))
    if kept is None:
        raise SpecError("no point has been computed")
    if choice.measured is not None and not measured:
        raise choice.measured.of_nothing(evaluated)
    if not fulfilling:
        raise _nothing(choice, evaluated, failed, fault)
    return Selection(kept, choice, evaluated, failed, fulfilling, sweeps.joined(around) if around else kept, fault)


def _thinned(parts: list[Sweep], stride: int) -> tuple[list[Sweep], int]:
    """Every so-manieth point of the last part, and of all parts fewer as long as there are too many."""
    import numpy as np

    *others, last = parts
    parts = [*others, last.at(np.arange(0, len(last), stride))]
    while sum(map(len, parts)) > _MOST_AROUND:
        parts, stride = [part.at(np.arange(0, len(part), 2)) for part in parts], 2 * stride
    return [part for part in parts if len(part)], stride


def _nothing(choice: Choice, evaluated: int, failed: int, fault: tuple[int, str] | None) -> SpecError:
    """The error for a sweep of which nothing is left."""
    if failed == evaluated:
        assert fault is not None
        return SpecError(f"none of the {evaluated:,} points holds: {fault[1]}", hint="`cnncost analyze` shows where")
    first, *others = choice.conditions
    what = f"`{first.text}`" if not others else f"all {len(choice.conditions)} conditions"
    holding = evaluated - failed
    return SpecError(f"none of the {holding:,} points fulfils {what}", first.span)
