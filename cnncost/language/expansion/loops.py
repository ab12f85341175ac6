"""Loops: a `for` runs its steps once for each row, a `repeat` one step several times over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.document.signature import MOST_PARAMETERS, check_name
from cnncost.language.expansion.flow import channels_of, end, single
from cnncost.language.expansion.names import Binding
from cnncost.language.yaml.nodes import Node, Scalar, SequenceNode

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.environment import Environment
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scope import Scope
    from cnncost.language.expressions.values import Value


def expand_for(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a `for`; its turns are bound as `label[index]`."""
    variables = _variables(step.part("for"))
    rows = _rows(step.part("in"), scope.environment)
    body = expansion.steps_of(step.part("do"), "`do`")
    first, turns, flow = expansion.builder.size, [], reads
    for index, row in enumerate(rows):
        expansion.spend(step.callee_span)
        values = _unpack(variables, row, index, _row_span(step.part("in"), index))
        environment = scope.environment.within(values | turn_values(index, len(rows)))
        name = f"{label}[{index}]"
        inside = scope.inside(name, "for", environment)
        before = expansion.builder.size
        with expansion.entering(name, step):
            flow = expansion.run(body, inside, flow)
            output = end(expansion.builder, flow, step.part("do").span, "the loop") if flow else None
        inner = inside.lexicon.names
        turns.append(Binding(output, step.line, before, expansion.builder.size, inside=inner))
    output = single(expansion.builder, flow, step) if flow else None
    return Binding(output, step.line, first, expansion.builder.size, turns=turns)


def expand_repeat(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a step with `repeat`; its turns are bound as `label[index]`."""
    assert step.repeat is not None
    count = scope.environment.whole_number(step.repeat, "repeat")
    first, turns, flow = expansion.builder.size, [], reads
    expansion.spend(step.callee_span, count)  # all at once: a turn too many need not wait for its turn
    for index in range(count):
        turn = scope.with_values(turn_values(index, count))
        turn.environment.channels = channels_of(expansion.builder, flow)
        binding = expansion.once(step, turn, f"{label}[{index}]", flow)
        if binding.output is None:
            raise SpecError(f"`{step.callee}` has several outputs and cannot repeat", step.callee_span)
        turns.append(binding)
        flow = (binding.output,)
    output = single(expansion.builder, flow, step) if flow else None
    return Binding(output, step.line, first, expansion.builder.size, turns=turns)


def turn_values(index: int, count: int) -> dict[str, Value]:
    """What a turn of a loop knows of itself."""
    return {"index": index, "first": index == 0, "last": index == count - 1}


def _variables(node: Node) -> list[str]:
    """The names of a loop's variables."""
    items = node.items if isinstance(node, SequenceNode) else [node]
    if not 0 < len(items) <= MOST_PARAMETERS:
        raise SpecError(f"a `for` has 1 to {MOST_PARAMETERS} variables, not {len(items)}", node.span)
    variables: list[str] = []
    for item in items:
        if not isinstance(item, Scalar):
            raise SpecError("a loop variable is a name", item.span)
        if item.text in variables:
            raise SpecError(f"two loop variables are named `{item.text}`", item.span)
        variables.append(check_name(item.text, item.span, "loop variable"))
    return variables


def _rows(node: Node, environment: Environment) -> list[Value]:
    rows = environment.evaluate(node)
    if not isinstance(rows, list):
        raise SpecError("`in` must be a list", node.span, hint="`range(n)` counts from 0 to n - 1")
    return rows


def _row_span(node: Node, index: int) -> Span:
    """Where row `index` stands: the row itself when the rows are written out."""
    return node.items[index].span if isinstance(node, SequenceNode) else node.span


def _unpack(variables: list[str], row: Value, index: int, span: Span) -> dict[str, Value]:
    """The values of a loop's variables in row `index`; a single variable takes the row whole."""
    if len(variables) == 1:
        return {variables[0]: row}
    if not isinstance(row, list) or len(row) != len(variables):
        count = len(row) if isinstance(row, list) else 1
        values = "1 value" if count == 1 else f"{count} values"
        message = f"row {index} holds {values} for {len(variables)} variables"
        raise SpecError(message, span, hint=f"each row holds {', '.join(variables)}")
    return dict(zip(variables, row, strict=True))
