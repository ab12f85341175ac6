"""References: how `down[level].skip` finds the output of a step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

from cnncost.errors import Span, SpecError, did_you_mean
from cnncost.language.expansion.scopes.names import Binding, Lexicon, binding_of
from cnncost.language.expressions.values import Callee, Value
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.yaml.nodes import Node


_LONGEST_REFERENCE = 500


class _Part(NamedTuple):
    """A piece of a reference."""

    kind: str
    """`name` of `.name`, `index` of `[expression]`, `all` of `[*]`."""
    text: str
    """What stands behind the dot or between the brackets."""
    start: int
    """Its first character in the reference."""
    end: int
    """The character behind its last."""


_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Own:
    """A step that looks for the owner of its weights, which may be itself in a turn of a loop."""

    __slots__ = ("binding", "label", "names")

    def __init__(self, label: str, names: dict[str, Binding], binding: Binding) -> None:
        self.label = label
        """What it is called."""
        self.names = names
        """The names of its sequence, where it is not yet among them."""
        self.binding = binding
        """What it made."""


def resolve(
    text: str, span: Span, lexicon: Lexicon, environment: Environment, *, own: Own | None = None
) -> list[Binding]:
    """The bindings that a reference names; several where it says `[*]`.

    Args:
        text: the reference.
        span: where it stands.
        lexicon: the names that it sees.
        environment: what its indices see, and the variables that stand for outputs.
        own: the step, where it is looked for whose weights that uses: it sees the branches beside its own, too.

    Raises:
        SpecError: an unknown or dropped name, or an index that does not fit.
    """
    parts = _parse(text, span)
    whole, known = _longest_name(text, parts, lexicon)
    found = [known or _head(parts[0], span, lexicon, environment, own)]
    for part in parts[whole:]:
        here, owner = span.part(part.start, part.end), text[: part.start - 1]
        if part.kind == "name":
            found = _inside(found, part.text, owner, here, own)
        elif part.kind == "all":
            found = [turn for binding in found for turn in _turns(binding, owner, here) if _is_finished(turn)]
        else:
            index = environment.evaluate_text(part.text, here)
            found = [_turn(binding, index, owner, here) for binding in found]
    return found


def head_of(text: str, span: Span, environment: Environment) -> tuple[str, int | None]:
    """The first name of a reference, and its index where one number stands behind it.

    Raises:
        SpecError: it is no reference, or the index has no value.
    """
    name, *behind = _parse(text, span)
    if not behind or behind[0].kind != "index":
        return name.text, None
    index = environment.evaluate_text(behind[0].text, span.part(behind[0].start, behind[0].end))
    return name.text, index if isinstance(index, int) and not isinstance(index, bool) else None


def _longest_name(text: str, parts: list[_Part], lexicon: Lexicon) -> tuple[int, Binding | None]:
    """The step that is called by several of the parts, `down[0].conv`, and by how many; 1 and nothing where none is."""
    for count in range(len(parts), 1, -1):
        end = parts[count - 1].end + (parts[count - 1].kind != "name")
        known = lexicon.find(text[:end])
        if known is not None:
            return count, known
    return 1, None


def _head(part: _Part, span: Span, lexicon: Lexicon, environment: Environment, own: Own | None) -> Binding:
    """What the first name of a reference stands for."""
    variable = binding_of(environment.values.get(part.text))
    binding = variable or lexicon.find(part.text)
    if binding is None and own is not None:
        binding = lexicon.find_beside(part.text)
    if binding is None:
        here = span.part(part.start, part.end)
        if part.text in environment.values:
            raise _no_output(part.text, environment.values[part.text], here)
        raise _unknown(part.text, here, lexicon, shares=own is not None)
    return binding


def _no_output(name: str, value: Value, span: Span) -> SpecError:
    """The error for a variable that a reference cannot read."""
    what = value.describe() if isinstance(value, Callee) else None
    hint = what and f"{what}: a step that a variable stands for needs a name that no layer and no block has"
    return SpecError(f"`{name}` is a variable that stands for no output", span, hint=hint)


def _is_finished(turn: Binding | None) -> TypeGuard[Binding]:
    return turn is not None and not turn.is_running


def outputs_of(binding: Binding, node: Node) -> list[int]:
    """The node that a reference's binding reads; raises SpecError for one that has several outputs."""
    text = getattr(node, "text", "")
    if binding.is_running:
        raise _unfinished(text, node.span)
    if binding.output is None:
        hint = f"choose one, {_one_of(binding, text)}, or take all, `{text}[*]`"
        raise SpecError(f"`{text}` has {len(binding.turns or ())} outputs", node.span, hint=hint)
    return [binding.output]


def _one_of(binding: Binding, text: str) -> str:
    """How one of several outputs is read: by its name where they are a network's, or else by its number."""
    nodes = {turn.output for turn in binding.kept_turns}
    named = [f"`{text}.{name}`" for name, inner in (binding.inside or {}).items() if inner.output in nodes]
    return " or ".join(named[:4]) or f"`{text}[0]`"


