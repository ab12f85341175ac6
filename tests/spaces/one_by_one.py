"""The reference that evaluation on arrays is compared with: one analysis after the other, by the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cnncost
from cnncost import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.spaces.points import Points


def one_by_one(
    spec: str, figures: Sequence[str], points: Points, settings: Mapping[str, Any] | None = None
) -> list[dict[str, Any] | str]:
    """The figures of each point, or the text of what is wrong with it."""
    found: list[dict[str, Any] | str] = []
    for place in range(len(points)):
        try:
            totals = cnncost.analyze(spec, **_arguments(points.row(place)), **(settings or {})).totals
            found.append({name: totals[name] for name in figures})
        except SpecError as error:
            found.append(str(error))
    return found


def _arguments(row: dict[str, Any]) -> dict[str, Any]:
    """A point as the API takes one; elements of a list are no part of it."""
    arguments: dict[str, Any] = {"set": {}}
    for name, value in row.items():
        if name in ("batch", "input"):
            arguments[name] = value
        elif name.startswith("input."):
            arguments.setdefault("input", {})[name.removeprefix("input.")] = value
        else:
            arguments["set"][name] = value
    return arguments
