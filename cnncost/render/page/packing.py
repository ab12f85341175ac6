"""Columns of values in little room: most layers of a network are like another one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST_EXACT = 2**53
"""Beyond it a script's numbers are not whole any more: larger ones are texts."""

_MANY, _ALIKE = 64, 8
"""Columns that are long enough for steps, and how many values there must be for each different step."""


def packed(values: Sequence[Any]) -> Any:
    """A column as it is, or its different values and where each of them stands, or the steps between numbers.

    >>> packed([64, 128, 256]), packed([0, 0, 0]), packed(["conv", "relu", "conv", "relu"])
    ([64, 128, 256], {'every': 0, 'count': 3}, {'of': ['conv', 'relu'], 'at': [0, 1, 0, 1]})
    """
    different = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(different) == 1 and len(values) > 1:
        return {"every": plain(values[0]), "count": len(values)}
    if 2 * len(different) > len(values):
        return _by_steps(values) or [plain(value) for value in values]
    return {"of": [plain(value) for value in different], "at": [different[value] for value in values]}


def _by_steps(values: Sequence[Any]) -> dict[str, Any] | None:
    """Whole numbers as the first of them and the step to each next one, where steps are alike; ``None`` otherwise.

    >>> _by_steps([*range(0, 400, 4)])
    {'first': 0, 'steps': {'every': 4, 'count': 99}}
    """
    if len(values) < _MANY or any(value.__class__ is not int or abs(value) > LARGEST_EXACT for value in values):
        return None
    steps = [second - first for first, second in pairwise(values)]
    if _ALIKE * len(set(steps)) > len(steps):
        return None
    return {"first": values[0], "steps": packed(steps)}


def plain(value: Any) -> Any:
    """A value as JSON has it, and whole numbers that a script would round as texts.

    >>> plain((1, 2**53 + 1)), plain(0.5), plain(None)
    ([1, '9007199254740993'], 0.5, None)
    """
    if value.__class__ is int:
        return value if -LARGEST_EXACT <= value <= LARGEST_EXACT else str(value)
    return [plain(each) for each in value] if value.__class__ in (tuple, list) else value


def packed_fields(records: Iterable[Any], names: Iterable[str]) -> dict[str, Any]:
    """Records, or ``None`` for some of them, as a column for each of their fields."""
    rows = list(records)
    return {name: packed([None if row is None else getattr(row, name) for row in rows]) for name in names}
