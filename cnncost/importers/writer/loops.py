"""Runs of equal steps, and of steps that differ in numbers: `repeat`, and `for` with its rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.align import aligned, mark_presence
from cnncost.importers.writer.conditions import add_conditions
from cnncost.importers.writer.counted_names import all_turns, dense_loop, runs_by_name
from cnncost.importers.writer.generalise import generalise
from cnncost.importers.writer.slots import same, slots, structure
from cnncost.importers.writer.steps import Activation, Choice, Step, copied, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_PATTERN = 8
_MOST_VARIABLES = 7
_FEWEST_BY_NAME = 3
_SLACK = 4
_MOST_IN_FIRST = 1
"""Values in which the first of a run may differ from the others, where the run is not all of a sequence."""

_MOST_IN_WHOLE = 3
"""The same where it is, and no more than there are steps."""


def compressed(steps: list[Step], *, in_block: bool = False) -> list[Step]:
    """The steps with loops in place of runs, and with those within them.

    Args:
        steps: those of one sequence.
        in_block: whether they are of a block, of which other instances may have other runs: two steps that differ stay.
    """
    for step in steps:
        if step.body is not None and not step.is_block:
            if step.callee == "sequence":
                step.body = _numbered(step.body, in_block, is_loop=_has_loops_name(step))
            else:
                step.body = compressed(step.body, in_block=in_block)
        if step.branches is not None:
            step.branches = [compressed(branch, in_block=in_block) for branch in step.branches]
    return [_named(step) for step in _by_name(steps)]


def _numbered(steps: list[Step], in_block: bool, *, is_loop: bool = False) -> list[Step]:
    """The steps of a sequence, compressed; to one step where only a `for` could be called as the sequence is."""
    steps = compressed(steps, in_block=in_block)
    if not _is_counted(steps):
        return steps
    for step in steps:
        step.label = None
    if is_loop:
        return [_any_loop(steps)]
    if len(steps) > 1 and all(step.kind == "for" for step in steps):
        turns = _tabulated([[step] for step in steps])
        if turns is not None:
            return [turns]
    most = 0 if in_block and len(steps) == 2 else min(_MOST_IN_WHOLE, len(steps))
    whole = _run(steps, most_in_first=most) if len(steps) > 1 else None
    if whole is not None and whole[1] == len(steps):
        return [whole[0]]
    once = _equal(steps, 1, most_in_first=0 if in_block else _MOST_IN_FIRST)
    ways = [_rows(_equal(once, longest, slack)) for longest in (_LONGEST_PATTERN, 4, 3, 2) for slack in (0, _SLACK)]
    return min([*ways, _rows(once)], key=lines)


def _has_loops_name(step: Step) -> bool:
    """Whether it is called as a `for` without a name is."""
    return re.fullmatch(r"for(_\d+)?", step.label or "") is not None


def _any_loop(turns: Sequence[Step]) -> Step:
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
    return _loop(tuple(each.name for each in variables) or ("turn",), rows, general.steps, turns[-1])


def _certain(value: Any) -> Any:
    """A value for a turn to which it makes no difference."""
    return 1 if value is None else value


def _is_counted(steps: Sequence[Step]) -> bool:
    """Whether the steps have the numbers from 0 on."""
    return [step.label for step in steps] == [f"[{number}]" for number in range(len(steps))]


def _equal(steps: list[Step], longest: int, slack: int = 0, most_in_first: int = 0) -> list[Step]:
    """The steps with runs of equal patterns as one, even where that takes `slack` lines more: rows may follow."""
    result: list[Step] = []
    place = 0
    while place < len(steps):
        run = _run(steps[place:], most_in_first) if longest == 1 else _pattern(steps[place:], longest, slack)
        step, length = run or (steps[place], 1)
        result.append(step)
        place += length
    return result


def _run(steps: list[Step], most_in_first: int) -> tuple[Step, int] | None:
    """A `repeat` of the first steps, which are equal but for the first of them, and how many they are."""
    first = steps[0]
    if first.callee == "for" or first.repeat != 1 or first.is_repeated or len(steps) < 2 or not _may_repeat(first):
        return None
    form = structure([first])
    length = 1
    while length < len(steps) and structure([steps[length]]) == form and steps[length].reads is None:
        if length > 1 and not _are_equal(steps[1], steps[length]):
            break
        length += 1
    if length == 1:
        return None
    (one,) = copied([first])
    differing = 0
    for slot, rest in zip(list(slots([one])), slots([steps[1]]), strict=True):
        if not same(slot.get(), rest.get()):
            if slot.step is not one or slot.part or slot.name not in one.arguments or _is_step(slot.get(), rest.get()):
                return None
            slot.put(Choice(slot.get(), rest.get()))
            differing += 1
    if differing > most_in_first:
        return None
    one.repeat = length
    return _blurred(one, steps[1:length]), length


def _is_step(*values: Any) -> bool:
    """Whether one of two values is a step, which no expression can choose."""
    return any(isinstance(value, Activation) and value.arguments for value in values)


def _may_repeat(step: Step) -> bool:
    return step.share is None and len(step.ends) == 1


def _blurred(step: Step, others: Sequence[Step]) -> Step:
    """The step, which does not know the channels that are others in other turns."""
    for mine, *theirs in zip(walk([step]), *[walk([other]) for other in others], strict=True):
        if any(other.channels != mine.channels for other in theirs):
            mine.channels = 0
    step.ends, step.channels_out = others[-1].ends, others[-1].channels_out
    return step


def _are_equal(one: Step, other: Step) -> bool:
    pairs = zip(slots([one]), slots([other]), strict=True)
    return structure([one]) == structure([other]) and all(same(mine.get(), theirs.get()) for mine, theirs in pairs)


def _pattern(steps: list[Step], longest: int, slack: int) -> tuple[Step, int] | None:
    """A `for` of several steps that come again and again, all equal, at the beginning; and how many they are."""
    best: tuple[Step, int] | None = None
    saved = -slack
    for length in range(2, min(longest, len(steps) // 2) + 1):
        turns = 1
        while (turns + 1) * length <= len(steps) and all(
            _are_equal(steps[place], steps[turns * length + place]) and steps[turns * length + place].reads is None
            for place in range(length)
        ):
            turns += 1
        gain = lines(steps[: turns * length]) - lines(steps[:length]) - 3
        if turns > 1 and gain > saved and not any(map(_is_bound, steps[:length])):
            body = copied(steps[:length])
            for place, step in enumerate(body):
                _blurred(step, [steps[turn * length + place] for turn in range(1, turns)])
            best, saved = (_loop(("turn",), turns, body, steps[turns * length - 1]), turns * length), gain
    return best


def _is_bound(step: Step) -> bool:
    return step.share is not None


def _loop(variables: tuple[str, ...], rows: Any, body: list[Step], last: Step) -> Step:
    """A `for`, whose last step ends as `last` does."""
    step = Step(
        "for",
        None,
        body=body,
        variables=variables,
        rows=rows,
        is_counted=type(rows) is int,
        flow=body[0].flow,
        ends=last.ends,
    )
    step.channels, step.channels_out = body[0].channels, last.channels_out
    return step


def _rows(steps: list[Step]) -> list[Step]:
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
    for length in range(1, min(_LONGEST_PATTERN, len(steps) // 2) + 1):
        form = structure(steps[:length], loose=True)
        turns = 1
        while (turns + 1) * length <= len(steps):
            turn = steps[turns * length : (turns + 1) * length]
            if structure(turn, loose=True) != form or any(step.reads is not None for step in turn):
                break
            turns += 1
        if turns < 2 or any(map(_is_bound, steps[:length])):
            continue
        loop = _tabulated([steps[turn * length : (turn + 1) * length] for turn in range(turns)])
        gain = lines(steps[: turns * length]) - lines([loop]) if loop is not None else 0
        if loop is not None and gain > saved:
            best, saved = (loop, turns * length), gain
    return best


def _tabulated(turns: Sequence[list[Step]]) -> Step | None:
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
    return _loop(names, rows if len(names) > 1 else [row[0] for row in rows], general.steps, turns[-1][-1])


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


def _named(step: Step) -> Step:
    """A sequence that is one step again and again, as that step; other steps as they are."""
    is_named = step.callee == "sequence" and step.label and not step.label.startswith("[")
    if (
        not is_named
        or step.body is None
        or len(step.body) != 1
        or step.share
        or step.is_frozen
        or step.kind == "sequence"
    ):
        return step
    (only,) = step.body
    if only.reads is not None or only.label is not None:
        return step
    if only.callee == "for" and only.body is not None and len(only.body) == 1 and _is_turn(only.body[0]):
        inner = only.body[0]
        if inner.repeat != 1:
            return step
        only.body = inner.body
    elif _is_turn(only) and only.repeat != 1:
        only = _loop(("turn",), only.repeat, only.body or [], only)
    elif only.callee in ("for", "sequence") or only.inner:
        return step
    else:
        only.is_repeated = True
    only.label, only.reads, only.flow, only.made = step.label, step.reads, step.flow, step.made
    return only


def _is_turn(step: Step) -> bool:
    """Whether it is a container whose steps could be those of a loop's turn."""
    return step.callee == "sequence" and step.label is None and step.reads is None and not step.is_frozen