def _parse(text: str, span: Span) -> list[_Part]:
    if len(text) > _LONGEST_REFERENCE:
        raise SpecError(f"a reference of more than {_LONGEST_REFERENCE} characters", span)
    if _IDENTIFIER.fullmatch(text):
        return [_Part("name", text, 0, len(text))]
    parts: list[_Part] = []
    position = 0
    while position < len(text):
        character = text[position]
        expects_name = not parts or character == "."
        start = position + (1 if character == "." and parts else 0)
        identifier = _IDENTIFIER.match(text, start) if expects_name else None
        if identifier is not None:
            parts.append(_Part("name", identifier[0], start, identifier.end()))
            position = identifier.end()
        elif character == "[" and parts:
            end = _closing(text, position, span)
            inner = text[position + 1 : end]
            kind = "all" if inner.strip() == "*" else "index"
            parts.append(_Part(kind, inner, position + 1, end))
            position = end + 1
        else:
            hint = "a reference is a name, with `[index]` or `[*]` for turns of a loop and `.name` for steps inside"
            raise SpecError(f"`{text[:60]}` is not a valid reference", span.part(position, position + 1), hint=hint)
    if not parts:
        raise SpecError("an empty reference", span)
    return parts


def _closing(text: str, opening: int, span: Span) -> int:
    depth = 0
    for position in range(opening, len(text)):
        depth += (text[position] == "[") - (text[position] == "]")
        if depth == 0:
            return position
    raise SpecError("`[` is never closed", span.part(opening, opening + 1))


def _unknown(name: str, span: Span, lexicon: Lexicon, *, shares: bool) -> SpecError:
    later = lexicon.comes_later(name)
    if later is not None:
        hint = "a step reads earlier ones only: references cannot run in a circle"
        return SpecError(f"`{name}` is defined later, on line {later}", span, hint=hint)
    if lexicon.was_dropped(name):
        return SpecError(f"`{name}` was dropped by its `when`", span)
    known = sorted(set(lexicon.visible()))
    close = did_you_mean(name, known)
    hint = f"the names here are {_listed(known)}"
    if lexicon.of_block:
        hint = "a block sees the steps inside it, none of its caller's"
        hint += "; `share` beside the block's call is of all its weights" if shares else ""
    return SpecError(f"no step is named `{name}`{close}", span, hint=None if close else hint)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def _inside(found: list[Binding], name: str, owner: str, span: Span, own: Own | None) -> list[Binding]:
    """The step `name` within each binding; those turns in which a `when` dropped it are passed over."""
    if any(binding.is_running and binding.turns is not None for binding in found):
        raise _unfinished(owner, span)
    if own is not None and name == own.label and [binding.inside for binding in found] == [own.names]:
        return [own.names.get(name, own.binding)]
    inner = [_with_steps(binding) for binding in found]
    steps = [binding.inside[name] for binding in inner if binding.inside and name in binding.inside]
    if not steps:
        known = [step for binding in inner for step in binding.inside or ()]
        close = did_you_mean(name, known)
        hint = None if close or not known else f"its steps are {_listed(known)}"
        raise SpecError(f"`{owner}` has no step named `{name}`{close}", span, hint=hint)
    return steps


def _with_steps(binding: Binding) -> Binding:
    """What has the steps that a name behind the binding's is of: of a loop, its last turn."""
    return binding if binding.inside is not None or not binding.kept_turns else binding.kept_turns[-1]


def _turns(binding: Binding, owner: str, span: Span) -> list[Binding | None]:
    turns = binding.steps if binding.turns is None else binding.turns
    if turns is None:
        hint = "the turns of a loop or a `repeat` can be, the steps of a `sequence`, and the pieces of a `split`"
        raise SpecError(f"`{owner}` cannot be indexed", span, hint=hint)
    return turns


def _unfinished(owner: str, span: Span) -> SpecError:
    """The error for a loop that is read from within as if it were at its end."""
    name = owner.partition("[")[0]
    hint = f"`{name}[index - 1]` is the turn before, and `{name}[*]` are those so far"
    return SpecError(f"`{owner}` has not come to its end here", span, hint=hint)


def _turn(binding: Binding, index: object, owner: str, span: Span) -> Binding:
    turns = _turns(binding, owner, span)
    if not isinstance(index, int) or isinstance(index, bool):
        raise SpecError("an index must be a whole number", span)
    if binding.is_running and index < 0:
        hint = "`when: not first` leaves a step out of the first turn"
        raise SpecError(f"`{owner}` has no turn before its first", span, hint=hint)
    if binding.is_running and index >= len(turns):
        raise _unfinished(f"{owner}[{index}]", span)
    if not -len(turns) <= index < len(turns):
        known = f"`{owner}[0]` is the first and `{owner}[{len(turns) - 1}]` the last" if turns else "there is none"
        raise SpecError(f"index {index} is out of range: {known}", span)
    turn = turns[index]
    if turn is None and binding.is_running and binding.steps is not None:
        raise _unfinished(f"{owner}[{index}]", span)
    if turn is None:
        raise SpecError(f"`{owner}[{index}]` was dropped by its `when`", span)
    return turn
