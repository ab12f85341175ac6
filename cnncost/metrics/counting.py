"""What the forward pass counts under a convention, or under several at once: layer by layer, for the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.arguments import described, whole_number
from cnncost.conventions import CONVENTIONS, find
from cnncost.errors import SpecError
from cnncost.graph.graph import INPUT
from cnncost.metrics.analysis import Analysis
from cnncost.records import NamedTuple
from cnncost.settings import Settings
from cnncost.symbolic.domain import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.costs import Operations


class ConventionTotal(NamedTuple):
    """What a convention counts for a whole network, of what, and by whose rules."""

    unit: str
    """What it counts: ``FLOPs`` or ``MACs``."""
    total: int | None
    """Of the whole batch, in the forward pass; ``None`` where it does not know a layer."""
    source: str
    """The tool and its version, or who published the rules."""
    at_least: int | None = None
    """What it counts of the layers that it knows, where it does not know all."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, without what is absent."""
        return {name: value for name, value in self._asdict().items() if name != "at_least" or value is not None}


class Counts(NamedTuple):
    """What a convention counts: in total, and for each layer in the order of the graph."""

    total: int | None
    """Of the whole network; ``None`` where it does not know a layer."""
    layers: tuple[int | None, ...]
    """One for each layer."""


def forward_counts(analysis: Analysis, convention: Convention) -> list[int | None]:
    """What `convention` counts for every node: zero where one does not run, ``None`` where it does not know one.

    Raises:
        SpecError: a layer that the convention does not count, or for which it comes to no whole number from 0.
    """
    if not convention.arithmetic:
        analysis.domain.refuse_unless_integers(f"what `{convention.name}` counts")
    batch, training = analysis.batch, analysis.settings.training

    def count(node: Node, operations: Operations) -> int | None:
        if node.layer is INPUT:
            return 0
        if node.layer.is_own and ("operations" in node.layer.unsaid or not convention.knows(node)):
            return None
        counted = convention.count(node, operations, batch, training)
        return _checked(counted, convention, node) if analysis.domain is INTEGERS else counted

    return analysis.running(analysis.each_counted(count))


def sum_of(counts: Sequence[int | None]) -> int | None:
    """The sum of the counts; ``None`` where one is not known.

    >>> sum_of([1, 2]), sum_of([1, None])
    (3, None)
    """
    known = [count for count in counts if count is not None]
    return INTEGERS.sum(known) if len(known) == len(counts) else None


def _checked(count: int, convention: Convention, node: Node) -> int:
    """The count of a convention that may be somebody's own class.

    Raises:
        SpecError: it is not a whole number, or is below zero.
    """
    if count.__class__ is int and count >= 0:
        return count
    whole = whole_number(count)
    if whole is None or whole < 0:
        what = f"the convention `{convention.name}` counts {described(count)} for the layer `{node.name}`"
        raise SpecError(what, hint="a count is a whole number from 0")
    return whole


def counts_by_convention(
    graph: Graph, settings: Settings = Settings(), conventions: Iterable[str] | None = None
) -> dict[str, Counts]:
    """What each of several conventions counts for a network; those that ship unless `conventions` names some.

    Raises:
        SpecError: an unknown convention.

    >>> from cnncost import load
    >>> counts = counts_by_convention(load("lenet5"), conventions=["textbook", "macs"])
    >>> counts["macs"].total, counts["textbook"].layers[:2]
    (416520, (235200, 4704))
    """
    analysis = Analysis(graph, settings)
    layers = [node.id for node in graph.layers]
    found = {}
    for name in CONVENTIONS if conventions is None else conventions:
        by_node = forward_counts(analysis, find(name))
        found[name] = Counts(sum_of(by_node), tuple([by_node[number] for number in layers]))
    return found
