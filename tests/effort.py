"""What a computation takes, in steps that are the same on every machine: what a clock measures, without the clock.

>>> from cnncost.symbolic.dims import ceil_div
>>> steps(lambda: ceil_div(7, 2)) < steps(lambda: [ceil_div(7, 2) for _ in range(3)])
True
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def steps(work: Callable[[], object], most: int = sys.maxsize) -> int:
    """How many lines of cnncost run in the course of `work`; a line that loops counts once for each turn.

    What runs in C, such as a search in a list, is part of its line, and not counted.

    Raises:
        AssertionError: there are more than `most`; the work is stopped there, which may never end of itself.
    """
    count = 0

    def line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal count
        count += event == "line"
        if count > most:
            raise AssertionError(f"it takes more than {most:,} steps")
        return line

    def call(frame: FrameType, _: str, __: Any) -> Any:
        return line if frame.f_globals.get("__name__", "").startswith("cnncost") else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