def _by_name(steps: list[Step]) -> list[Step]:
    """The steps with loops in place of containers that are counted by their names: `denselayer1`, `denselayer2`."""
    for run in list(runs_by_name(steps)):
        loop = dense_loop(run) or _repeated(run)
        if loop is not None:
            start = steps.index(run[0])
            rest = steps[start + len(run) :]
            all_turns(rest, run)
            steps = [*steps[:start], loop, *rest]
    return steps


def _repeated(run: Sequence[Step]) -> Step | None:
    """A `repeat` of steps that are counted by their names, each of which reads the one before it."""
    if len(run) < _FEWEST_BY_NAME:
        return None
    unnamed = copied(list(run))
    for step in unnamed:
        step.label = None
    found = _run(unnamed, most_in_first=_MOST_IN_WHOLE)
    if found is None or found[1] != len(run):
        return None
    label = run[0].label or ""
    name = label.rstrip("0123456789")
    start = int(label[len(name) :])
    found[0].label = f"{name}{{index + {start}}}" if start else f"{name}{{index}}"
    found[0].made = range(run[0].made.start, run[-1].made.stop)
    return found[0]


def lines(steps: Sequence[Step]) -> int:
    """About how many lines the steps take."""
    total = 0
    for step in steps:
        inner = sum(lines(body) for body in step.inner)
        rows = 1 + len(step.rows) if isinstance(step.rows, list) and isinstance(step.rows[0], list) else 1
        is_named = bool(step.label) and not (step.label or "").startswith("[")
        total += inner + (1 + is_named if step.inner else 1) + (1 + rows if step.callee == "for" else 0)
    return total
