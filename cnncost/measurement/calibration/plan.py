"""Which cases are measured, the most informative first: one of every family, then more of what varies more."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from cnncost.errors import SpecError
from cnncost.measurement.calibration.case import Case, Conditions
from cnncost.measurement.calibration.chains import FAMILIES, SHARES
from cnncost.measurement.calibration.draw import Draw
from cnncost.metrics.analysis import Analysis
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


Key = TypeVar("Key")


class Sizes(NamedTuple):
    """What a kind of device is given to do."""

    batches: Mapping[int, float]
    """Samples at once, and how often."""
    most_macs: int
    """Multiply-accumulates that a forward pass has at most: more take long, and tell nothing else."""
    most_elements: int
    """Numbers in its tensors at most."""


SIZES = {
    "cpu": Sizes({1: 10.0, 2: 1.0, 4: 2.0, 8: 1.0, 16: 1.0}, 2 * 10**9, 10**7),
    "cuda": Sizes({1: 1.0, 8: 2.0, 32: 3.0, 64: 4.0, 128: 2.0}, 2 * 10**11, 2 * 10**8),
}
"""By kind of device."""

_FIRST_CONDITIONS_SHARE = 3.0
"""How many cases the conditions named first get for each one of the others: most of the figures hold for those too."""


def cases(kind: str, conditions: Sequence[Conditions]) -> Iterator[Case]:
    """The cases for a kind of device, without an end, the same every time.

    Args:
        kind: ``cpu`` or ``cuda``.
        conditions: how they run, the most important first.

    >>> from itertools import islice
    >>> planned = [*islice(cases("cpu", [Conditions()]), 40)]
    >>> {case.chain.family for case in planned} == set(FAMILIES)
    True
    """
    shares = {place: 1.0 if place else _FIRST_CONDITIONS_SHARE for place in range(len(conditions))}
    streams = {place: _of_conditions(kind, each) for place, each in enumerate(conditions)}
    for place in _in_turn(shares):
        yield next(streams[place])


def _of_conditions(kind: str, conditions: Conditions) -> Iterator[Case]:
    streams = {family: _of_family(kind, family, conditions) for family in FAMILIES}
    for family in _in_turn(SHARES):
        yield next(streams[family])


def _of_family(kind: str, family: str, conditions: Conditions) -> Iterator[Case]:
    """The cases of a family that are not too large."""
    sizes = SIZES[kind]
    for number in count():
        draw = Draw(family, number)
        try:
            case = Case(chain=FAMILIES[family](draw), batch=draw.weighted(sizes.batches), conditions=conditions)
            if _fits(case, sizes):
                yield case
        except SpecError:
            continue  # sizes that do not fit each other, such as a window larger than its map


def _fits(case: Case, sizes: Sizes) -> bool:
    graph = case.chain.graph()
    macs = sum(each or 0 for each in Analysis(graph).column("macs"))
    elements = sum(node.y.elements for node in graph.nodes)
    return case.batch * macs <= sizes.most_macs and case.batch * elements <= sizes.most_elements


def _in_turn(shares: Mapping[Key, float]) -> Iterator[Key]:
    """Every key once, then as often as its share says, evenly spread."""
    turns = [(0.0, order, key) for order, key in enumerate(shares)]
    heapq.heapify(turns)
    while True:
        when, order, key = turns[0]
        yield key
        heapq.heapreplace(turns, (when + 1 / shares[key], order, key))
