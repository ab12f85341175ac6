"""The tree of a YAML text: scalars, sequences and mappings, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.yaml.scalars import resolve

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.language.yaml.scalars import PlainValue

_UNRESOLVED = object()


class Scalar:
    """A text without inner structure; `quoted` ones are strings whatever they look like."""

    __slots__ = ("_value", "quoted", "span", "text")

    def __init__(self, text: str, quoted: bool, span: Span) -> None:
        self.text = text
        self.quoted = quoted
        self.span = span
        self._value: object = text if quoted else _UNRESOLVED

    @property
    def value(self) -> PlainValue:
        """What the text stands for in YAML 1.2; raises SpecError for a number that is too large."""
        if self._value is _UNRESOLVED:
            try:
                self._value = resolve(self.text)
            except OverflowError:
                raise SpecError("the number is too large; integers go up to 10**30", self.span) from None
        return self._value  # type: ignore[return-value]


class SequenceNode:
    """A list of nodes."""

    __slots__ = ("items", "span")

    def __init__(self, items: list[Node], span: Span) -> None:
        self.items = items
        self.span = span


class MappingNode:
    """Pairs of key and node in the order of the text; keys are scalars and unlike."""

    __slots__ = ("_by_name", "span")

    def __init__(self, by_name: dict[str, tuple[Scalar, Node]], span: Span) -> None:
        self._by_name = by_name
        self.span = span

    @property
    def entries(self) -> list[tuple[Scalar, Node]]:
        """The pairs, in order."""
        return list(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> Node | None:
        """What stands under the key `name`."""
        entry = self._by_name.get(name)
        return entry and entry[1]

    def key(self, name: str) -> Scalar:
        """The key `name` itself, which has the span to point at; raises KeyError."""
        return self._by_name[name][0]


Node = Scalar | SequenceNode | MappingNode
