"""Joins written with their branches, some of which `when` may drop, and `residual`, sugar for an `add` of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.flow import end, single
from cnncost.language.expansion.layers import add_layer, reads_every_turn
from cnncost.language.expansion.scopes.names import Binding
from cnncost.language.yaml.forms import is_null
from cnncost.language.yaml.nodes import MappingNode, SequenceNode
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.language.yaml.nodes import Node


def expand_join(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a join and its branches, each of which reads what the join reads; `[]` is the identity.

    Where `when` dropped all branches but one, that one is what they join to.

    Raises:
        SpecError: none is left, or one is missing that the join cannot do without.
    """
    assert isinstance(step.arguments, SequenceNode)
    ends: list[int] = []
    before: dict[str, Binding] = {}
    first, branches = expansion.builder.size, step.arguments.items
    for index, branch in enumerate(branches):
        inside = _inside(scope, f"{label}[{index}]", "branch")
        inside.lexicon.beside = before
        flow = expansion.run(expansion.prepared.steps(branch, "a branch"), inside, reads)
        if _is_dropped(expansion, branch, inside):
            _refuse_dropped(step, branch)
            continue
        ends.append(end(expansion.builder, flow, branch.span, "a branch"))
        before.update({name: made for name, made in inside.lexicon.names.items() if name not in before})
    if branches and not ends:
        hint = "a `when` that is true, or a branch `[]`, leaves one"
        raise SpecError(f"`{step.callee}` joins nothing: `when` dropped every branch", step.callee_span, hint=hint)
    if len(ends) == 1 < len(branches):
        return Binding(ends[0], step.line, first, expansion.builder.size)
    node = add_layer(expansion, step._replace(arguments=None), scope, label, tuple(ends))
    return Binding(node, step.line, first, expansion.builder.size)


def _is_dropped(expansion: Expansion, branch: Node, inside: Scope) -> bool:
    """Whether a branch is a single step that its `when` dropped; of a list of steps, what is left is the branch."""
    if not isinstance(branch, MappingNode):
        return False
    (step,) = expansion.prepared.steps(branch, "a branch")
    return step.when is not None and not inside.lexicon.names


def _refuse_dropped(step: Step, branch: Node) -> None:
    """Raise a SpecError for a dropped branch that the join cannot do without."""
    if REGISTRY[step.callee].needs_all_inputs:
        message = f"`{step.callee}` needs all of its branches, and `when` dropped this one"
        raise SpecError(message, branch.span)


def expand_residual(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a `residual`; where its `skip` is false, its steps run without the addition."""
    first = expansion.builder.size
    skip, shortcut = step.optional_part("skip"), step.optional_part("shortcut")
    is_added = skip is None or scope.environment.condition(skip, "skip")
    inside = _inside(scope, label, "residual")
    inside.taken.add("shortcut")
    output = _branch(expansion, step.part("residual"), inside, reads)
    if is_added:
        other = single(expansion.builder, reads, step)
        if shortcut is not None:
            beside = _inside(_inside(scope, label, "residual"), "shortcut", "shortcut")
            beside.lexicon.beside = inside.lexicon.names
            other = _branch(expansion, shortcut, beside, reads)
        output = add_layer(expansion, step._replace(callee="add", arguments=None), scope, label, (output, other))
    return Binding(output, step.line, first, expansion.builder.size)


def check_join(step: Step, reads: Flow) -> None:
    """Refuse a join without branches that would join nothing, or one output with nothing.

    Raises:
        SpecError: arguments that are not a list, or one output where several belong.
    """
    is_one = len(reads) == 1 and not reads_every_turn(step)
    fields = REGISTRY[step.callee].fields.values()
    takes_branches = not fields or (is_one and not any(field.required for field in fields))
    if takes_branches and step.arguments is not None and not is_null(step.arguments):
        raise SpecError(f"`{step.callee}` takes a list of branches", step.arguments.span, hint=_example(step.callee))
    if is_one:
        span = step.callee_span if step.from_ is None else step.from_.span
        raise SpecError(f"`{step.callee}` joins one output with nothing", span, hint=_example(step.callee))


def _example(callee: str) -> str:
    """How a join is written: with branches, unless it has arguments that it needs in their place."""
    if any(field.required for field in REGISTRY[callee].fields.values()):
        return f"`{{{callee}: ..., from: [a, b]}}` joins everything that `from` names"
    return f"`{callee}: [[], branch]` joins branches, `{{{callee}, from: [a, b]}}` everything that `from` names"


def _inside(scope: Scope, name: str, kind: str) -> Scope:
    """The scope of a branch: it sees what its join sees, and its own `channels`."""
    return scope.inside(name, kind, scope.environment.within({}))


def _branch(expansion: Expansion, steps: Node, inside: Scope, reads: Flow) -> int:
    """Expand one branch; the node it ends in."""
    flow = expansion.run(expansion.prepared.steps(steps, "a branch"), inside, reads)
    return end(expansion.builder, flow, steps.span, "a branch")
