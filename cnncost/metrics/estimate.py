"""What an estimate is: one value for a network as a whole, from the settings and totals of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from cnncost.metrics.metric import Unit
    from cnncost.settings import Settings

    class Analyzed(Protocol):
        """A network whose metrics are computed: a report, which lies above."""

        @property
        def settings(self) -> Settings: ...

        @property
        def totals(self) -> Mapping[str, int | None]: ...

    Compute = Callable[[Analyzed], int | None]


class Estimate(NamedTuple):
    """One value for a network, which no layer has a share of by itself: a peak of memory, a latency."""

    name: str
    """In JSON, in budgets and in the API."""
    unit: Unit
    about: str
    """One line for help texts."""
    heading: str
    """For people."""
    compute: Compute
    """From the settings and totals of a network; ``None`` where there is no answer."""
    source: str = ""
    """Who published how to estimate it."""
    title: str = ""
    """Its name for people where no column is around it; empty where that is the heading."""
    detail: str = ""
    """What the heading leaves unsaid."""


ESTIMATES: dict[str, Estimate] = {}
"""Every estimate, in an order to show them in."""


def estimate(name: str, unit: Unit, about: str, *, heading: str, **more: Any) -> Callable[[Compute], Compute]:
    """Register a function as the estimate `name`; what else may be said of it are the fields of :class:`Estimate`.

    Raises:
        TypeError: there is an estimate of that name, or no such field.
    """

    def register(compute: Compute) -> Compute:
        if name in ESTIMATES:
            raise TypeError(f"two estimates are called {name!r}")
        ESTIMATES[name] = Estimate(name, unit, about, heading, compute, **more)
        return compute

    return register
