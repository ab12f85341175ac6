"""Which steps need no name, since the language calls them so of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.writer.steps import Step


def unnamed(steps: Sequence[Step]) -> set[int]:
    """The identities of those steps of a sequence that are called by what they call, numbered from the second on."""
    candidates = {id(step) for step in steps if re.fullmatch(rf"{re.escape(step.callee)}(_\d+)?", step.label or "")}
    while True:
        wrong = _misnamed(steps, candidates)
        if not wrong:
            return candidates
        candidates -= wrong


def _misnamed(steps: Sequence[Step], nameless: set[int]) -> set[int]:
    """The first step that would be called otherwise, in any of the forms that the sequence has."""
    columns = [step.presence for step in steps if step.presence]
    forms = range(len(columns[0])) if columns else range(1)
    for form in forms:
        present = [step for step in steps if not step.presence or step.presence[form]]
        later = {step.label for step in steps if id(step) not in nameless and step.label}
        taken: set[str] = set()
        numbers: dict[str, int] = {}
        for step in present:
            label = step.label or ""
            if id(step) not in nameless:
                later.discard(label)
                taken.add(label)
                continue
            number = numbers.get(step.callee, 0) + 1
            while (name := step.callee if number == 1 else f"{step.callee}_{number}") in taken | later:
                number += 1
            if name != label:
                return {id(step)}
            numbers[step.callee] = number
            taken.add(name)
    return set()


def numbered(steps: Sequence[Step]) -> set[int]:
    """The identities of those steps of a sequence that have the next number."""
    found: set[int] = set()
    for number, step in enumerate(steps):
        if step.label != f"[{number}]":
            break
        found.add(id(step))
    return found
