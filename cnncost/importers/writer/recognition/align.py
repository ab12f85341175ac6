"""Instances of a block of which some lack a step: the steps of all of them in one order."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.recognition.slots import structure
from cnncost.importers.writer.steps import copied, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.writer.steps import Step


def aligned(instances: Sequence[list[Step]], *, backwards: bool = False) -> list[list[Step]]:
    """The instances with the same steps each; those that one does not have stand there as absent.

    Steps that make and join other steps are matched by their names, and aligned within.

    Args:
        instances: the steps of each.
        backwards: whether of several steps that are alike the last are taken for the same.
    """
    if backwards:
        return [steps[::-1] for steps in _aligned([steps[::-1] for steps in instances], backwards=True)]
    return _aligned(instances, backwards=False)


def _aligned(instances: Sequence[list[Step]], *, backwards: bool) -> list[list[Step]]:
    keys = [[_key(step) for step in steps] for steps in instances]
    union = max(keys, key=len)
    for other in keys:
        union = _merged(union, other)
    columns = [_placed(union, own, steps) for own, steps in zip(keys, instances, strict=True)]
    places = [place for place in range(len(union)) if any(steps[place] is not None for steps in columns)]
    for place in places:
        _align_within([step for steps in columns if (step := steps[place]) is not None], backwards)
    return [[_filled(columns, row, place) for place in places] for row in range(len(columns))]


def mark_presence(instances: Sequence[list[Step]], is_there: Sequence[bool]) -> None:
    """Tell every step of aligned instances which of these have it; none, where what it lies in is absent.

    Args:
        instances: of the same structure.
        is_there: whether each instance has what the steps lie in.
    """
    for column in zip(*instances, strict=True):
        presence = tuple(not step.is_absent if there else None for step, there in zip(column, is_there, strict=True))
        for step in column:
            if step.when is None:
                step.presence = presence if False in presence else ()
        for inner in zip(*[step.inner for step in column], strict=True):
            mark_presence(inner, [there is True for there in presence])


def _key(step: Step) -> Any:
    """What makes two steps the same one in two instances."""
    reads = None if step.reads is None else tuple(step.reads)
    if step.inner and step.callee in ("sequence", "for"):
        return step.callee, step.label, reads, step.share, step.variables, step.is_counted
    return structure([step])


def _merged(one: list[Any], other: list[Any]) -> list[Any]:
    """All keys of both, in an order that both of them keep."""
    merged: list[Any] = []
    for what, start, end, start_of_other, end_of_other in SequenceMatcher(None, one, other, False).get_opcodes():
        merged += one[start:end]
        merged += [] if what == "equal" else other[start_of_other:end_of_other]
    return merged


def _placed(union: list[Any], keys: list[Any], steps: list[Step]) -> list[Step | None]:
    """The steps at their places in `union`."""
    rest = list(zip(keys, steps, strict=True))
    placed = [rest.pop(0)[1] if rest and rest[0][0] == key else None for key in union]
    assert not rest  # `union` has the keys of every instance in their order
    return placed


def _align_within(column: list[Step], backwards: bool) -> None:
    """Align the steps within one step of all instances that have it."""
    bodies = [step.body for step in column if step.body is not None]
    if not bodies or len({structure(body) for body in bodies}) == 1:
        return
    together = aligned(bodies, backwards=backwards)
    for step, body in zip([step for step in column if step.body is not None], together, strict=True):
        step.body = body


def _filled(columns: list[list[Step | None]], row: int, place: int) -> Step:
    """The step of an instance at a place, or one that stands in for it."""
    step = columns[row][place]
    if step is None:
        (step,) = copied([next(step for steps in columns if (step := steps[place]) is not None)])
        for each in walk([step]):
            each.is_absent = True
    return step
