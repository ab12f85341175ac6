"""Ranges of channels side by side that see unlike places: cut, merged, and laid over each other."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from cnncost.metrics.receptive_field.union import union
from cnncost.metrics.receptive_field.unit_fields import UnitFields, adrift, is_cut
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_RANGES = 8
"""More ranges of channels than that are not kept apart: the work stays bounded."""

_MOST_PIECES = 20_000
"""Paths that meet in more pieces than that are taken together."""


class Range(NamedTuple):
    """Channels side by side."""

    channels: int
    """How many."""
    field: UnitFields | None
    """What they see together; ``None`` where they see nothing of the input."""
    spacing: int = 1
    """So many of them in a row see just that together: 1 where each sees all of it."""


def fewest(ranges: Sequence[Range], place: int) -> tuple[Range, ...]:
    """The fewest ranges that say the same; none where all channels see the same."""
    merged: list[Range] = []
    for each in ranges:
        if merged and merged[-1].field == each.field and not (each.field and is_cut(each.field, place)):
            spacing = 1 if merged[-1].spacing == each.spacing == 1 else merged[-1].spacing + each.spacing
            merged[-1] = Range(merged[-1].channels + each.channels, each.field, spacing)
        else:
            merged.append(each)
    if len(merged) > _MOST_RANGES:
        head = merged[: len(merged) - _MOST_RANGES + 1]
        merged = [_merged(head, place), *merged[len(head) :]]
    alike = len(merged) == 1 and merged[0].spacing == 1
    return () if alike and not (merged[0].field and is_cut(merged[0].field, place)) else tuple(merged)


def _merged(ranges: Sequence[Range], place: int) -> Range:
    """Ranges as one: all of it sees what they see together, and no part of it is known to."""
    fields = [adrift(each.field, place) for each in ranges if each.field is not None]
    channels = sum([each.channels for each in ranges])
    return Range(channels, union(fields) if fields else None, channels)


def refined(paths: Sequence[list[Range]], place: int) -> list[Range]:
    """What is seen along any path, in ranges that begin wherever one of any path does.

    A path is met only where it sees something: of a concatenation's paths, each in its own channels.
    """
    ends = sorted({end for path in paths for end in _ends(path)})
    number = {end: index for index, end in enumerate([0, *ends])}
    covered = [
        (each, range(number[end - each.channels], number[end]))
        for path in paths
        for each, end in zip(path, _ends(path), strict=True)
        if each.field is not None
    ]
    if sum([len(pieces) for _, pieces in covered]) > _MOST_PIECES:
        return [_merged([each for each, _ in covered], place)._replace(channels=ends[-1], spacing=ends[-1])]
    sizes = [end - start for start, end in pairwise([0, *ends])]
    here: list[list[Range]] = [[] for _ in sizes]
    for each, pieces in covered:
        for piece in pieces:
            whole = sizes[piece] == each.channels
            here[piece].append(each if whole else _of_fewer(each, sizes[piece], place))
    return [_laid_over(parts, channels) for parts, channels in zip(here, sizes, strict=True)]


def _ends(path: Sequence[Range]) -> list[int]:
    """Behind which channel each range ends."""
    return list(accumulate([each.channels for each in path]))


def _laid_over(parts: Sequence[Range], channels: int) -> Range:
    """What the same channels see along several paths."""
    fields = [each.field for each in parts if each.field is not None]
    return Range(channels, union(fields), max([each.spacing for each in parts])) if fields else Range(channels, None)


def blocks(ranges: Sequence[Range], size: int, place: int) -> Iterator[tuple[int, list[Range]]]:
    """Blocks of so many channels: how many are alike, and the ranges in one of them."""
    rest = list(ranges)
    while rest:
        count = rest[0].channels // size
        if count:
            yield count, [rest[0]]
            _, rest = split(rest, count * size, place)
        else:
            block, rest = split(rest, size, place)
            yield 1, block


def split(ranges: Sequence[Range], channels: int, place: int) -> tuple[list[Range], list[Range]]:
    """The ranges of so many channels, and the rest."""
    head, rest = [], list(ranges)
    while rest and channels > 0:
        first = rest.pop(0)
        if first.channels > channels:
            rest.insert(0, _of_fewer(first, first.channels - channels, place))
            first = _of_fewer(first, channels, place)
        head.append(first)
        channels -= first.channels
    return head, rest


def _of_fewer(found: Range, channels: int, place: int) -> Range:
    """A part of a range: exact if it is so long that all of the range's channels cannot but show in it."""
    field = None if found.field is None else adrift(found.field, place)
    if channels >= found.spacing:
        return Range(channels, field, found.spacing)
    return Range(channels, None if field is None else field._replace(exact=False))
