"""Which units respond to which row of pixels, found by lighting many rows at once: group testing (Dorfman 1943).

A block of rows is cut until single rows are left. What a part lights up, the whole block did, so that parts of blocks
that share no unit are lit together. Where units read windows, so few tests do that their number grows with the
logarithm of that of the rows; where all read everything, there are a third more tests than rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARTS = 4
"""Of a block: more parts would be fewer turns, and more tests in each."""


class _Block(NamedTuple):
    """Rows next to each other."""

    rows: range
    """Which."""
    units: Any
    """Those that may respond to some of the rows, as truth values."""


def fewest_tests(rows: int) -> int:
    """How many tests so many rows need at least.

    >>> fewest_tests(64), fewest_tests(3)
    (12, 3)
    """
    tests = 0
    while rows > 1:
        tests += min(rows, _PARTS)
        rows = -(-rows // _PARTS)
    return max(tests, 1)


def responses_of_rows(torch: Any, rows: int, respond: Callable[[Any], Any]) -> Any:
    """Which units respond to each row, as truth values: a row of the result for each.

    Args:
        torch: the package.
        rows: how many there are.
        respond: from truth values, a row of them for each test and one for each row of pixels that may be lit in it,
            to truth values, one for each unit; units must respond to lit rows as they do to any of them alone.

    >>> import torch
    >>> windows = torch.eye(6).bool() | torch.eye(6).roll(1, 0).bool()
    >>> bool((responses_of_rows(torch, 6, lambda lit: (lit.double() @ windows.double()) > 0) == windows).all())
    True
    """
    (units,) = respond(torch.ones(1, rows, dtype=torch.bool))
    blocks = [_Block(range(rows), units)]
    while any(len(block.rows) > 1 for block in blocks):
        tests = _apart([_Block(part, block.units) for block in blocks for part in _cut(block.rows)])
        lit = torch.zeros(len(tests), rows, dtype=torch.bool)
        for number, test in enumerate(tests):
            for block in test:
                lit[number, block.rows.start : block.rows.stop] = True
        found = zip(tests, respond(lit), strict=True)
        blocks = [block._replace(units=block.units & units) for test, units in found for block in test]
        blocks.sort(key=lambda block: block.rows.start)  # neighbours are put apart with fewer tests
    return torch.stack([block.units for block in blocks])


def _cut(rows: range) -> Iterator[range]:
    """The parts of a block."""
    size = -(-len(rows) // _PARTS)
    for start in range(rows.start, rows.stop, size):
        yield range(start, min(start + size, rows.stop))


def _apart(blocks: list[_Block]) -> list[list[_Block]]:
    """The blocks in groups in which no two share a unit."""
    groups: list[list[_Block]] = []
    taken: list[Any] = []
    for block in blocks:
        place = next((place for place, units in enumerate(taken) if not (units & block.units).any()), None)
        if place is None:
            groups.append([block])
            taken.append(block.units)
        else:
            groups[place].append(block)
            taken[place] = taken[place] | block.units
    return groups
