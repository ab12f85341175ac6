"""Names of outputs: what a step is called, and how a reference such as `down[level].skip` finds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cnncost.errors import Span, SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncost.language.yaml.nodes import Node


LONGEST_REFERENCE = 500


class Binding:
    """What a name stands for: an output, the names inside a block, the turns of a loop, the pieces of a split."""

    __slots__ = ("end", "first", "inside", "line", "output", "turns")

    def __init__(
        self,
        output: int | None,
        line: int,
        first: int,
        end: int,
        *,
        inside: dict[str, Binding] | None = None,
        turns: list[Binding | None] | None = None,
    ) -> None:
        self.output = output
        """The node that the name reads; ``None`` for pieces, of which one must be chosen."""
        self.line = line
        """The line that defines it."""
        self.first = first
        """The first node that the step made, for `share` and `trainable`..."""
        self.end = end
        """... and the one behind its last."""
        self.inside = inside
        """The names of the steps within."""
        self.turns = turns
        """One binding for each turn of a loop, ``None`` where a `when` dropped it; or for each piece of a split."""

    @property
    def outputs(self) -> tuple[int, ...]:
        """The nodes that the next step reads: the output, or every piece of a split."""
        if self.output is not None:
            return (self.output,)
        return tuple(turn.output for turn in self.kept_turns if turn.output is not None)

    @property
    def kept_turns(self) -> list[Binding]:
        """The turns that no `when` dropped."""
        return [turn for turn in self.turns or () if turn is not None]


class Lexicon:
    """The names that a step sees: those of its own sequence, then those around it.

    A name that a false `when` dropped is remembered, so that reading it can be explained.
    """

    def __init__(self, parent: Lexicon | None = None, *, of_block: bool = False) -> None:
        self.parent = parent
        self.of_block: bool = of_block if parent is None else parent.of_block
        self.names: dict[str, Binding] = {}
        self.dropped: dict[str, int] = {}
        self.later: dict[str, int] = {}
        """Names that steps further down give, with their lines."""

    def find(self, name: str) -> Binding | None:
        """The innermost binding of `name`."""
        lexicon: Lexicon | None = self
        while lexicon is not None:
            if name in lexicon.names:
                return lexicon.names[name]
            lexicon = lexicon.parent
        return None

    def visible(self) -> Iterator[str]:
        """Every name that can be read here."""
        lexicon: Lexicon | None = self
        while lexicon is not None:
            yield from lexicon.names
            lexicon = lexicon.parent

    def was_dropped(self, name: str) -> bool:
        """Whether a `when` dropped the step of that name."""
        lexicon: Lexicon | None = self
        while lexicon is not None and name not in lexicon.names:
            if name in lexicon.dropped:
                return True
            lexicon = lexicon.parent
        return False

    def comes_later(self, name: str) -> int | None:
        """The line of a later step of that name."""
        lexicon: Lexicon | None = self
        while lexicon is not None:
            if name in lexicon.later:
                return lexicon.later[name]
            lexicon = lexicon.parent
        return None


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


def resolve(text: str, span: Span, lexicon: Lexicon, evaluate: Callable[[str, Span], object]) -> list[Binding]:
    """The bindings that a reference names; several where it says `[*]`.

    `evaluate` gives the value of an index expression.

    Raises:
        SpecError: an unknown or dropped name, or an index that does not fit.
    """
    parts = _parse(text, span)
    head = parts[0]
    binding = lexicon.find(head.text)
    if binding is None:
        raise _unknown(head.text, span.part(head.start, head.end), lexicon)
    found = [binding]
    for part in parts[1:]:
        here, owner = span.part(part.start, part.end), text[: part.start - 1]
        if part.kind == "name":
            found = _inside(found, part.text, owner, here)
        elif part.kind == "all":
            found = [turn for binding in found for turn in _turns(binding, owner, here) if turn is not None]
        else:
            found = [_turn(binding, evaluate(part.text, here), owner, here) for binding in found]
    return found


def outputs_of(binding: Binding, node: Node) -> list[int]:
    """The node that a reference's binding reads; raises SpecError for one that has several outputs."""
    if binding.output is None:
        text = getattr(node, "text", "")
        hint = f"choose one, `{text}[0]`, or take all, `{text}[*]`"
        raise SpecError(f"`{text}` has {len(binding.turns or ())} outputs", node.span, hint=hint)
    return [binding.output]


def _parse(text: str, span: Span) -> list[_Part]:
    if len(text) > LONGEST_REFERENCE:
        raise SpecError(f"a reference of more than {LONGEST_REFERENCE} characters", span)
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


def _unknown(name: str, span: Span, lexicon: Lexicon) -> SpecError:
    later = lexicon.comes_later(name)
    if later is not None:
        hint = "a step reads earlier ones only: references cannot run in a circle"
        return SpecError(f"`{name}` is defined later, on line {later}", span, hint=hint)
    if lexicon.was_dropped(name):
        return SpecError(f"`{name}` was dropped by its `when`", span)
    known = sorted(set(lexicon.visible()))
    close = did_you_mean(name, known)
    hint = f"the names here are {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}"
    if lexicon.of_block:
        hint = "a block sees the steps inside it, none of its caller's"
    return SpecError(f"no step is named `{name}`{close}", span, hint=None if close else hint)


def _inside(found: list[Binding], name: str, owner: str, span: Span) -> list[Binding]:
    """The step `name` within each binding; those turns in which a `when` dropped it are passed over."""
    inner = [binding.kept_turns[-1] if binding.kept_turns else binding for binding in found]
    steps = [binding.inside[name] for binding in inner if binding.inside and name in binding.inside]
    if not steps:
        known = [step for binding in inner for step in binding.inside or ()]
        raise SpecError(f"`{owner}` has no step named `{name}`{did_you_mean(name, known)}", span)
    return steps


def _turns(binding: Binding, owner: str, span: Span) -> list[Binding | None]:
    if binding.turns is None:
        hint = "the turns of a loop or a `repeat` can be, and the pieces of a `split`"
        raise SpecError(f"`{owner}` cannot be indexed", span, hint=hint)
    return binding.turns


def _turn(binding: Binding, index: object, owner: str, span: Span) -> Binding:
    turns = _turns(binding, owner, span)
    if not isinstance(index, int) or isinstance(index, bool):
        raise SpecError("an index must be a whole number", span)
    if not -len(turns) <= index < len(turns):
        known = f"`{owner}[0]` is the first and `{owner}[{len(turns) - 1}]` the last" if turns else "there is none"
        raise SpecError(f"index {index} is out of range: {known}", span)
    turn = turns[index]
    if turn is None:
        raise SpecError(f"`{owner}[{index}]` was dropped by its `when`", span)
    return turn
