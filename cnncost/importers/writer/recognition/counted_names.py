"""Steps that are counted by their names: `denselayer1`, `denselayer2`, and so on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.importers.writer.recognition.generalise import generalise
from cnncost.importers.writer.recognition.slots import structure
from cnncost.importers.writer.steps import Step, copied, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COUNTED = re.compile(r"([A-Za-z_](?:\w*[A-Za-z_])?)(\d+)", re.ASCII)
_FEWEST = 3


def runs_by_name(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Runs of steps that have the same name but for the number at its end, which goes up by one."""
    run: list[Step] = []
    for step in steps:
        if run and _is_next(run[-1], step):
            run.append(step)
            continue
        if run:
            yield run
        run = [step] if _parts(step) else []
    if run:
        yield run


def _parts(step: Step) -> tuple[str, int] | None:
    """The name without its number, and the number."""
    match = _COUNTED.fullmatch(step.label or "")
    return None if match is None or (match[2][0] == "0" and match[2] != "0") else (match[1], int(match[2]))


def _is_next(one: Step, other: Step) -> bool:
    mine, theirs = _parts(one), _parts(other)
    return mine is not None and theirs == (mine[0], mine[1] + 1)


def dense_loop(run: Sequence[Step]) -> Step | None:
    """A `for` over containers of which each reads all before it; ``None`` where they are unlike.

    Args:
        run: containers that are no blocks, counted by their names.
    """
    bodies = [copied(step.body or []) for step in run]
    outside = run[0].flow
    if len(run) < _FEWEST or any(not body for body in bodies) or len(run[1].flow) <= len(outside):
        return None
    found = _parts(run[0])
    assert found is not None
    name, start = found
    reads = (bodies[1][0].reads or [])[: len(outside)]
    if run[1].reads is not None:
        reads = run[1].reads[: len(outside)]
    if any(body[0].flow != step.flow for step, body in zip(run, bodies, strict=True)):
        return None
    joins_later = _join_of_later_turns(bodies, outside)
    for body in bodies:
        body[0].reads = [*reads, f"{name}[*]"]
    if len({structure(body) for body in bodies}) > 1 or any(step.share or step.is_frozen for step in run):
        return None
    general = generalise(bodies)
    variables = tuple(variable.name for variable in general.variables)
    table = [list(row) for row in zip(*[variable.values for variable in general.variables], strict=True)]
    rows = [row[0] for row in table] if len(variables) == 1 else table
    loop = Step("for", f"{name}{{index + {start}}}" if start else f"{name}{{index}}", body=general.steps)
    loop.variables, loop.rows = variables or ("turn",), rows if variables else len(run)
    loop.is_counted = not variables
    loop.flow, loop.ends, loop.made = outside, run[-1].ends, range(run[0].made.start, run[-1].made.stop)
    _forget_channels(general.steps, bodies)
    if joins_later:
        first = general.steps[0]
        first.is_absent, first.when, first.presence = False, "not first", (False, True)
    return loop


def _join_of_later_turns(bodies: list[list[Step]], outside: Sequence[int]) -> bool:
    """Whether the first turn lacks the join that the others begin with; it gets one then that stands for it."""
    if len(outside) != 1 or len(bodies[0]) + 1 != len(bodies[1]):
        return False
    (join,) = copied(bodies[1][:1])
    join.is_absent = True
    bodies[0].insert(0, join)
    return True


def _forget_channels(steps: list[Step], bodies: Sequence[list[Step]]) -> None:
    """Let the steps not know the channels that are others in other turns."""
    for mine, *theirs in zip(walk(steps), *[walk(body) for body in bodies], strict=True):
        if any(other.channels != mine.channels for other in theirs):
            mine.channels = 0


def all_turns(steps: Sequence[Step], run: Sequence[Step]) -> None:
    """Let steps that read all of a run, one after the other, read `name[*]`."""
    found = _parts(run[0])
    labels = [step.label or "" for step in run]
    assert found is not None
    for step in walk(list(steps)):
        reads = step.reads or []
        for place in range(len(reads) - len(labels) + 1):
            if reads[place : place + len(labels)] == labels:
                step.reads = [*reads[:place], f"{found[0]}[*]", *reads[place + len(labels) :]]
                break
