"""A roofline as data: layers over their arithmetic intensity, below the ceilings of a device (Williams et al. 2009)."""

from __future__ import annotations

from cnncost.records import NamedTuple

BOUNDS = ("compute", "bandwidth", "launches")
"""What may bind a layer, in the order of a legend."""


class Ceiling(NamedTuple):
    """What a device can do at the most."""

    name: str
    """What it is a ceiling of."""
    rate: float
    """FLOPs, or bytes, in a second."""


class Spot(NamedTuple):
    """A layer, or several that lie in the same place."""

    name: str
    """What it is called."""
    intensity: float
    """FLOPs per byte that it reads or writes."""
    flops_per_second: float
    """How fast it computes."""
    seconds: float
    """How long that takes."""
    bound_by: str
    """One of :data:`BOUNDS`."""


class Roofline(NamedTuple):
    """What there is to draw."""

    title: str
    """What it shows."""
    spots: tuple[Spot, ...]
    """The layers that compute something, one at least."""
    compute: tuple[Ceiling, ...]
    """Operations in a second, as level lines; none where they are not known."""
    bandwidth: tuple[Ceiling, ...]
    """Bytes in a second, as rising lines; one at least."""
    y_heading: str = "FLOPs per second"
    """What the axis upwards is."""
    x_heading: str = "FLOPs per byte"
    """What the axis across is."""

    @property
    def ridges(self) -> list[float]:
        """The intensities from which operations bind, and not bytes: where a rising line meets the highest level one.

        >>> Roofline("r", (), (Ceiling("float32", 8e12),), (Ceiling("memory", 1e12),)).ridges
        [8.0]
        """
        if not self.compute:
            return []
        highest = max([each.rate for each in self.compute])
        return [highest / each.rate for each in self.bandwidth]

    def roof(self, intensity: float) -> float:
        """The most FLOPs in a second at an intensity."""
        rising = max([each.rate for each in self.bandwidth]) * intensity
        return min([rising, max([each.rate for each in self.compute])]) if self.compute else rising

    @property
    def slowest(self) -> list[Spot]:
        """The layers, those that take longest first."""
        return sorted(self.spots, key=lambda spot: -spot.seconds)


def merged(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """The spots, with those in one place as one that is called by the first of them, and takes as long as all.

    >>> [spot.name for spot in merged((Spot("a", 2.0, 1e9, 1.0, "compute"), Spot("b", 2.0, 1e9, 2.0, "compute")))]
    ['a and 1 more']
    """
    together: dict[tuple[str, str, str], list[Spot]] = {}
    for spot in spots:
        place = (f"{spot.intensity:.3g}", f"{spot.flops_per_second:.3g}", spot.bound_by)
        together.setdefault(place, []).append(spot)
    return tuple([_as_one(several) for several in together.values()])


def _as_one(several: list[Spot]) -> Spot:
    first, *others = several
    name = f"{first.name} and {len(others)} more" if others else first.name
    return first._replace(name=name, seconds=sum([spot.seconds for spot in several]))
