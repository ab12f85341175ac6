"""What lies around a step: labels that are the same in two networks where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from cnncost.verification.comparison.steps import Steps

RADII = (None, 16, 4, 1, 0)
"""How far around itself a step is looked at, in steps: to the ends of the network first."""

Labels = dict[int | None, list[int]]
"""A number for every step that tells what lies around it, by how far that goes."""


def upstream(network: Steps, numbers: dict[Hashable, int]) -> Labels:
    def neighbours(place: int) -> Iterable[tuple[int, int]]:
        step = network.steps[place]
        return [(0 if step.symmetric else position, read) for position, read in enumerate(step.reads)]

    return _labels(network, range(len(network.steps)), neighbours, lambda _: 0, numbers)


def downstream(network: Steps, numbers: dict[Hashable, int]) -> Labels:
    readers: list[list[tuple[int, int]]] = [[] for _ in network.steps]
    for place, step in enumerate(network.steps):
        for position, read in enumerate(step.reads):
            readers[read].append((0 if step.symmetric else position, place))

    def ends(place: int) -> int:
        return 1 + network.outputs.index(place) if place in network.outputs else 0

    order = range(len(network.steps) - 1, -1, -1)
    return _labels(network, order, readers.__getitem__, ends, numbers)


def _labels(
    network: Steps,
    order: Iterable[int],
    neighbours: Callable[[int], Iterable[tuple[int, int]]],
    mark: Callable[[int], int],
    numbers: dict[Hashable, int],
) -> Labels:
    """What lies around every step on one side: everything, and as far as each of the radii says."""
    own = [_number(numbers, (step.form, mark(place))) for place, step in enumerate(network.steps)]

    def around(place: int, labels: Sequence[int]) -> int:
        return _number(numbers, (own[place], *sorted([(at, labels[other]) for at, other in neighbours(place)])))

    whole = [*own]
    for place in order:
        whole[place] = around(place, whole)
    labels: Labels = {None: whole, 0: own}
    near = own
    for distance in range(1, 1 + max(radius for radius in RADII if radius is not None)):
        near = [around(place, near) for place in range(len(own))]
        if distance in RADII:
            labels[distance] = near
    return labels


def _number(numbers: dict[Hashable, int], key: Hashable) -> int:
    """A number for a key, the same wherever it comes up."""
    return numbers.setdefault(key, len(numbers))
