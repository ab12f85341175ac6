"""One case measured: the time of each of its layers, in several groups of steps with the reference between them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cnncost.measurement.calibration.case import Case
from cnncost.measurement.calibration.chains.shapes import TINY
from cnncost.measurement.calibration.reference import TOLERANCE
from cnncost.measurement.devices import synchronise
from cnncost.measurement.layer_latency import marked, read_step
from cnncost.measurement.step import prepare
from cnncost.measurement.timing import Stopwatch, quantile, undisturbed_clock
from cnncost.pytorch.build import runs
from cnncost.records import NamedTuple
from cnncost.validation import Fraction, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from cnncost.measurement.calibration.reference import Reference
    from cnncost.measurement.step import Subject

GROUPS = 3
_WARM_UP_STEPS = 2
_FEWEST_STEPS = 2
_MOST_STEPS = 100

OPTIMIZER = "adam"
"""Whose steps end those of training."""

WIDE = 0.1
"""A reading whose groups differ by a larger part is taken again."""


class LayerReading(Record):
    """What one layer of a case took."""

    forward: Fraction
    """seconds of its forward pass"""
    backward: Fraction | None = None
    """seconds of its backward pass; null where none runs"""


class Reading(Record):
    """What a case took: of every figure the median over the groups of the least in a group."""

    case: Case
    """what was measured"""
    layers: tuple[LayerReading, ...]
    """its layers in their order"""
    optimizer_seconds: Fraction | None = None
    """of the optimizer's step; null in inference"""
    step_seconds: Fraction | None = None
    """of the whole step without marks, until the device is done; null where layers take longer than to start them"""
    spread: Fraction
    """between the groups, as a part of the whole"""
    reference_seconds: Fraction
    """what the reference took meanwhile"""
    spent_seconds: Fraction = 0.0
    """that measuring it took, all told"""

    @property
    def seconds(self) -> float:
        """All layers together."""
        return sum(layer.forward + (layer.backward or 0.0) for layer in self.layers)

    def is_disturbed(self, quiet_seconds: float) -> bool:
        """Whether something else ran besides: the reference took longer than in quiet, or the groups differ."""
        return self.reference_seconds > TOLERANCE * quiet_seconds or self.spread > WIDE

    def is_better_than(self, other: Reading) -> bool:
        """Whether it was disturbed less: what takes less time was."""
        return self.reference_seconds * (1 + self.spread) < other.reference_seconds * (1 + other.spread)


class _Group(NamedTuple):
    """Steps one after the other, between two readings of the reference."""

    least: Mapping[Hashable, float]
    """The least that each part took."""
    reference_seconds: float
    """The longer of the two readings."""


def read_case(
    case: Case, device: str, seconds: float, reference: Reference, before: Callable[[], object] = lambda: None
) -> Reading:
    """Measure a case.

    Args:
        case: what to measure.
        device: where, as PyTorch calls it.
        seconds: that its steps may take.
        reference: timed before and after each group of steps.
        before: called before each step.
    """
    graph = case.chain.graph()
    subject = prepare(graph, case.options(device, OPTIMIZER), device)
    nodes = [node for node in graph.layers if runs(node, case.options(device, OPTIMIZER).trains)]
    stopwatch = Stopwatch(device, undisturbed_clock())
    with marked(subject, stopwatch, nodes):
        for _ in range(_WARM_UP_STEPS):
            read_step(subject, stopwatch, before)

        def group() -> Mapping[Hashable, float]:
            return _least(lambda: read_step(subject, stopwatch, before), seconds / GROUPS)

        groups = read_groups(group, reference)
    reading = summary(case, groups, [node.id for node in nodes])
    if case.chain.family != TINY:
        return reading
    return reading.model_copy(update={"step_seconds": _step_seconds(subject, device, seconds / GROUPS)})


def _step_seconds(subject: Subject, device: str, seconds: float) -> float:
    """The least that a step takes, with the time that it takes to start its kernels."""
    clock = time.perf_counter if device.startswith("cuda") else undisturbed_clock()

    def read() -> Mapping[Hashable, float]:
        started = clock()
        subject.step()
        synchronise(device)
        return {"step": clock() - started}

    return _least(read, seconds)["step"]


def read_groups(group: Callable[[], Mapping[Hashable, float]], reference: Reference) -> list[_Group]:
    """Several groups, with the reference timed between them; of them those that nothing disturbed, two at least."""
    earlier, groups = reference.time(), []
    for _ in range(GROUPS):
        least, later = group(), reference.time()
        groups.append(_Group(least, max(earlier, later)))
        earlier = later
    ordered = sorted(groups, key=lambda each: each.reference_seconds)
    return [each for place, each in enumerate(ordered) if place < 2 or reference.is_quiet(each.reference_seconds)]


def summary(case: Case, groups: Sequence[_Group], numbers: Sequence[int]) -> Reading:
    """The reading that groups amount to; `numbers` are those of the layers."""
    wholes = [sum(group.least.values()) for group in groups]
    trains = case.conditions.mode == "train"
    return Reading(
        case=case,
        layers=tuple(
            [
                LayerReading(
                    forward=_median(groups, ("forward", number)) or 0.0, backward=_median(groups, ("backward", number))
                )
                for number in numbers
            ]
        ),
        optimizer_seconds=_median(groups, "optimizer") if trains else None,
        spread=(max(wholes) - min(wholes)) / quantile(sorted(wholes), 0.5),
        reference_seconds=max(group.reference_seconds for group in groups),
    )


def _median(groups: Sequence[_Group], key: Hashable) -> float | None:
    found = [group.least[key] for group in groups if key in group.least]
    return quantile(sorted(found), 0.5) if found else None


def _least(read: Callable[[], Mapping[Hashable, float]], seconds: float) -> Mapping[Hashable, float]:
    """The least of each part over steps that take so long together."""
    least = dict(read())
    started, steps = time.perf_counter(), 1
    while steps < _FEWEST_STEPS or (time.perf_counter() - started < seconds and steps < _MOST_STEPS):
        for key, taken in read().items():
            least[key] = min(taken, least.get(key, taken))
        steps += 1
    return least
