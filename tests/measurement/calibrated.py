"""Stand-ins: a clock that moves when it is told to, readings that were not taken, a machine that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.measurement.calibration.case import Case, Chain, Conditions, links
from cnncost.measurement.calibration.reading import LayerReading, Reading
from cnncost.measurement.devices import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MACHINE = Machine(device="cpu", name="a processor, 1 thread", driver="", torch="2.13.0", date="2026-11-28")


class Clock:
    """The time in seconds, which passes when `pass_` is called."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


def case(number: int = 1, mode: str = "infer") -> Case:
    """A case that differs from others by its number."""
    chain = Chain(family="activation", channels=number, spatial=(4, 4), links=links("relu"))
    return Case(chain=chain, batch=1, conditions=Conditions(mode=mode))


def reading(of: Case, seconds: float = 0.001, *, reference: float = 1.0, spread: float = 0.0) -> Reading:
    """A reading of a case of one layer."""
    return Reading(
        case=of, layers=(LayerReading(forward=seconds),), spread=spread, reference_seconds=reference, spent_seconds=0.0
    )


def all_cases() -> Iterator[Case]:
    """Cases without an end."""
    number = 0
    while True:
        number += 1
        yield case(number)


def readings_of(*seconds: float, then: float = 1.0) -> Callable[[], float]:
    """A stopwatch that reads these seconds one after the other, and `then` from there on."""
    left = list(seconds)
    return lambda: left.pop(0) if left else then
