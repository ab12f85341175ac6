"""Ranges of channels side by side that see unlike places: cut, merged, and laid over each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.receptive_field.union import union
from cnncost.metrics.receptive_field.unit_fields import UnitFields, adrift, is_cut
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_RANGES = 8
"""More ranges of channels than that are not kept apart: the work stays bounded."""


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
    """What is seen along any path, in ranges that begin wherever one of any path does."""
    seen: list[Range] = []
    while paths[0]:
        channels = min([path[0].channels for path in paths])
        cut = [split(path, channels, place) for path in paths]
        here = [each for head, _ in cut for each in head]
        fields = [each.field for each in here if each.field is not None]
        seen.append(Range(channels, union(fields) if fields else None, max([each.spacing for each in here])))
        paths = [rest for _, rest in cut]
    return seen


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
