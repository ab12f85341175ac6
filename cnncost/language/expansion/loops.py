"""Loops: a `for` runs its steps once for each row of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.document.signature import MOST_PARAMETERS, check_name
from cnncost.language.document.step_names import has_expressions
from cnncost.language.expansion.flow import end, single
from cnncost.language.expansion.scopes.names import Binding, Lexicon
from cnncost.language.yaml.nodes import Node, Scalar, SequenceNode

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.language.expressions.values import Value


def expand_for(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> Binding:
    """Expand a `for`; its turns are bound as `label[index]`."""
    variables = _variables(step.part("for"))
    rows = _rows(step.part("in"), scope.environment)
    body = expansion.prepared.steps(step.part("do"), "`do`")
    turns: list[Binding | None] = []
    first, flow = expansion.builder.size, reads
    if step.name is not None:  # its steps may read the turns before theirs
        scope.lexicon.names[label] = Binding(None, step.line, first, first, turns=turns, is_running=True)
    for index, row in enumerate(rows[: scope.turns_of(label, len(rows))]):
        expansion.spend(step.callee_span)
        values = _unpack(variables, row, index, _row_span(step.part("in"), index))
        environment = scope.environment.within(values | Turn(index, len(rows)).values())
        name = expansion.turn_name(step, scope, environment, label, index)
        inside = _inside(step, scope, name, environment)
        before, inner = expansion.builder.size, inside.lexicon.names
        turns.append(Binding(None, step.line, before, before, inside=inner, is_running=True))
        expansion.calls.enter(name, step)
        flow = expansion.run(body, inside, flow)
        output = end(expansion.builder, flow, step.part("do").span, "the loop") if flow else None
        expansion.calls.leave()
        size = expansion.builder.size
        turns[index] = turn = Binding(output, step.line, before, size, inside=inner, steps=inside.own_steps)
        if has_expressions(step.name):
            scope.bind(name, turn)
    output = single(expansion.builder, flow, step) if flow else None
    return Binding(output, step.line, first, expansion.builder.size, turns=turns)


def _inside(step: Step, scope: Scope, name: str, environment: Environment) -> Scope:
    """The scope of a turn: a container, except where a `sequence` numbers the steps of a loop without a name."""
    if scope.steps is None or step.name is not None:
        return scope.inside(name, "for", environment)
    inside = scope.seeing(environment)
    inside.lexicon = environment.lexicon = Lexicon(scope.lexicon)
    return inside


class Turn:
    """A turn of a loop."""

    __slots__ = ("number", "total")

    def __init__(self, number: int, total: int) -> None:
        self.number = number
        """Which, from 0."""
        self.total = total
        """How many there are."""

    def values(self) -> dict[str, Value]:
        """What expressions know of it."""
        return {"index": self.number, "first": self.number == 0, "last": self.number == self.total - 1}


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
