"""What steps read, and whose weights they use, as references of the language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.graph.names import joined
from cnncost.graph.weights import has_weights
from cnncost.importers.writer.steps import Expression, walk
from cnncost.layers import REGISTRY
from cnncost.layers.base.choices import Reference

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.importers.writer.steps import Step


class UnwritableError(Exception):
    """The language has no words for a part of a graph, spelt in this way."""


class ShadowedError(UnwritableError):
    """A step in a container reads what is called outside as something inside is."""

    def __init__(self, container: str) -> None:
        super().__init__(container)
        self.container = container


class References:
    """Says what every step reads.

    Args:
        graph: the graph.
        steps: those of the network.
    """

    def __init__(self, graph: Graph, steps: list[Step]) -> None:
        self.graph = graph
        self.steps = steps
        self._ways: dict[int, list[Step]] = {}
        self._find(steps, [])

    def say(self) -> None:
        """Give every step its `reads`, `share` and `is_frozen`; raises UnwritableError."""
        start = self.graph.inputs if len(self.graph.inputs) == 1 else ()
        self._read(self.steps, [], tuple(start))
        self._weigh(self.steps, [])

    def to(self, node: int, around: list[Step]) -> str:
        """The reference to a node from within the steps `around`, outermost first; raises UnwritableError."""
        way = self._ways.get(node, [])
        shared = 0
        while shared < min(len(way), len(around)) and way[shared] is around[shared]:
            shared += 1
        block = next((step for step in reversed(around[shared:]) if step.is_block), None)
        if block is not None:
            if block.flow == (node,):
                return "input"
            raise UnwritableError(f"`{self.graph.nodes[node].name}` is read from within the block `{block.label}`")
        text = self._text(node, way, shared) if way else self.graph.nodes[node].name
        self._refuse_shadowed(text, around[shared:])
        return text

    def _refuse_shadowed(self, text: str, around: list[Step]) -> None:
        """Raise ShadowedError where a name means something else within one of the steps around."""
        head = re.split(r"[.\[]", text)[0]
        for step in around:
            labels = [other.label or "" for inner in step.inner for other in inner]
            if any(re.split(r"[.\[]", label)[0] == head for label in labels):
                raise ShadowedError(step.name)

    def _find(self, steps: list[Step], around: list[Step]) -> None:
        for step in steps:
            way = [*around, step]
            for inner in step.inner:
                self._find(inner, way)
            for node in step.ends:
                known = self._ways.get(node)
                if known is None or len(known) < len(way):
                    self._ways[node] = way

    def _text(self, node: int, way: list[Step], shared: int) -> str:
        """The way to a node from the first step that is not around the reader, as far as it is needed."""
        start = shared
        while start > 0 and (way[start].label or "").startswith("["):
            start -= 1  # a number belongs to the sequence that it is of
        text = ""
        for depth, step in enumerate(way[start:], start):
            label = step.label or "sequence"
            is_number_next = depth + 1 < len(way) and (way[depth + 1].label or "").startswith("[")
            if not (step.is_transparent and text and is_number_next):
                text = joined([text, label]) if text else label
            if depth >= shared and step.ends == (node,):
                return text
        return f"{text}[{way[-1].ends.index(node)}]"

    def _read(self, steps: list[Step], around: list[Step], flow: tuple[int, ...]) -> None:
        for step in steps:
            followed = self._followed(step)
            for name in followed:
                step.arguments[name] = Expression(self.to(step.arguments[name], around))
            if step.flow and step.flow != flow:
                step.reads = [self.to(node, around) for node in step.flow]
            for inner in step.inner:
                self._read(inner, [*around, step], step.flow)
            flow = step.ends

    def _followed(self, step: Step) -> list[str]:
        kind = REGISTRY.get(step.callee)
        fields = {} if kind is None else kind.fields
        return [name for name, field in fields.items() if isinstance(field, Reference) and name in step.arguments]

    def _weigh(self, steps: list[Step], around: list[Step]) -> None:
        nodes = self.graph.nodes
        for step in steps:
            if step.has_loops_name or (around and around[-1].has_loops_name):  # what a loop has, its steps say
                self._weigh(step.body or [], [*around, step])
                continue
            weighted = [nodes[number] for number in step.made if has_weights(nodes[number])]
            owners = [node.weights for node in weighted]
            if weighted and all(owner not in step.made for owner in owners):
                name = self._lender(owners, around, step)
                if name is not None:
                    step.share = name
                    continue
            made = [nodes[number] for number in step.made if nodes[number].weights in step.made]
            if made and all(not node.trainable for node in made):
                step.is_frozen = True
                continue
            if not step.inner and any(owner not in step.made for owner in owners):
                raise UnwritableError(f"`{nodes[step.made[0]].name}` shares weights")
            for inner in step.inner:
                self._weigh(inner, [*around, step])

    def _lender(self, owners: list[int], around: list[Step], step: Step) -> str | None:
        """The step whose weights are these, of those that can be seen here."""
        blocks = [depth for depth, outer in enumerate(around) if outer.is_block]
        first = blocks[-1] + 1 if blocks else 0
        nodes = self.graph.nodes
        for other in walk(self.steps):
            if other.made.start >= step.made.start or not other.ends:
                continue
            weighted = [number for number in other.made if has_weights(nodes[number])]
            if weighted != owners:
                continue
            way = self._ways[other.ends[-1]]
            if way[:first] != around[:first]:
                continue
            try:
                text = self.to(other.ends[-1], around)
            except UnwritableError:
                continue
            return text
        return None
