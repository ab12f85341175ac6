"""Where steps stand: what their expressions see, which names they read, and the path of their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.graph import Container
from cnncost.language.expansion.names import Lexicon

if TYPE_CHECKING:
    from cnncost.language.expansion.environment import Environment
    from cnncost.language.expressions.values import Value

Flow = tuple[int, ...]
"""The nodes that the next step reads unless it says `from`: one as a rule, several after a `split`, none at the start
of a network with several inputs."""


class Scope:
    """One sequence of steps.

    Attributes:
        environment: what expressions see. lexicon: the names that references find.
        prefix: what the names of nodes start with. scopes: the containers around, outermost first.
        taken: names of containers that stand here beside the steps.
    """

    __slots__ = ("_numbers", "environment", "lexicon", "prefix", "scopes", "taken")

    def __init__(
        self, environment: Environment, lexicon: Lexicon, prefix: str = "", scopes: tuple[Container, ...] = ()
    ) -> None:
        self.environment = environment
        self.lexicon = lexicon
        self.prefix = prefix
        self.scopes = scopes
        self.taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def inside(self, name: str, kind: str, environment: Environment, lexicon: Lexicon | None = None) -> Scope:
        """The place inside the container `name`; its lexicon sees the names here unless it is given one of its own."""
        scopes = (*self.scopes, Container(name, kind))
        return Scope(environment, lexicon or Lexicon(self.lexicon), f"{self.prefix}{name}.", scopes)

    def with_values(self, values: dict[str, Value]) -> Scope:
        """The same place with more values to see: a turn of a `repeat`."""
        return self.seeing(self.environment.within(values))

    def seeing(self, environment: Environment) -> Scope:
        """The same place with other values to see."""
        return Scope(environment, self.lexicon, self.prefix, self.scopes)

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
