"""Steps that differ in numbers: a `for` over rows of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.recognition.align import aligned, mark_presence
from cnncost.importers.writer.recognition.conditions import add_conditions
from cnncost.importers.writer.recognition.generalise import generalise
from cnncost.importers.writer.recognition.runs import LONGEST_PATTERN, is_bound, lines, loop_of
from cnncost.importers.writer.recognition.slots import structure
from cnncost.importers.writer.steps import Choice, Step, copied, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_VARIABLES = 7
"""Columns of a table that can be read."""


def with_tables(steps: list[Step]) -> list[Step]:
    """The steps with a `for` in place of patterns that differ in numbers."""
    result: list[Step] = []
    place = 0
    while place < len(steps):
        step, length = _table(steps[place:]) or (steps[place], 1)
        result.append(step)
        place += length
    return result


def _table(steps: list[Step]) -> tuple[Step, int] | None:
    """A `for` over rows of numbers at the beginning, and how many steps it stands for."""
    best: tuple[Step, int] | None = None
    saved = 0
    for length in range(1, min(LONGEST_PATTERN, len(steps) // 2) + 1):
        form = structure(steps[:length], loose=True)
        turns = 1
        while (turns + 1) * length <= len(steps):
            turn = steps[turns * length : (turns + 1) * length]
            if structure(turn, loose=True) != form or any(step.reads is not None for step in turn):
                break
            turns += 1
        if turns < 2 or any(map(is_bound, steps[:length])):
            continue
        loop = tabulated([steps[turn * length : (turn + 1) * length] for turn in range(turns)])
        gain = lines(steps[: turns * length]) - lines([loop]) if loop is not None else 0
        if loop is not None and gain > saved:
            best, saved = (loop, turns * length), gain
    return best


def tabulated(turns: Sequence[list[Step]]) -> Step | None:
    """The turns as one `for`; ``None`` where they differ in too much."""
    bodies = [copied(turn) for turn in turns]
    if len({structure(body, loose=True) for body in bodies}) > 1:
        return None
    for column in zip(*bodies, strict=True):
        _level(list(column))
    if len({structure(body) for body in bodies}) > 1:
        return None
    general = generalise(bodies)
    names = tuple(variable.name for variable in general.variables)
    if not 0 < len(names) <= _MOST_VARIABLES:
        return None
    rows = [list(row) for row in zip(*[variable.values for variable in general.variables], strict=True)]
    if any(value is None for row in rows for value in row):
        return None
    for mine, *theirs in zip(walk(general.steps), *[walk(body) for body in bodies[1:]], strict=True):
        if any(other.channels != mine.channels for other in theirs):
            mine.channels = 0
    return loop_of(names, rows if len(names) > 1 else [row[0] for row in rows], general.steps, turns[-1][-1])


def _level(column: list[Step]) -> None:
    """Let steps of the same place agree in which values are others in the first turn of a `repeat`."""
    for name in column[0].arguments:
        values = [step.arguments.get(name) for step in column]
        rests = [value.rest for value in values if isinstance(value, Choice)]
        if not rests:
            continue
        for step, value in zip(column, values, strict=True):
            if not isinstance(value, Choice):
                step.arguments[name] = Choice(value, rests[0] if step.repeat == 1 else value)
    for bodies in zip(*[step.inner for step in column], strict=True):
        if len({len(body) for body in bodies}) == 1:
            for inner in zip(*bodies, strict=True):
                _level(list(inner))


def loop_of_all(turns: Sequence[Step]) -> Step:
    """A `for` of turns of any forms: what some of them lack has a condition, which the rows say."""
    bodies = aligned([[step] for step in copied(list(turns))])
    mark_presence(bodies, [True] * len(bodies))
    general = generalise(bodies)
    variables = [*general.variables, *add_conditions(general, ())]
    for mine, *theirs in zip(walk(general.steps), *[walk(body) for body in bodies[1:]], strict=True):
        if any(other.channels != mine.channels for other in theirs):
            mine.channels = 0
    table = [[_certain(value) for value in row] for row in zip(*[each.values for each in variables], strict=True)]
    rows: Any = len(turns) if not variables else [row[0] for row in table] if len(variables) == 1 else table
    return loop_of(tuple(each.name for each in variables) or ("turn",), rows, general.steps, turns[-1])


def _certain(value: Any) -> Any:
    """A value for a turn to which it makes no difference."""
    return 1 if value is None else value
