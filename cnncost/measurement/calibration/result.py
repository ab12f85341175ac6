"""What a calibration found: how much was measured, how steady it was, and how well the coefficients say it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.measurement.timing import quantile
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.measurement.calibration.file import Measurements
    from cnncost.measurement.ceilings import Ceilings
    from cnncost.measurement.devices import Machine

_MEDIAN, _MOST, _QUIET = 0.5, 0.9, 0.1


class Errors(NamedTuple):
    """How far predictions of something lie from what was measured, as parts of that."""

    number: int
    """How many there are."""
    median: float
    """Half of them are no further away."""
    most: float
    """Nine of ten are no further away."""

    @classmethod
    def of(cls, ratios: Iterable[float]) -> Errors:
        """Those of the ratios of predicted to measured, of one at least.

        >>> Errors.of([1.1, 0.5, 1.0])
        Errors(number=3, median=0.10000000000000009, most=0.42000000000000004)
        """
        away = sorted(abs(ratio - 1) for ratio in ratios)
        return cls(len(away), quantile(away, _MEDIAN), quantile(away, _MOST))


class ConditionsFound(NamedTuple):
    """What was measured under the same conditions."""

    conditions: str
    """Number format, layout, and mode."""
    cases: int
    """How many cases."""
    spread: float
    """Between the groups of a case's steps, as a part of the whole: the median of the cases."""
    errors: Errors
    """Of whole cases, predicted with the coefficients that they were fitted to."""
    ceilings: Ceilings | None
    """What the device can do at most in that number format."""


class KindFound(NamedTuple):
    """Layers whose first kernel is of a kind."""

    kind: str
    """What it is to the device."""
    errors: Errors
    """Of single layers, forward and backward by themselves."""


class Calibration(NamedTuple):
    """What a calibration found."""

    path: str
    """The profile's file."""
    measurements: str
    """The file of the measurements."""
    machine: Machine
    """Where was measured, and when."""
    cases: int
    """How many cases were measured, all told."""
    again: int
    """How many of them were measured again, since they were disturbed."""
    disturbed: int
    """How many of them were disturbed all the same."""
    seconds: float
    """That measuring took, all told."""
    interrupted: bool
    """Whether it ended before its time."""
    conditions: Sequence[ConditionsFound]
    """By conditions, the most important first."""
    kinds: Sequence[KindFound]
    """By kind, in alphabetical order."""

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "schema": 1,
            "path": self.path,
            "measurements": self.measurements,
            "machine": self.machine.model_dump(),
            "cases": self.cases,
            "again": self.again,
            "disturbed": self.disturbed,
            "seconds": self.seconds,
            "interrupted": self.interrupted,
            "conditions": [_conditions_dict(each) for each in self.conditions],
            "kinds": [{"kind": each.kind, **each.errors._asdict()} for each in self.kinds],
        }


def counts(measurements: Measurements) -> tuple[int, int, int]:
    """How many cases were measured, how many of them again, and how many are disturbed all the same.

    What is quiet is what the reference took in the quietest tenth of all of them.
    """
    readings = [*measurements.readings.values()]
    quiet = quantile(sorted(reading.reference_seconds for reading in readings), _QUIET)
    again = sum(tries > 1 for tries in measurements.tries.values())
    return len(readings), again, sum(reading.is_disturbed(quiet) for reading in readings)


def _conditions_dict(found: ConditionsFound) -> dict[str, Any]:
    return {
        "conditions": found.conditions,
        "cases": found.cases,
        "spread": found.spread,
        "errors": found.errors._asdict(),
        "ceilings": found.ceilings and found.ceilings.model_dump(),
    }
