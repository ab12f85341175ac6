"""A network as a step: another spec with settings of its own, whose steps can be read from outside."""

from __future__ import annotations

from os.path import dirname
from typing import TYPE_CHECKING

from cnncost.language.expansion.nested.call import read_network, settings_of
from cnncost.language.expansion.nested.inner_steps import End, freeze_steps
from cnncost.language.expansion.nested.inputs import join_inputs, with_channels
from cnncost.language.expansion.outputs import run_network, run_steps
from cnncost.language.expansion.scopes.environment import Environment
from cnncost.language.expansion.scopes.inputs import declared_inputs
from cnncost.language.expansion.scopes.names import Binding, Lexicon
from cnncost.language.expansion.scopes.variables import define_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.document.document import Document
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope

_STEPS_EACH = 20
"""What a network counts for among the steps that a spec may run, beside its own: it is more work than a layer."""

_ADVICE = "read it, or stop before it: `until` beside `network` names the last step"


def expand_network(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand the steps of another spec, which sees its own variables and blocks and nothing of its caller.

    Raises:
        SpecError: no such network, settings or inputs that do not fit it, or what is refused in it.
    """
    named, until = step.part("network"), step.optional_part("until")
    outer, builder, first = scope.environment, expansion.builder, expansion.builder.size
    place, path = read_network(expansion.networks, named, outer)
    expansion.calls.enter(label, step, path, place.name)
    document = expansion.networks.document(path, place.name)
    expansion.calls.leave()
    title, overrides, values = settings_of(document, place, step.optional_part("set"), outer, named.span)
    expansion.spend(named.span, _STEPS_EACH + len(document.variables) + len(document.blocks))
    folder = dirname(str(place.path))
    environment = Environment(outer.globals.of_another(document.blocks, document.layers, folder))
    inside = scope.inside(label, title, environment, Lexicon())
    expansion.calls.enter(label, step, path, place.name)
    define_variables(document, overrides, environment, values)
    declared = with_channels(declared_inputs(document, environment), step, outer)
    inputs = join_inputs(builder, step, title, declared, reads)
    inside.lexicon.names = {name: Binding(read, step.line, read, read) for name, read in inputs.items()}
    reads = tuple(inputs.values())
    if until is None:
        outputs = _whole(expansion, step, document, inside, reads)
    else:
        outputs = _up_to(End(until, outer), expansion, document, inside, reads)
        builder.make_part(range(first, builder.size), inside.prefix[:-1], named.span)
    freeze_steps(builder, step.optional_part("frozen"), inside.lexicon, outer)
    expansion.calls.leave()
    return _binding(outputs, step.line, first, builder.size, inside.lexicon)


def _whole(expansion: Expansion, step: Step, document: Document, inside: Scope, inputs: Flow) -> Sequence[int]:
    """Run all steps of a network; its outputs. What only its auxiliary outputs need is left out unless it is read."""
    builder, first = expansion.builder, expansion.builder.size
    outputs, auxiliary = run_network(expansion, document, inside, inputs)
    builder.make_optional(_needed(builder, auxiliary, first) - _needed(builder, outputs, first))
    builder.advise(range(first, builder.size), step.part("network").span, _ADVICE)
    return outputs


def _up_to(end: End, expansion: Expansion, document: Document, inside: Scope, inputs: Flow) -> Sequence[int]:
    """Run the steps of a network up to its end; the output there."""
    inside.last_step, inside.last_turn = end.step, end.turn
    run_steps(expansion, document, inside, inputs)
    return end.outputs(inside.lexicon)


def _needed(builder: GraphBuilder, ends: Sequence[int], first: int) -> set[int]:
    """The nodes from `first` on that the nodes `ends` need, those among them."""
    needed = set(ends)
    for node in reversed(builder.nodes[first:] if ends else ()):
        if node.id in needed:
            needed.update(node.inputs)
    return {node for node in needed if node >= first}


def _binding(outputs: Sequence[int], line: int, first: int, end: int, lexicon: Lexicon) -> Binding:
    """What the name of a network stands for: its output, or one of several by number; and its steps by name."""
    if len(outputs) == 1:
        return Binding(outputs[0], line, first, end, inside=lexicon.names)
    pieces: list[Binding | None] = [Binding(output, line, output, output + 1) for output in outputs]
    return Binding(None, line, first, end, inside=lexicon.names, turns=pieces)
