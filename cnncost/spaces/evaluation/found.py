"""The figures of points, as they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.spaces.figures import UNKNOWN, Figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.spaces.evaluation.programs import Answer


class Found:
    """The figures so far, and what is wrong with points that do not hold.

    Args:
        names: of the figures.
        points: how many there are.

    >>> found = Found(["params"], points=3)
    >>> found.put([320], np.array([0, 2]))
    >>> found.put("error: no", np.array([1]))
    >>> found.figures().columns["params"].tolist(), found.figures().errors
    ([320, -1, 320], [None, 'error: no', None])
    """

    def __init__(self, names: Sequence[str], points: int) -> None:
        self._columns: dict[str, Any] = {name: np.full(points, UNKNOWN, dtype=np.int64) for name in names}
        self._errors: list[str | None] = [None] * points

    def put(self, answer: Answer, places: Any) -> None:
        """Put what was found for some points in their places."""
        if isinstance(answer, str):
            for place in places.tolist():
                self._errors[place] = answer
            return
        for name, total in zip(self._columns, answer, strict=True):
            if total is not None:
                self._put(name, total, places)

    def _put(self, name: str, total: Any, places: Any) -> None:
        """Put a figure of some points in their places: an array, or one number for all of them."""
        is_large = total.dtype == object if isinstance(total, np.ndarray) else total >= 2**63
        if is_large and self._columns[name].dtype != object:
            self._columns[name] = self._columns[name].astype(object)
        self._columns[name][places] = total

    def figures(self) -> Figures:
        """All of them."""
        return Figures(self._columns, self._errors)
