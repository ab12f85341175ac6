"""Steps -> graph: blocks are called, loops run, and every layer is added to the graph as it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.graph.builder import LIMIT_HINT
from cnncost.language.document.step_names import evaluated, has_expressions, name_of_turns
from cnncost.language.document.steps import COMPOUNDS
from cnncost.language.expansion.arguments import give_values
from cnncost.language.expansion.branches import check_join, expand_join, expand_residual
from cnncost.language.expansion.calls import Call, Calls
from cnncost.language.expansion.flow import end, tensor_of
from cnncost.language.expansion.layers import add_layer, add_pieces
from cnncost.language.expansion.loops import expand_for
from cnncost.language.expansion.prepared import Prepared
from cnncost.language.expansion.repeat import expand_repeat
from cnncost.language.expansion.scopes.environment import (
    BlockValue,
    Environment,
    OwnValue,
    StepValue,
    refuse_arguments,
    unknown_callee,
)
from cnncost.language.expansion.scopes.names import Binding, Lexicon
from cnncost.language.expansion.scopes.references import Own, outputs_of, resolve
from cnncost.language.expansion.sequences import expand_sequence
from cnncost.language.expansion.weights import modify_weights
from cnncost.language.yaml.forms import text_span
from cnncost.language.yaml.nodes import Node, Scalar, SequenceNode
from cnncost.layers import STEP_TYPES

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.document.document import Document
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.loops import Turn
    from cnncost.language.expansion.nested.files import Networks
    from cnncost.language.expansion.scopes.environment import Globals
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.language.expressions.values import Callee
    from cnncost.layers import Layer, Tensor
    from cnncost.layers.own import OwnLayer

_EXPANSIONS = {"for": expand_for, "residual": expand_residual, "sequence": expand_sequence}
_STEPS_PER_LAYER = 2
_FEWEST_STEPS = 1000
_DEEPEST = 60
"""Blocks, loops and branches inside each other: nobody writes a network that has more."""


class Expansion:
    """Runs the steps of one document, which adds their layers to a graph."""

    def __init__(self, document: Document, builder: GraphBuilder, networks: Networks) -> None:
        self.document = document
        self.builder = builder
        self.networks = networks
        self._most_steps = _FEWEST_STEPS + builder.limit * _STEPS_PER_LAYER
        self._steps_left = self._most_steps
        self.prepared = Prepared()
        self.calls = Calls(Call("network", networks.path, document.file))
        self.own_layers: dict[tuple[Globals, int, str, Tensor], OwnLayer] = {}
        """Layers that specs define themselves, as they were worked out for what is read."""

    def spend(self, span: Span, steps: int = 1) -> None:
        """Count steps, turns of loops and references: blocks and loops that add nothing must end too."""
        self._steps_left -= steps
        if self._steps_left < 0:
            message = f"more than {self._most_steps:,} steps, turns of loops and references"
            raise SpecError(message, span, hint=LIMIT_HINT)

    def run(self, steps: list[Step], scope: Scope, flow: Flow) -> Flow:
        """Expand `steps` one after the other; the flow after the last, or after the one at which the scope ends."""
        scope.lexicon.later = {step.name: step.line for step in steps if step.name}
        for step in steps:
            flow = self.step(step, scope, flow)
            if scope.is_at_end:
                break
        return flow

    def step(self, step: Step, scope: Scope, flow: Flow) -> Flow:
        """Expand one step with its modifiers."""
        self.spend(step.callee_span)
        if len(scope.containers) > _DEEPEST:
            raise SpecError(f"blocks, loops and branches nest more than {_DEEPEST} deep", step.callee_span)
        scope.environment.tensor = tensor_of(self.builder, flow)
        if step.repeat is not None:
            return expand_repeat(self, step, scope, flow)
        if step.when is not None and not self.is_kept(step, scope, flow):
            return self.drop(step, scope, flow)
        reads = flow if step.from_ is None else self.reads(step, scope, flow)
        label = self.label(step, scope)
        binding = scope.bind(label, self.weighted(step, scope, label, reads))
        return (binding.output,) if binding.output is not None else binding.outputs

    def is_kept(self, step: Step, scope: Scope, flow: Flow) -> bool:
        """Whether the step's `when` holds; one that is false drops the `from` too, whatever that names."""
        if step.when is None:
            return True
        scope.environment.tensor = tensor_of(self.builder, self.seen(step, scope, flow))
        return scope.environment.condition(step.when, "when")

    def seen(self, step: Step, scope: Scope, flow: Flow) -> Flow:
        """What the step reads if it is kept; nothing where its `from` names nothing, which is no error until then."""
        if step.from_ is None:
            return flow
        try:
            return self.references(step.sources, scope)
        except SpecError:
            return ()

    def drop(self, step: Step, scope: Scope, flow: Flow) -> Flow:
        """Leave out a step whose `when` does not hold; the next one reads what it would have read."""
        if step.name is not None:
            scope.lexicon.later.pop(step.name, None)
            scope.lexicon.dropped[step.name] = step.line
        return flow

    def reads(self, step: Step, scope: Scope, flow: Flow) -> Flow:
        """What the step reads, which `channels` and `spatial` are of from here on."""
        reads = flow if step.from_ is None else self.references(step.sources, scope)
        scope.environment.tensor = tensor_of(self.builder, reads)
        return reads

    def label(self, step: Step, scope: Scope) -> str:
        """What the step is called in its sequence."""
        if step.name is None:
            is_transparent = step.callee == "for" and step.parts is not None
            return scope.numbered(self.kind(step, scope.environment), is_transparent=is_transparent)
        scope.lexicon.later.pop(step.name, None)
        if has_expressions(step.name) and (step.repeat is not None or step.callee == "for"):
            return name_of_turns(step.name)
        return self.unlike(self.named(step, scope.environment), step, scope)

    def named(self, step: Step, environment: Environment) -> str:
        """The name that a step is given, with the values of the expressions in it."""
        assert step.name is not None
        assert step.name_span is not None
        return evaluated(step.name, step.name_span, environment) if has_expressions(step.name) else step.name

    def unlike(self, name: str, step: Step, scope: Scope) -> str:
        """`name`, when nothing in the sequence of the step is called that; raises SpecError otherwise."""
        if name.startswith("[") and scope.steps is None:
            hint = "a name of a step outside begins with a word: `down[0]`"
            raise SpecError(f"`{name}` numbers a step of a `sequence`, and this is in none", step.name_span, hint=hint)
        if scope.is_taken(name):
            known = scope.lexicon.names.get(name)
            hint = f"line {known.line} uses it already" if known else "it is the other path of the `residual`"
            raise SpecError(f"the name `{name}` is taken", step.name_span, hint=hint)
        return name

    def turn_name(self, step: Step, scope: Scope, environment: Environment, label: str, index: int) -> str:
        """What a turn of a loop is called: by its number, or by its own name."""
        if not has_expressions(step.name):
            return f"{label}[{index}]"
        return self.unlike(self.named(step, environment), step, scope)

    def kind(self, step: Step, environment: Environment) -> str:
        """The name of the layer or block that a step calls in the end, through variables that hold one."""
        callee = None if step.parts else environment.callee(step.callee)
        if isinstance(callee, StepValue):
            return self.kind(callee.step, callee.environment)
        return callee.name if callee else step.callee

    def weighted(self, step: Step, scope: Scope, label: str, reads: Flow, turn: Turn | None = None) -> Binding:
        """Expand a step, or one turn of it, with what its modifiers say of its weights."""
        binding = self.once(step, scope, label, reads)
        if step.share is not None or step.trainable is not None:
            modify_weights(self, step, scope, Own(label, scope.lexicon.names, binding), turn)
        return binding

    def once(self, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
        """Expand a step without its modifiers."""
        if step.parts is not None:
            return self.compound(step, scope, label, reads)
        callee = self.resolve(step, scope.environment)
        if isinstance(callee, StepValue):
            return self.step_value(callee, step, scope, label, reads)
        if isinstance(callee, BlockValue):
            return self.block(callee, step, scope, label, reads)
        if isinstance(callee, OwnValue):
            from cnncost.language.expansion.own.layers import add_own_layer  # few specs define layers

            return add_own_layer(self, step, scope, label, reads, value=callee)
        if step.callee != callee.name:  # a variable's
            step = step._replace(callee=callee.name)
        kind = STEP_TYPES[callee.name]
        if kind.joins and isinstance(step.arguments, SequenceNode):
            return expand_join(self, step, scope, label, reads)
        return self.layer(kind, step, scope, label, reads)

    def compound(self, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
        """Expand a step that is made of steps."""
        if step.callee == "network":
            from cnncost.language.expansion.nested.expand import expand_network  # few specs have one

            return expand_network(self, step, scope, label, reads)
        return _EXPANSIONS[step.callee](self, step, scope, label, reads)

    def resolve(self, step: Step, environment: Environment) -> Callee | StepValue:
        """The layer, block or step value that a step calls."""
        callee = environment.callee(step.callee)
        if callee is not None:
            return callee
        name, globals_ = step.callee[:60], environment.globals
        if step.callee in COMPOUNDS:
            raise SpecError(f"`{name}` has no steps", step.callee_span, hint=f"`{name}: [...]` holds them")
        if step.callee in environment.values or step.callee in globals_.variables:
            raise SpecError(f"`{name}` is a variable that holds no layer, block or step", step.callee_span)
        raise unknown_callee(f"unknown layer or block `{name}`", step, [*globals_.callees, *COMPOUNDS])

    def layer(self, kind: type[Layer], step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
        """Add a layer, or the pieces of a `split`."""
        first = self.builder.size
        if kind.splits:
            pieces = add_pieces(self, step, scope, label, reads)
            turns: list[Binding | None] = [Binding(piece, step.line, piece, piece + 1) for piece in pieces]
            return Binding(None, step.line, first, self.builder.size, turns=turns)
        if kind.joins:
            check_join(step, reads)
        node = add_layer(self, step, scope, label, reads)
        return Binding(node, step.line, first, node + 1)

    def step_value(self, value: StepValue, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
        """Expand a step that is a parameter's value; its arguments see what they saw where they were written."""
        refuse_arguments(step)
        environment = value.environment.within({})
        environment.tensor = scope.environment.tensor
        return self.once(value.step, scope.seeing(environment), label, reads)

    def block(self, value: BlockValue, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
        """Call a block: its steps see its parameters, the file's variables and what they read, not the caller."""
        block, name = value.block, value.name
        environment = Environment(value.globals)
        environment.tensor = tensor_of(self.builder, reads)
        arguments = self.prepared.of_block(step, block.signature)
        give_values(block.signature, arguments, step.callee_span, scope.environment, environment)
        lexicon = Lexicon(of_block=True)
        if len(reads) == 1:
            lexicon.names["input"] = Binding(reads[0], step.line, reads[0], reads[0])
        inside = scope.inside(label, name, environment, lexicon)
        first = self.builder.size
        self.calls.enter(label, step, block, name)
        what = f"the block `{name}`"
        flow = self.run(self.prepared.steps(block.steps, what), inside, reads)
        output = end(self.builder, flow, block.steps.span, what)
        self.calls.leave()
        names, numbered = inside.lexicon.names, inside.own_steps
        return Binding(output, step.line, first, self.builder.size, inside=names, steps=numbered)

    def references(self, node: Node, scope: Scope) -> Flow:
        """The nodes that a `from`, a `like` or an `outputs` names."""
        items = node.items if isinstance(node, SequenceNode) else [node]
        found: list[int] = []
        for item in items:
            bindings = self.bindings(item, scope)
            self.spend(item.span, len(bindings))  # a join may read a thousand outputs, a thousand joins not
            found += [output for binding in bindings for output in outputs_of(binding, item)]
        return tuple(found)

    def bindings(self, node: Node, scope: Scope, own: Own | None = None) -> list[Binding]:
        """What one reference names; what `share` names where it is of the step `own`."""
        if not isinstance(node, Scalar):
            raise SpecError("a reference is the name of a step", node.span)
        self.spend(node.span, 1 + len(node.text) // 20)
        return resolve(node.text, text_span(node), scope.lexicon, scope.environment, own=own)
