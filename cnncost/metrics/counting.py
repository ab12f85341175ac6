"""What the forward pass counts under a convention, or under several at once: layer by layer, for the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.arguments import described, whole_number
from cnncost.conventions import CONVENTIONS, find
from cnncost.errors import SpecError
from cnncost.graph.graph import INPUT
from cnncost.metrics.analysis import Analysis
from cnncost.records import NamedTuple
from cnncost.settings import Settings
from cnncost.symbolic.domain import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.costs import Operations


class ConventionTotal(NamedTuple):
    """What a convention counts for a whole network, of what, and by whose rules."""

    unit: str
    """What it counts: ``FLOPs`` or ``MACs``."""
    total: int
    """Of the whole batch, in the forward pass."""
    source: str
    """The tool and its version, or who published the rules."""


class Counts(NamedTuple):
    """What a convention counts: in total, and for each layer in the order of the graph."""

    total: int
    """Of the whole network."""
    layers: tuple[int, ...]
    """One for each layer."""


def forward_counts(analysis: Analysis, convention: Convention) -> list[int]:
    """What `convention` counts for every node, zero where one does not run.

    Raises:
        SpecError: a layer that the convention does not count, or for which it comes to no whole number from 0.
    """
    if not convention.arithmetic:
        analysis.domain.refuse_unless_integers(f"what `{convention.name}` counts")
    batch, training = analysis.batch, analysis.settings.training

    def count(node: Node, operations: Operations) -> int:
        if node.layer is INPUT:
            return 0
        counted = convention.count(node, operations, batch, training)
        return _checked(counted, convention, node) if analysis.domain is INTEGERS else counted

    return analysis.running(analysis.each_counted(count))


def _checked(count: int, convention: Convention, node: Node) -> int:
    """The count of a convention that may be somebody's own class.

    Raises:
        SpecError: it is not a whole number, or is below zero.
    """
    if type(count) is int and count >= 0:
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
        found[name] = Counts(sum(by_node), tuple([by_node[number] for number in layers]))
    return found
