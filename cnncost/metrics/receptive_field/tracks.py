"""Several tracks side by side, where paths met: those of the same jump become one, the others stay apart."""

from __future__ import annotations

from math import floor, lcm
from typing import TYPE_CHECKING

from cnncost.layers.base.window import MOST_PHASES
from cnncost.metrics.receptive_field.track import Track

if TYPE_CHECKING:
    from fractions import Fraction

_MOST_TRACKS = 4
"""More than that become one that they all lie within: the work stays bounded."""


def unite(tracks: list[Track], units: int) -> tuple[Track, ...]:
    """What so many units see along any of the tracks: those of the same jump make one, others lie side by side.

    >>> unite([Track(2, (-1,), (1,)), Track(2, (0,), (3,))], 8)
    (Track(step=2, firsts=(-1,), lasts=(3,), exact=True),)
    """
    by_jump: dict[tuple[int, int], list[Track]] = {}
    for track in tracks:
        by_jump.setdefault(track.jump, []).append(track)
    if units == 1 and len(by_jump) > 1:  # how far the next unit would be does not matter
        return (_united([track.at(0) for track in tracks]),)
    united = tuple([_united(alike) for alike in by_jump.values()])
    return united if len(united) <= _MOST_TRACKS else (_between(united, units),)


def largest_extent(tracks: tuple[Track, ...], units: int) -> tuple[int, bool]:
    """The largest extent that one of the `units` sees along all tracks together, and whether that is exact.

    Tracks of unlike jump drift apart towards one end, so the largest is found within a period of the first or the last.
    """
    if len(tracks) == 1:
        return tracks[0].size(units), tracks[0].exact
    if not all(track.exact for track in tracks) or common_period(tracks) > MOST_PHASES:
        tracks = tuple([track.bounds() for track in tracks])
    period = min(units, common_period(tracks))
    ends = {*range(period), *range(units - period, units)}
    seen = [seen_by(tracks, unit) for unit in ends]
    return floor(max([last - first for first, last in seen])) + 1, all(track.exact for track in tracks)


def seen_by(tracks: tuple[Track, ...], unit: int) -> tuple[int | Fraction, int | Fraction]:
    """The first and last pixel that a unit sees along any of the tracks that it sees something along."""
    fields = [(track.first(unit), track.last(unit)) for track in tracks]
    seen = [(first, last) for first, last in fields if first <= last] or fields[:1]
    return min([first for first, _ in seen]), max([last for _, last in seen])


def common_period(tracks: tuple[Track, ...]) -> int:
    """After so many units, all tracks begin again."""
    return lcm(*[track.period for track in tracks])


def _united(tracks: list[Track]) -> Track:
    """The union of tracks of the same jump."""
    if len(tracks) == 1:
        return tracks[0]
    together = tuple(tracks)
    period = common_period(together)
    if period > MOST_PHASES or not all(track.exact for track in tracks):
        together = tuple([track.bounds() for track in tracks])
        return Track(together[0].step, *_hulls(together, 1), exact=all(track.exact for track in together))
    return Track(tracks[0].step * period // tracks[0].period, *_hulls(together, period))


def _hulls(tracks: tuple[Track, ...], period: int) -> tuple[tuple[int | Fraction, ...], tuple[int | Fraction, ...]]:
    seen = [seen_by(tracks, unit) for unit in range(period)]
    return tuple([first for first, _ in seen]), tuple([last for _, last in seen])


def _between(tracks: tuple[Track, ...], units: int) -> Track:
    """A track that so many units of all of these lie within: what is straight lies furthest out at an end."""
    bounds = [track.bounds() for track in tracks]
    step = bounds[0].step
    ends = (0, units - 1)
    first = min([track.first(unit) - unit * step for track in bounds for unit in ends])
    last = max([track.last(unit) - unit * step for track in bounds for unit in ends])
    return Track(step, (first,), (last,), exact=False)
