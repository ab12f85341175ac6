"""What a step says of its weights: `share` takes another step's, `trainable` says whether they are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.loops import Turn
    from cnncost.language.expansion.names import Binding
    from cnncost.language.expansion.scope import Scope
    from cnncost.language.yaml.nodes import Node


def modify_weights(expansion: Expansion, step: Step, scope: Scope, made: range, turn: Turn | None) -> None:
    """Apply `share` and `trainable` to the nodes that a step made, or that one turn of a repeated step made.

    Raises:
        SpecError: both of them, a `share` of nothing or of unlike weights, or a condition without a value.
    """
    if step.trainable is not None:
        if step.share is not None:
            hint = "the weights are another step's: say it there"
            raise SpecError("`share` and `trainable` exclude each other", step.trainable.span, hint=hint)
        if not scope.environment.condition(step.trainable, "trainable"):
            expansion.builder.freeze(made)
    if step.share is not None:
        owner = _owner(expansion, step.share, scope, turn)
        name = getattr(step.share, "text", "")
        expansion.builder.share(range(owner.first, owner.end), made, name, step.share.span)


def _owner(expansion: Expansion, share: Node, scope: Scope, turn: Turn | None) -> Binding:
    """The step that a `share` names; beside a `repeat`, of one with as many turns the same turn."""
    owners = expansion.bindings(share, scope)
    if len(owners) != 1:
        raise SpecError(f"`share` names one step or block, not {len(owners)}", share.span)
    owner = owners[0]
    if turn is None or owner.turns is None or len(owner.turns) != turn.total:
        return owner
    same = owner.turns[turn.number]
    if same is None:
        raise SpecError(f"`{getattr(share, 'text', '')}[{turn.number}]` was dropped by its `when`", share.span)
    return same
