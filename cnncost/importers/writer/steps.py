"""Steps of a spec that is being written: what the language says, before it is text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Expression(NamedTuple):
    """A value that is computed: the name of a parameter, or what is made of it."""

    text: str
    """As the spec has it."""


class Choice(NamedTuple):
    """A value that is another one in the first turn of a `repeat`."""

    first: Any
    """In the first turn."""
    rest: Any
    """In every other."""


class Activation(NamedTuple):
    """An activation as a value, which a parameter of a block may be."""

    keyword: str
    """The layer type."""
    arguments: tuple[tuple[str, Any], ...]
    """Its fields."""


@dataclass(slots=True, eq=False)
class Step:
    """One step, with the steps within it."""

    callee: str
    """The layer or block that it calls; ``sequence``, ``for`` or ``residual`` for those three."""
    label: str | None = None
    """What it is called where it stands; ``None`` for the next number of a sequence."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """All fields of a layer, all parameters of a block."""
    reads: list[str] | None = None
    """References, where it does not read the step before."""
    body: list[Step] | None = None
    """The steps of a `sequence`, a `for`, a `residual`, or of a block that has not been recognised yet."""
    branches: list[list[Step]] | None = None
    """The branches of a join, or the shortcut of a residual."""
    repeat: Any = 1
    """How many times it runs."""
    is_repeated: bool = False
    """Whether that is said, even of a step that runs once: its turns have numbers."""
    when: str | None = None
    """The condition under which it runs."""
    share: str | None = None
    """The step whose weights it uses."""
    is_frozen: bool = False
    """Whether its weights are not trained."""
    variables: tuple[str, ...] = ()
    """Of a `for`."""
    rows: Any = None
    """What a `for` runs over: a list, or how many turns there are."""
    is_counted: bool = False
    """Whether that is how many."""
    kind: str = ""
    """What a container is called that may become a block."""
    name: str = ""
    """The whole name of a container."""
    is_block: bool = False
    """Whether it is one: its steps see its input, and nothing else around."""
    is_absent: bool = False
    """Whether it stands in for a step that this instance of a block does not have."""
    presence: tuple[bool | None, ...] = ()
    """Which instances of a block have it, where some do not; ``None`` for those without what it lies in."""
    flow: tuple[int, ...] = ()
    """The nodes that it reads."""
    ends: tuple[int, ...] = ()
    """The nodes that the step after it reads."""
    made: range = range(0)
    """The nodes that it makes."""
    channels: int = 0
    """Channels of what it reads; 0 where that is not one output, or another one in every turn."""
    channels_out: int = 0
    """Channels of what it puts out."""

    @property
    def inner(self) -> list[list[Step]]:
        """The sequences of steps within it."""
        return ([] if self.body is None else [self.body]) + (self.branches or [])

    @property
    def is_transparent(self) -> bool:
        """Whether it is a sequence that numbers the steps of the block around it."""
        return self.callee == "sequence" and self.label == ""

    @property
    def has_loops_name(self) -> bool:
        """Whether it is called as a `for` without a name is, which nothing else may be."""
        return re.fullmatch(r"for(_\d+)?", self.label or "") is not None


def walk(steps: list[Step]) -> Iterator[Step]:
    """Every step and those within it, outermost first."""
    for step in steps:
        yield step
        for inner in step.inner:
            yield from walk(inner)


def copied(steps: list[Step]) -> list[Step]:
    """The same steps as others, whose values can be replaced."""
    return [_copy(step) for step in steps]


def _copy(step: Step) -> Step:
    values = {name: getattr(step, name) for name in Step.__slots__}
    values["arguments"] = dict(step.arguments)
    values["body"] = None if step.body is None else copied(step.body)
    values["branches"] = None if step.branches is None else [copied(branch) for branch in step.branches]
    return Step(**values)
