"""A step with `repeat` runs several times, one after the other, and what stands beside the `repeat` sees its turn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.document.step_names import has_expressions
from cnncost.language.expansion.flow import single, tensor_of
from cnncost.language.expansion.loops import Turn
from cnncost.language.expansion.scopes.environment import OF_THE_TENSOR
from cnncost.language.expansion.scopes.names import Binding
from cnncost.language.yaml.nodes import SequenceNode

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope

_CHANGES_BY_TURN = frozenset({"index", "first", "last", *OF_THE_TENSOR})
"""What an expression may read that is not the same in every turn."""

_TURN_WORD = re.compile(r"\b(index|first|last)\b")


def expand_repeat(expansion: Expansion, step: Step, scope: Scope, flow: Flow) -> Flow:
    """Expand a step with `repeat`; its turns are bound as `label[index]`. The flow after the last.

    Raises:
        SpecError: no number of turns, a `from` that depends on the turn, or a turn that is refused.
    """
    _refuse_turn_in_from(step)
    is_kept_by_turn = step.when is not None and scope.environment.reads_any(step.when, _CHANGES_BY_TURN)
    if not is_kept_by_turn:
        if not expansion.is_kept(step, scope, flow):
            return expansion.drop(step, scope, flow)
        step = step._replace(when=None)
    first, count = expansion.builder.size, _turn_count(expansion, step, scope, flow)
    label, turns, flow = _run(expansion, step, scope, flow, count)
    if not label:
        return expansion.drop(step, scope, flow)
    output = single(expansion.builder, flow, step) if flow else None
    if not _is_numbered(step, scope):
        scope.lexicon.names[label] = Binding(output, step.line, first, expansion.builder.size, turns=turns)
    return flow


def _is_numbered(step: Step, scope: Scope) -> bool:
    """Whether each turn is a step of the `sequence` around."""
    return scope.steps is not None and step.name is None


def _run(
    expansion: Expansion, step: Step, scope: Scope, flow: Flow, count: int
) -> tuple[str, list[Binding | None], Flow]:
    """Expand the turns, each of which reads the one before it, and the first that is kept what the step reads.

    What they are called, empty where none is kept; the turns; the flow after the last.
    """
    if count == 0:
        flow = expansion.reads(step, scope, flow)
        return "" if _is_numbered(step, scope) else expansion.label(step, scope), [], flow
    turns: list[Binding | None] = []
    label, first = "", expansion.builder.size
    for turn in (Turn(index, count) for index in range(count)):
        seen = scope.with_values(turn.values())
        seen.environment.tensor = tensor_of(expansion.builder, flow)
        if not expansion.is_kept(step, seen, flow):
            turns.append(None)
            continue
        flow = expansion.reads(step, seen, flow)
        if not label or _is_numbered(step, scope):
            label = expansion.label(step, scope)
        if step.name is not None:  # what stands beside the `repeat` may read the turns before
            scope.lexicon.names[label] = Binding(None, step.line, first, first, turns=turns, is_running=True)
        before = expansion.builder.size
        turns.append(Binding(None, step.line, before, before, is_running=True))
        if _is_numbered(step, scope):
            binding = turns[-1] = scope.bind(label, expansion.weighted(step, seen, label, flow, turn))
        else:
            name = expansion.turn_name(step, scope, seen.environment, label, turn.number)
            binding = turns[-1] = expansion.weighted(step, seen, name, flow, turn)
            if has_expressions(step.name):
                scope.bind(name, binding)
        if binding.output is None:
            raise SpecError(f"`{step.callee}` has several outputs and cannot repeat", step.callee_span)
        flow, step = (binding.output,), step if step.from_ is None else step._replace(from_=None)
        if len(turns) == scope.turns_of(label, count):
            break
    return label, turns, flow


def _turn_count(expansion: Expansion, step: Step, scope: Scope, flow: Flow) -> int:
    """How often a step repeats; all turns are spent at once: one too many need not wait for its turn."""
    assert step.repeat is not None
    scope.environment.tensor = tensor_of(expansion.builder, expansion.seen(step, scope, flow))
    count = scope.environment.whole_number(step.repeat, "repeat")
    expansion.spend(step.callee_span, count)
    return count


def _refuse_turn_in_from(step: Step) -> None:
    """Raise a SpecError for a `from` beside `repeat` that depends on the turn, since one turn alone reads it."""
    items = step.from_.items if isinstance(step.from_, SequenceNode) else [step.from_]
    for item in items:
        word = _TURN_WORD.search(getattr(item, "text", ""))
        if word and item is not None:
            message = f"`{word[0]}` beside `repeat` is of its turns, and only the first of them reads `from`"
            hint = "the turn of a loop around is its variable's: `for: i`, `in: range(n)`, and here `i`"
            raise SpecError(message, item.span, hint=hint)
