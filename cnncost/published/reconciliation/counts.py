"""What a network that may be meant has: its parameters and its operations, counted in every way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cnncost.metrics.counting import counts_by_convention
from cnncost.published.reconciliation.parameters import PARAMETERS
from cnncost.records import NamedTuple
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cnncost.published.reconciliation.candidates import Candidate, Change, Subject

Quantity = Literal["params", "flops"]
QUANTITIES: tuple[Quantity, ...] = ("params", "flops")

_CONVOLUTIONS_ALONE = "convolutions alone"


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
    """

    def __init__(self, subject: Subject, quantities: Iterable[Quantity]) -> None:
        self._subject = subject
        self._counters = [_COUNTERS[quantity] for quantity in dict.fromkeys(quantities)]
        self._known: dict[tuple[Change, ...], tuple[Count, ...]] = {}

    def of(self, changes: tuple[Change, ...]) -> tuple[Count, ...]:
        """Every number of the network with these changes; none where they do not fit it, or change nothing."""
        if changes not in self._known:
            self._known[changes] = tuple(self._counted(self._subject.changed(changes)))
        return self._known[changes]

    def _counted(self, candidate: Candidate | None) -> Iterator[Count]:
        if candidate is not None:
            for counter in self._counters:
                yield from counter(candidate)


def _parameters(candidate: Candidate) -> Iterator[Count]:
    """By every rule that leaves out or takes in something here."""
    if candidate.training:  # the parameters are the same
        return
    found = {0}
    for rule, count in PARAMETERS.items():
        value = count(candidate.graph)
        if value not in found:
            found.add(value)
            yield _count(candidate, "params", (rule,), value)


def _operations(candidate: Candidate) -> Iterator[Count]:
    """By every convention, those together that find the same number."""
    settings = Settings(mode="train" if candidate.training else "infer")
    convolutions = [node.layer.is_convolution for node in candidate.graph.layers]
    whole: dict[int, tuple[str, ...]] = {}
    alone: dict[int, tuple[str, ...]] = {}
    for convention, counts in counts_by_convention(candidate.graph, settings).items():
        of_convolutions = sum(count for count, is_one in zip(counts.layers, convolutions, strict=True) if is_one)
        whole[counts.total] = (*whole.get(counts.total, ()), convention)
        alone[of_convolutions] = (*alone.get(of_convolutions, ()), convention)
    yield from (_count(candidate, "flops", names, value) for value, names in whole.items() if value)
    for value, names in alone.items():
        if value:
            yield _count(candidate, "flops", names, value, _CONVOLUTIONS_ALONE)


_COUNTERS: dict[Quantity, Callable[[Candidate], Iterator[Count]]] = {"params": _parameters, "flops": _operations}


def _count(candidate: Candidate, quantity: Quantity, countings: tuple[str, ...], value: int, *more: str) -> Count:
    documented = candidate.documented and not more
    return Count(candidate.graph.name, (*candidate.changes, *more), documented, quantity, countings, value)
