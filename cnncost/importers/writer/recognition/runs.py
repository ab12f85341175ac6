"""Runs of equal steps: `repeat`, and a `for` of several steps that come again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.recognition.slots import same, slots, structure
from cnncost.importers.writer.steps import Activation, Choice, Step, copied, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_PATTERN = 8
"""Steps of a pattern."""


def equal_runs(steps: list[Step], longest: int, slack: int = 0, most_in_first: int = 0) -> list[Step]:
    """The steps with runs of equal patterns as one, even where that takes `slack` lines more: rows may follow."""
    result: list[Step] = []
    place = 0
    while place < len(steps):
        run = run_of(steps[place:], most_in_first) if longest == 1 else _pattern(steps[place:], longest, slack)
        step, length = run or (steps[place], 1)
        result.append(step)
        place += length
    return result


def run_of(steps: list[Step], most_in_first: int) -> tuple[Step, int] | None:
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
    return blurred(one, steps[1:length]), length


def _is_step(*values: Any) -> bool:
    """Whether one of two values is a step, which no expression can choose."""
    return any(isinstance(value, Activation) and value.arguments for value in values)


def _may_repeat(step: Step) -> bool:
    return step.share is None and len(step.ends) == 1


def blurred(step: Step, others: Sequence[Step]) -> Step:
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
        if turns > 1 and gain > saved and not any(map(is_bound, steps[:length])):
            body = copied(steps[:length])
            for place, step in enumerate(body):
                blurred(step, [steps[turn * length + place] for turn in range(1, turns)])
            best, saved = (loop_of(("turn",), turns, body, steps[turns * length - 1]), turns * length), gain
    return best


def is_bound(step: Step) -> bool:
    return step.share is not None


def loop_of(variables: tuple[str, ...], rows: Any, body: list[Step], last: Step) -> Step:
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


def lines(steps: Sequence[Step]) -> int:
    """About how many lines the steps take."""
    total = 0
    for step in steps:
        inner = sum(lines(body) for body in step.inner)
        rows = 1 + len(step.rows) if isinstance(step.rows, list) and isinstance(step.rows[0], list) else 1
        is_named = bool(step.label) and not (step.label or "").startswith("[")
        total += inner + (1 + is_named if step.inner else 1) + (1 + rows if step.callee == "for" else 0)
    return total
