"""A `sequence` numbers its steps: those of `features` are `features[0]`, `features[1]`, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.flow import end
from cnncost.language.expansion.scopes.names import Binding, Lexicon

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope


def expand_sequence(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a `sequence`; its steps without names are bound as `label[index]`, or by the number of what is around."""
    first, steps = expansion.builder.size, expansion.prepared.steps(step.part("sequence"), "`sequence`")
    inside = _inside(step, scope, label)
    assert inside.steps is not None
    names = inside.lexicon.names
    running = Binding(None, step.line, first, first, inside=names, steps=inside.steps, is_running=True)
    scope.bind(label, running)  # its steps may read those before them
    flow = expansion.run(steps, inside, reads)
    output = end(expansion.builder, flow, step.part("sequence").span, "the sequence")
    size = expansion.builder.size
    return Binding(output, step.line, first, size, inside=names, steps=inside.steps)


def _inside(step: Step, scope: Scope, label: str) -> Scope:
    """The scope of the steps: a container of its own, or what is around, whose steps a sequence without a name numbers.

    Raises:
        SpecError: another sequence numbers them already.
    """
    environment = scope.environment.within({})
    is_own = step.name is not None or step.repeat is not None or label.startswith("[") or scope.is_network
    if is_own:
        inside = scope.inside(label, "sequence", environment)
        inside.steps = []
        return inside
    if scope.own_steps is not None:
        message = "a second `sequence` without a name would number the same block"
        raise SpecError(message, step.callee_span, hint="`name` one of them")
    inside = scope.seeing(environment)
    inside.lexicon = environment.lexicon = Lexicon(scope.lexicon)
    inside.steps = scope.own_steps = []
    return inside
