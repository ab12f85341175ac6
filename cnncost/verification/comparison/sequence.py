"""What is left of two networks matched in its order, so that little differs (Needleman & Wunsch 1970)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.verification.comparison.pairs import Alignment
    from cnncost.verification.comparison.steps import Step, Steps

_GAP, _OTHER_FIELDS, _OTHER_KIND = 2, 2, 3
"""What it costs that one network alone has a step; that a step has other fields, or is of another kind.

Another kind costs less than one step alone on each side, and a network that is a step longer always costs a gap.
"""
_MOST_PAIRS = 4_000_000
"""Pairs of steps that are looked at; what is left of networks that differ in more is not matched in its order."""
_NOT = 1 << 60
_STEP, _OURS, _THEIRS = 0, 1, 2


def pair_in_order(found: Alignment) -> None:
    """Pair what is left so that it costs the least, where it hangs on the same last step that both networks have."""
    ours = [place for place in reversed(_order(found.ours)) if place not in found.their_place]
    theirs = [place for place in reversed(_order(found.theirs)) if place not in found.our_place]
    if len(ours) * len(theirs) > _MOST_PAIRS:
        return
    our_last, their_last = found.behind()
    mine = [(found.ours.steps[place], our_last[place]) for place in ours]
    other = [(found.theirs.steps[place], their_last[place]) for place in theirs]
    for row, column in _cheapest(mine, other):
        found.pair(ours[row], theirs[column])


def _cheapest(ours: Sequence[tuple[Step, int]], theirs: Sequence[tuple[Step, int]]) -> list[tuple[int, int]]:
    """The pairs of the cheapest way through both sequences; of several ways, the one whose pairs come last.

    The sequences are given from their ends: so what comes first in a network is paired rather than what comes later.
    """
    costs = [column * _GAP for column in range(len(theirs) + 1)]
    ways = [bytearray([_THEIRS]) * (len(theirs) + 1)]
    for row, (step, last) in enumerate(ours, start=1):
        above, costs = costs, [row * _GAP]
        way = bytearray([_OURS])
        for column, (other, other_last) in enumerate(theirs, start=1):
            together = above[column - 1] + (_cost(step, other) if last == other_last else _NOT)
            best = min((together, _STEP), (above[column] + _GAP, _OURS), (costs[-1] + _GAP, _THEIRS))
            costs.append(best[0])
            way.append(best[1])
        ways.append(way)
    return _pairs(ways)


def _pairs(ways: Sequence[bytearray]) -> list[tuple[int, int]]:
    row, column = len(ways) - 1, len(ways[0]) - 1
    pairs = []
    while row and column:
        way = ways[row][column]
        if way == _STEP:
            pairs.append((row - 1, column - 1))
        row -= way != _THEIRS
        column -= way != _OURS
    return pairs[::-1]


def _cost(ours: Step, theirs: Step) -> int:
    if ours.kind != theirs.kind:
        return _OTHER_KIND
    return 0 if ours.form == theirs.form else _OTHER_FIELDS


def _order(network: Steps) -> list[int]:
    """All steps behind what they read, branches as what joins them reads them, whatever order they were written in.

    Where the order of branches makes no difference, the longest comes first.
    """
    depths: list[int] = []
    for step in network.steps:
        depths.append(1 + max([depths[read] for read in step.reads], default=0))
    placed: dict[int, None] = {}
    waiting = [(place, False) for place in (*reversed(range(len(network.steps))), *reversed(network.outputs))]
    while waiting:
        place, is_ready = waiting.pop()
        if is_ready:
            placed[place] = None
            continue
        if place in placed:
            continue
        step = network.steps[place]
        reads = sorted(step.reads, key=lambda read: -depths[read]) if step.symmetric else step.reads
        waiting += [(place, True), *[(read, False) for read in reversed(reads) if read not in placed]]
    return list(placed)
