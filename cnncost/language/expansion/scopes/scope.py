"""The scope of a sequence of steps: what its expressions see, the names it may read, and the containers around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.graph.graph import Container
from cnncost.graph.names import last_segment, segments
from cnncost.language.expansion.scopes.names import Binding, Lexicon

if TYPE_CHECKING:
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expressions.values import Value


class Scope:
    """Where one sequence of steps stands."""

    __slots__ = (
        "_numbers",
        "containers",
        "environment",
        "last_step",
        "last_turn",
        "lexicon",
        "own_steps",
        "prefix",
        "steps",
        "taken",
    )

    def __init__(
        self, environment: Environment, lexicon: Lexicon, prefix: str = "", containers: tuple[Container, ...] = ()
    ) -> None:
        self.environment = environment
        """What expressions see."""
        self.lexicon = lexicon
        """The names that references find."""
        self.prefix = prefix
        """What the names of nodes start with."""
        self.containers = containers
        """The containers around, outermost first."""
        self.taken: set[str] = set()
        """Names of containers that stand here beside the steps."""
        self.steps: list[Binding | None] | None = None
        """The steps so far that are numbered, where those without a name are."""
        self.own_steps: list[Binding | None] | None = None
        """Those that a `sequence` without a name numbers for the block."""
        self.last_step: str | None = None
        """The step after which the sequence ends early..."""
        self.last_turn: int | None = None
        """... and where that is a loop, the turn after which."""
        self._numbers: dict[str, int] = {}

    @property
    def is_network(self) -> bool:
        """Whether it is that of a network's own steps, and of no block, loop or branch in it."""
        return self.lexicon.parent is None and not self.lexicon.of_block

    @property
    def is_at_end(self) -> bool:
        """Whether the step is there after which the sequence ends early."""
        return self.last_step is not None and self.last_step in self.lexicon.names

    def turns_of(self, label: str, count: int) -> int:
        """How many of the `count` turns of a loop run."""
        if label != self.last_step or self.last_turn is None or not -count <= self.last_turn < count:
            return count
        return self.last_turn % count + 1

    def inside(self, name: str, kind: str, environment: Environment, lexicon: Lexicon | None = None) -> Scope:
        """The scope inside the container `name`; its lexicon sees the names here unless it is given one of its own."""
        placed, around = self.placed(name)
        environment.lexicon = lexicon = lexicon or Lexicon(self.lexicon)
        return Scope(environment, lexicon, f"{placed}.", (*around, Container(last_segment(placed), kind)))

    def placed(self, label: str) -> tuple[str, tuple[Container, ...]]:
        """The whole name of what is called `label` here, and the containers around it.

        A number belongs to the name in front of it: what `features` numbers is called `features[0]`, and lies in no
        container `features`. It is a part of its own behind another number, `features[0][1]`.
        """
        if not label.startswith("["):
            around = self.containers
            if "." in label or "][" in label:
                around = (*around, *[Container(part, "sequence") for part in segments(label)[:-1]])
            return self.prefix + label, around
        around = self.containers if self.prefix.endswith("].") else self.containers[:-1]
        return self.prefix[:-1] + label, around

    def with_values(self, values: dict[str, Value]) -> Scope:
        """The same scope with more values to see: a turn of a `repeat`."""
        return self.seeing(self.environment.within(values))

    def seeing(self, environment: Environment) -> Scope:
        """The same scope with other values to see."""
        scope = Scope(environment, self.lexicon, self.prefix, self.containers)
        scope.steps = self.steps
        return scope

    def bind(self, label: str, binding: Binding) -> Binding:
        """Let `label` stand for `binding`, as a part of other names where it is one: `down[0].conv`, or `[0]` here."""
        names = self.lexicon.names
        around = names.get(label)
        if around is not None and around.is_around:
            binding.inside = (around.inside or {}) | (binding.inside or {})
            binding.steps = binding.steps or around.steps
        names[label] = binding
        if label.startswith("["):
            assert self.steps is not None
            number = int(label[1:-1])
            self.steps += [None] * (number + 1 - len(self.steps))
            self.steps[number] = binding
        elif "[" in label or "." in label:
            _bind_within(names, label, binding)
        return binding

    def numbered(self, kind: str, *, is_transparent: bool = False) -> str:
        """A name for an unnamed step: its kind, numbered from the second on; its number alone in a `sequence`.

        Args:
            kind: what the step calls.
            is_transparent: whether a `sequence` numbers the steps within it rather than the step.
        """
        if self.steps is not None and not is_transparent:
            self.steps.append(None)
            return f"[{len(self.steps) - 1}]"
        number = self._numbers.get(kind, 0)
        name = ""
        while not name or self.is_taken(name) or name in self.lexicon.later:
            number += 1
            name = kind if number == 1 else f"{kind}_{number}"
        self._numbers[kind] = number
        return name

    def is_taken(self, name: str) -> bool:
        """Whether a step or a container here is called that."""
        known = self.lexicon.names.get(name)
        return (known is not None and not known.is_around) or name in self.taken


def _bind_within(names: dict[str, Binding], label: str, binding: Binding) -> None:
    """Let a label of several parts stand for `binding` in the names that lie around it, which are made as they come."""
    *around, last = re.findall(r"[^.\[\]]+", label)
    owner = names.setdefault(around[0], _around(binding))
    for part in around[1:]:
        owner = _step_within(owner, part, _around(binding))
    _step_within(owner, last, binding)


def _around(binding: Binding) -> Binding:
    """What lies around a step, and is read as the first that lies in it."""
    made = Binding(binding.output, binding.line, binding.first, binding.end)
    made.is_around = True
    return made


def _step_within(owner: Binding, part: str, binding: Binding) -> Binding:
    """What `part` stands for in `owner`: what it did so far, or `binding` from now on."""
    if not part.isdecimal():
        owner.inside = {} if owner.inside is None else owner.inside
        return owner.inside.setdefault(part, binding)
    owner.steps = owner.steps or []
    number = int(part)
    owner.steps += [None] * (number + 1 - len(owner.steps))
    known = owner.steps[number]
    if known is None:
        known = owner.steps[number] = binding
    return known
