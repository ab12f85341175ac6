"""What a network that may be meant has: its parameters and its operations, counted in every way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cnncost.conventions import CONVENTIONS
from cnncost.errors import SpecError
from cnncost.published.reconciliation.parameters import PARAMETERS
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.graph.graph import Node
    from cnncost.published.reconciliation.candidates import Candidate, Change, Subject
    from cnncost.published.reconciliation.tally import Tally

Quantity = Literal["params", "flops"]
QUANTITIES: tuple[Quantity, ...] = ("params", "flops")

TWICE_THOP = "twice thop"
"""Two for each multiply-accumulate that THOP counts."""

MOST_WORK = 80_000
"""Layers that a search reads, besides those of the network itself: enough to try everything on the usual networks."""

_COUNTING = 3
"""To count a layer by every convention takes as long as to read so many."""

_CONVOLUTIONS_ALONE = "convolutions alone"
_NEEDS: dict[Quantity, str] = {"params": "parameters", "flops": "operations"}
"""What a layer must say of itself for each quantity."""


class Count(NamedTuple):
    """A number that a network has in one way of reading it."""

    network: str
    """The name of the network that was counted."""
    changes: tuple[str, ...]
    """What is different from the spec."""
    documented: bool
    """Whether the spec itself names these changes, as its variants and switches."""
    quantity: Quantity
    """What was counted."""
    countings: tuple[str, ...]
    """The conventions, or rules for parameters, that give this number."""
    value: int
    """The number."""


class Counts:
    """The numbers of every network that may be meant: each is counted once, for all figures that are compared with it.

    Args:
        subject: the spec, and what may be changed of it.
        quantities: what is counted.
        most_work: how many layers may be read and counted for what is changed.
    """

    def __init__(self, subject: Subject, quantities: Iterable[Quantity], most_work: int = MOST_WORK) -> None:
        self._subject = subject
        self._quantities = tuple(dict.fromkeys(quantities))
        self._layers = LayerCounts()
        self._known: dict[tuple[Change, ...], tuple[Count, ...]] = {}
        self.of(())  # what cannot be left out
        self.unknown = self._unknown()
        self._left = most_work + self._work

    def of(self, changes: tuple[Change, ...]) -> tuple[Count, ...]:
        """Every number of the network with these changes; none where they do not fit it, or change nothing."""
        if changes not in self._known:
            self._known[changes] = tuple(self._counted(self._subject.changed(changes)))
        return self._known[changes]

    def affords(self, changes: tuple[Change, ...]) -> bool:
        """Whether the network with these changes may still be read and counted, if it is as large as the spec's own."""
        if changes in self._known:
            return True
        base = self._subject.tally
        reading = base.layers if self._subject.reads(changes) else 0
        return self._work + reading + _COUNTING * len(base.groups) <= self._left

    def _unknown(self) -> dict[Quantity, str]:
        """Why there is no number of a quantity: a layer leaves it unsaid."""
        unknown: dict[Quantity, str] = {}
        for quantity, key in _NEEDS.items():
            layers = [group.node for group in self._subject.tally.groups if key in group.node.layer.unsaid]
            if layers and quantity in self._quantities:
                unknown[quantity] = f"the {key} of `{layers[0].name}` are not known"
        return unknown

    @property
    def _work(self) -> int:
        """What has been done, in layers read."""
        return self._subject.layers_read + _COUNTING * self._layers.counted

    def _counted(self, candidate: Candidate | None) -> Iterator[Count]:
        if candidate is not None:
            counters = {"params": _parameters, "flops": self._operations}
            for quantity in self._quantities:
                yield from counters[quantity](candidate)

    def _operations(self, candidate: Candidate) -> Iterator[Count]:
        """By every convention, those together that find the same number."""
        whole, alone = self._layers.totals(candidate.tally, candidate.training)
        if "thop" in whole:
            whole[TWICE_THOP] = 2 * whole["thop"]
        if candidate.scale != 1:
            whole, alone = {TWICE_THOP: round(candidate.scale * whole.get(TWICE_THOP, 0))}, {}
        yield from (_count(candidate, "flops", names, value) for value, names in _by_value(whole).items())
        for value, names in _by_value(alone).items():
            yield _count(candidate, "flops", names, value, _CONVOLUTIONS_ALONE)


class LayerCounts:
    """What every convention counts for a layer of one sample, found once for layers that are alike."""

    def __init__(self) -> None:
        self._known: dict[object, dict[str, int]] = {}

    @property
    def counted(self) -> int:
        """How many different layers were counted."""
        return len(self._known)

    def totals(self, tally: Tally, training: bool) -> tuple[dict[str, int], dict[str, int]]:
        """What every convention counts for a network, and for its convolutions alone, without those that refuse it."""
        whole = dict.fromkeys(CONVENTIONS, 0)
        alone = dict.fromkeys(CONVENTIONS, 0)
        for group in tally.groups:
            if group.node.auxiliary and not training:
                continue
            counts = self._of(group.node, training)
            for name in [*whole]:
                if name not in counts:
                    del whole[name], alone[name]
                    continue
                whole[name] += group.copies * counts[name]
                if group.node.layer.is_convolution:
                    alone[name] += group.copies * counts[name]
        return whole, alone

    def _of(self, node: Node, training: bool) -> dict[str, int]:
        key = (node.layer, node.xs, node.y, training)
        if key not in self._known:
            self._known[key] = dict(_counts(node, training))
        return self._known[key]


def _counts(node: Node, training: bool) -> Iterator[tuple[str, int]]:
    if "operations" in node.layer.unsaid:
        return
    operations = node.operations(training)
    for name, convention in CONVENTIONS.items():
        if node.layer.is_own and not convention.knows(node):
            continue
        try:
            yield name, convention.count(node, operations, 1, training)
        except SpecError:  # it does not count such a layer: another convention may be meant
            continue


def _parameters(candidate: Candidate) -> Iterator[Count]:
    """By every rule that leaves out or takes in something here."""
    if candidate.training or candidate.scale != 1:  # the parameters are the same
        return
    if any("parameters" in group.node.layer.unsaid for group in candidate.tally.groups):
        return
    rules: dict[str, int] = {rule: count(candidate.tally) for rule, count in PARAMETERS.items()}
    for value, (rule, *_) in _by_value(rules).items():
        yield _count(candidate, "params", (rule,), value)


def _by_value(counts: dict[str, int]) -> dict[int, tuple[str, ...]]:
    """The ways of counting that find each number, without those that find nothing."""
    found: dict[int, tuple[str, ...]] = {}
    for name, value in counts.items():
        if value:
            found[value] = (*found.get(value, ()), name)
    return found


def _count(candidate: Candidate, quantity: Quantity, countings: tuple[str, ...], value: int, *more: str) -> Count:
    documented = candidate.documented and not more
    return Count(candidate.tally.network, (*candidate.changes, *more), documented, quantity, countings, value)
