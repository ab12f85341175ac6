"""Runs of equal steps, and of steps that differ in numbers: `repeat`, and `for` with its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cnncost.importers.writer.recognition.counted_names import all_turns, dense_loop, runs_by_name
from cnncost.importers.writer.recognition.runs import LONGEST_PATTERN, equal_runs, lines, loop_of, run_of
from cnncost.importers.writer.recognition.tables import loop_of_all, tabulated, with_tables
from cnncost.importers.writer.steps import Step, copied

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST_BY_NAME = 3
"""Steps that one `repeat` is better for, whose turns have names that count."""
_SLACK = 4
"""Lines that a loop may take more, where one of rows around it may save them."""
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
                step.body = _numbered(step.body, in_block, is_loop=step.has_loops_name)
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
        return [loop_of_all(steps)]
    if len(steps) > 1 and all(step.kind == "for" for step in steps):
        turns = tabulated([[step] for step in steps])
        if turns is not None:
            return [turns]
    most = 0 if in_block and len(steps) == 2 else min(_MOST_IN_WHOLE, len(steps))
    whole = run_of(steps, most_in_first=most) if len(steps) > 1 else None
    if whole is not None and whole[1] == len(steps):
        return [whole[0]]
    once = equal_runs(steps, 1, most_in_first=0 if in_block else _MOST_IN_FIRST)
    ways = [
        with_tables(equal_runs(once, longest, slack)) for longest in (LONGEST_PATTERN, 4, 3, 2) for slack in (0, _SLACK)
    ]
    return min([*ways, with_tables(once)], key=lines)


def _is_counted(steps: Sequence[Step]) -> bool:
    """Whether the steps have the numbers from 0 on."""
    return [step.label for step in steps] == [f"[{number}]" for number in range(len(steps))]


def _named(step: Step) -> Step:
    """A sequence that is one step again and again, as that step; other steps as they are."""
    is_named = step.callee == "sequence" and step.label and not step.label.startswith("[")
    if not is_named or step.body is None or len(step.body) != 1 or step.share or step.is_frozen:
        return step
    (only,) = step.body
    if only.reads is not None or only.label is not None:
        return step
    again = _again(only)
    if again is None:
        return step
    again.label, again.reads, again.flow, again.made = step.label, step.reads, step.flow, step.made
    return again


def _again(only: Step) -> Step | None:
    """The only step of a sequence as a step whose turns have numbers; ``None`` where it cannot be one."""
    if only.callee == "for" and only.body is not None and len(only.body) == 1 and _is_turn(only.body[0]):
        if only.body[0].repeat != 1:
            return None
        only.body = _of_turn(only.body[0])
        return only
    if _is_turn(only) and only.repeat != 1:
        return loop_of(("turn",), only.repeat, _of_turn(only), only)
    if only.callee == "for" or only.inner:
        return None
    only.is_repeated = True
    return only


def _of_turn(turn: Step) -> list[Step]:
    """The steps of a container as those of a loop's turn, which numbers them where the container does."""
    body = turn.body or []
    if not any(step.label is None or step.label.startswith("[") for step in body):
        return body
    return [replace(turn, label="", body=body, repeat=1, is_repeated=False)]


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
    found = run_of(unnamed, most_in_first=_MOST_IN_WHOLE)
    if found is None or found[1] != len(run):
        return None
    label = run[0].label or ""
    name = label.rstrip("0123456789")
    start = int(label[len(name) :])
    found[0].label = f"{name}{{index + {start}}}" if start else f"{name}{{index}}"
    found[0].made = range(run[0].made.start, run[-1].made.stop)
    return found[0]
