"""Columns of the page as its script reads them."""

from __future__ import annotations

from itertools import accumulate
from typing import Any


def unpacked(column: Any) -> list[Any]:
    """A column as the script of the page unpacks it."""
    if isinstance(column, list):
        return column
    if "first" in column:
        return list(accumulate([column["first"], *unpacked(column["steps"])]))
    return [column["every"]] * column["count"] if "every" in column else [column["of"][place] for place in column["at"]]
