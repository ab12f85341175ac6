"""Points in a plane, as data: some with a name, the others to compare them with."""

from __future__ import annotations

from cnncost.records import NamedTuple


class Point(NamedTuple):
    """A point; one with a name is marked."""

    x: float
    """Where it is on the axis across."""
    y: float
    """Where it is on the axis upwards."""
    name: str = ""
    """What it is called; empty for one that others are compared with."""
    is_best: bool = True
    """Of one with a name: whether it is on the frontier."""


class Plot(NamedTuple):
    """What there is to draw."""

    title: str
    """What it shows."""
    x_heading: str
    """What the axis across is, which is logarithmic."""
    y_heading: str
    """What the axis upwards is."""
    points: tuple[Point, ...]
    """With positive x, which is drawn logarithmically."""
    log_y: bool = False
    """Whether the axis upwards is logarithmic too."""
    x_in_bytes: bool = False
    """Whether the axis across has bytes."""
    y_in_bytes: bool = False
    """Whether the axis upwards has."""
    missing: tuple[str, ...] = ()
    """Names of what has no place on the axes."""
