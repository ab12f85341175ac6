"""Joins written with their branches, and `residual`, which is sugar for an `add` of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.spec.names import Binding
from cnncost.spec.text import Sequence

if TYPE_CHECKING:
    from cnncost.spec.expand import Expansion
    from cnncost.spec.place import Flow, Place
    from cnncost.spec.steps import Step
    from cnncost.spec.text import Node


def expand_join(expansion: Expansion, kind: str, step: Step, place: Place, label: str, reads: Flow) -> Binding:
    """Expand a join and its branches, each of which reads what the join reads; `[]` is the identity."""
    assert isinstance(step.arguments, Sequence)
    first = expansion.network.size
    ends = tuple(
        _branch(expansion, branch, place, (f"{label}[{index}]", "branch"), reads, step)
        for index, branch in enumerate(step.arguments.items)
    )
    node = expansion.network.layer(step._replace(callee=kind, arguments=None), place, label, ends)
    return Binding(node, step.line, first, expansion.network.size)


def expand_residual(expansion: Expansion, step: Step, place: Place, label: str, reads: Flow) -> Binding:
    """Expand a `residual`; where its `skip` is false, its steps run without the addition."""
    first = expansion.network.size
    skip, shortcut = step.optional_part("skip"), step.optional_part("shortcut")
    is_added = skip is None or place.environment.condition(skip, "skip")
    end = _branch(expansion, step.part("residual"), place, (label, "residual"), reads, step)
    if is_added:
        other = expansion.single(reads, step)
        if shortcut is not None:
            inside = place.inside(label, "residual", place.environment)
            other = _branch(expansion, shortcut, inside, ("shortcut", "shortcut"), reads, step)
        end = expansion.network.layer(step._replace(callee="add", arguments=None), place, label, (end, other))
    return Binding(end, step.line, first, expansion.network.size)


def _branch(
    expansion: Expansion, steps: Node, place: Place, container: tuple[str, str], reads: Flow, step: Step
) -> int:
    """Expand one branch in its container, a name and a kind; the node it ends in."""
    inside = place.inside(*container, place.environment.within({}))
    flow = expansion.run(expansion.steps_of(steps, "a branch"), inside, reads)
    return expansion.single(flow, step)
