"""What an estimate is: one value for a network as a whole, which is among the totals of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.metrics.analysis import Analysis
    from cnncost.metrics.metric import AtLeast, Unit

    Compute = Callable[[Analysis], int | AtLeast | None]


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
    """From the analysis of a network; what it is at least where not all is known, ``None`` where there is no answer."""
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
