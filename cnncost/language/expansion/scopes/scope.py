"""The scope of a sequence of steps: what its expressions see, the names it may read, and the containers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import Container
from cnncost.language.expansion.scopes.names import Lexicon

if TYPE_CHECKING:
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expressions.values import Value


class Scope:
    """Where one sequence of steps stands."""

    __slots__ = ("_numbers", "containers", "environment", "lexicon", "prefix", "taken")

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
        self._numbers: dict[str, int] = {}

    def inside(self, name: str, kind: str, environment: Environment, lexicon: Lexicon | None = None) -> Scope:
        """The scope inside the container `name`; its lexicon sees the names here unless it is given one of its own."""
        containers = (*self.containers, Container(name, kind))
        environment.lexicon = lexicon = lexicon or Lexicon(self.lexicon)
        return Scope(environment, lexicon, f"{self.prefix}{name}.", containers)

    def with_values(self, values: dict[str, Value]) -> Scope:
        """The same scope with more values to see: a turn of a `repeat`."""
        return self.seeing(self.environment.within(values))

    def seeing(self, environment: Environment) -> Scope:
        """The same scope with other values to see."""
        return Scope(environment, self.lexicon, self.prefix, self.containers)

    def numbered(self, kind: str) -> str:
        """A name for an unnamed step: its kind, numbered from the second on."""
        number = self._numbers.get(kind, 0)
        name = ""
        while not name or self.is_taken(name) or name in self.lexicon.later:
            number += 1
            name = kind if number == 1 else f"{kind}_{number}"
        self._numbers[kind] = number
        return name

    def is_taken(self, name: str) -> bool:
        """Whether a step or a container here is called that."""
        return name in self.lexicon.names or name in self.taken
