"""The steps of two networks side by side, whatever they are called and in whatever order their branches stand.

What everything before it and everything behind it has in common with a step of the other network is the same step. Of
the others, those are the same that have as much of their surroundings in common as possible; what is left then is
matched in its order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cnncost.verification.comparison.pairs import Alignment
from cnncost.verification.comparison.sequence import pair_in_order
from cnncost.verification.comparison.surroundings import RADII, downstream, upstream

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from cnncost.verification.comparison.steps import Steps

_NEAR = 2
"""How many steps on, or back, a step is still taken for the same in another order."""


def align(ours: Steps, theirs: Steps) -> Alignment:
    """The steps of two networks side by side."""
    found = Alignment(ours, theirs)
    _pair_surroundings(found)
    pair_in_order(found)
    _pair_neighbours(found)
    _pair_moved(found)
    return found


def _pair_surroundings(found: Alignment) -> None:
    """Pair what is alike with all that leads to it, or all that follows, and as much as possible on the other side."""
    numbers: dict[Hashable, int] = {}
    above = [upstream(network, numbers) for network in (found.ours, found.theirs)]
    below = [downstream(network, numbers) for network in (found.ours, found.theirs)]
    for radius in RADII:
        _pair_by(found, [_both(up[None], down[radius]) for up, down in zip(above, below, strict=True)])
    for radius in RADII:
        _pair_by(found, [_both(up[radius], down[None]) for up, down in zip(above, below, strict=True)])


def _both(above: list[int], below: list[int]) -> list[tuple[int, int]]:
    return [*zip(above, below, strict=True)]


def _pair_by(found: Alignment, labels: Sequence[Sequence[Hashable]]) -> None:
    """Pair steps of the same label, in their order, those first that read the same."""
    ours, theirs = labels
    candidates: dict[Hashable, list[int]] = defaultdict(list)
    for place in found.their_left:
        candidates[theirs[place]].append(place)
    for place in found.our_left:
        known = candidates.get(ours[place])
        if known:
            alike = next((other for other in known if found.reads_alike(place, other)), known[0])
            known.remove(alike)
            found.pair(place, alike)


def _pair_neighbours(found: Alignment) -> None:
    """Pair what is left where steps of the same kind read the same, and so on with what reads those."""
    again = True
    while again:
        again = False
        for place in found.our_left:
            other = _in_its_place(found, place)
            if other is not None:
                found.pair(place, other)
                again = True


def _in_its_place(found: Alignment, place: int) -> int | None:
    """The step of the other that is of the same kind as ours and reads what ours reads."""
    ours = found.ours.steps[place]
    for other in found.their_left:
        if ours.reads and ours.kind == found.theirs.steps[other].kind and found.reads_alike(place, other):
            return other
    return None


def _pair_moved(found: Alignment) -> None:
    """Pair what is left and does the same, where it stands a little further on, or before."""
    ours, theirs = found.behind()
    for place in found.our_left:
        form = found.ours.steps[place].form
        near = [other for other in found.their_left if abs(theirs[other] - ours[place]) <= _NEAR]
        other = next((other for other in near if found.theirs.steps[other].form == form), None)
        if other is not None:
            found.pair(place, other)
