"""What a step says of its weights: `share` takes another step's, `trainable` says whether they are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.loops import Turn
    from cnncost.language.expansion.scopes.names import Binding
    from cnncost.language.expansion.scopes.references import Own
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.language.yaml.nodes import Node


def modify_weights(expansion: Expansion, step: Step, scope: Scope, own: Own, turn: Turn | None) -> None:
    """Apply `share` and `trainable` to what a step made, or one turn of a repeated step.

    A `share` that names the step itself, as `share: heads[0].out` does in the first turn, shares nothing.

    Raises:
        SpecError: both of them, a `share` of nothing or of unlike weights, or a condition without a value.
    """
    made = range(own.binding.first, own.binding.end)
    if step.trainable is not None:
        if step.share is not None:
            hint = "the weights are another step's: say it there"
            raise SpecError("`share` and `trainable` exclude each other", step.trainable.span, hint=hint)
        if not scope.environment.condition(step.trainable, "trainable"):
            expansion.builder.freeze(made)
    if step.share is not None:
        owner = _owner(expansion, step.share, scope, own, turn)
        if owner is own.binding or (owner.is_running and owner.first == made.start):
            return
        name = getattr(step.share, "text", "")
        if owner.is_running:
            hint = f"`{name.partition('[')[0]}[0]` is the first turn, whose weights the others may use"
            raise SpecError(f"`{name}` has not come to its end here", step.share.span, hint=hint)
        expansion.builder.share(range(owner.first, owner.end), made, name, step.share.span)


def _owner(expansion: Expansion, share: Node, scope: Scope, own: Own, turn: Turn | None) -> Binding:
    """The step that a `share` names; beside a `repeat`, of one with as many turns the same turn."""
    owners = expansion.bindings(share, scope, own)
    if len(owners) != 1:
        raise SpecError(f"`share` names one step or block, not {len(owners)}", share.span)
    owner = owners[0]
    if turn is None or owner.turns is None or owner.is_running or len(owner.turns) != turn.total:
        return owner
    same = owner.turns[turn.number]
    if same is None:
        raise SpecError(f"`{getattr(share, 'text', '')}[{turn.number}]` was dropped by its `when`", share.span)
    return same
