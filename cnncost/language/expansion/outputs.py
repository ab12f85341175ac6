"""A network as a whole: its steps are run, and its outputs found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.flow import end

if TYPE_CHECKING:
    from cnncost.language.document.document import Document
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.language.yaml.nodes import Scalar


def run_network(expansion: Expansion, document: Document, scope: Scope, inputs: Flow) -> tuple[list[int], list[int]]:
    """Run the steps of a network that reads the nodes `inputs`; its outputs, and its auxiliary ones.

    Raises:
        SpecError: a step that is refused, or no output.
    """
    flow = run_steps(expansion, document, scope, inputs)
    if document.outputs is None:
        outputs = [] if flow is None else [end(expansion.builder, flow, document.network.span, "the network")]
    else:
        outputs = _named(expansion, document.outputs, scope)
    if not outputs:
        raise _no_output(document)
    return outputs, _named(expansion, document.auxiliary, scope)


def run_steps(expansion: Expansion, document: Document, scope: Scope, inputs: Flow) -> Flow | None:
    """Run the steps of a network, of which the first reads its input if there is one; ``None`` where it has no steps.

    Raises:
        SpecError: a step that is refused.
    """
    steps = expansion.prepared.steps(document.network, "`network`")
    flow = expansion.run(steps, scope, inputs if len(inputs) == 1 else ())
    return flow if steps else None


def _no_output(document: Document) -> SpecError:
    if document.outputs is None:
        return SpecError("the network has no steps", document.root.key("network").span)
    hint = "a `when` dropped every step that it names" if document.outputs else None
    return SpecError("`outputs` names no output", document.root.key("outputs").span, hint=hint)


def _named(expansion: Expansion, names: list[Scalar], scope: Scope) -> list[int]:
    """The outputs of those names, without the ones whose step a `when` dropped."""
    kept = [name for name in names if not scope.lexicon.was_dropped(name.text)]
    return [output for name in kept for output in expansion.references(name, scope)]
