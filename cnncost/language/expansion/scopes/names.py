"""Names of outputs: what each stands for, and which of them a step sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.language.expressions.values import Opaque, Value

if TYPE_CHECKING:
    from collections.abc import Iterator


class Binding:
    """What a name stands for: an output, the names inside a block, the turns of a loop, the pieces of a split."""

    __slots__ = ("end", "first", "inside", "is_around", "is_running", "line", "output", "steps", "turns")

    def __init__(
        self,
        output: int | None,
        line: int,
        first: int,
        end: int,
        *,
        inside: dict[str, Binding] | None = None,
        turns: list[Binding | None] | None = None,
        steps: list[Binding | None] | None = None,
        is_running: bool = False,
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
        self.steps = steps
        """The steps that a `sequence` numbers, ``None`` for those that have not come to their end."""
        self.is_around = False
        """Whether it is only what lies around `down[0]`, so that a step may still be called `down`."""
        self.is_running = is_running
        """Whether it is a loop, a turn of one or a sequence that is being expanded: what came so far can be read."""

    @property
    def outputs(self) -> tuple[int, ...]:
        """The nodes that the next step reads: the output, or every piece of a split."""
        if self.output is not None:
            return (self.output,)
        return tuple(turn.output for turn in self.kept_turns if turn.output is not None)

    @property
    def kept_turns(self) -> list[Binding]:
        """The turns that no `when` dropped, and that have come to their end."""
        return [turn for turn in self.turns or () if turn is not None and not turn.is_running]


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
        self.beside: dict[str, Binding] = {}
        """The names of the branches before this one of the same join; of the same names, the first."""

    def find(self, name: str) -> Binding | None:
        """The innermost binding of `name`."""
        lexicon: Lexicon | None = self
        while lexicon is not None:
            if name in lexicon.names:
                return lexicon.names[name]
            lexicon = lexicon.parent
        return None

    def find_beside(self, name: str) -> Binding | None:
        """The binding of `name` in a branch beside the one that this is in, the innermost join first."""
        lexicon: Lexicon | None = self
        while lexicon is not None:
            if name in lexicon.beside:
                return lexicon.beside[name]
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


class OutputValue(Opaque):
    """An output as a value: what a loop runs over in `in: [p3, p4]`, and `from` reads by the loop's variable."""

    __slots__ = ("binding", "name")

    def __init__(self, name: str, binding: Binding) -> None:
        self.name = name
        self.binding = binding

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OutputValue) and self.binding is other.binding

    def __hash__(self) -> int:
        return hash(id(self.binding))

    def __repr__(self) -> str:
        return self.name

    def describe(self) -> str:
        return f"`{self.name}` is an output to read with `from`"


def binding_of(value: Value) -> Binding | None:
    """What a variable stands for in a reference: an output, or a list of them as the turns of a loop; or nothing."""
    if isinstance(value, OutputValue):
        return value.binding
    if type(value) is not list or not value or not all(isinstance(item, OutputValue) for item in value):
        return None
    bindings = [item.binding for item in value]
    return Binding(None, bindings[0].line, 0, 0, turns=bindings)
