"""Times of kernels put together: by layer, by phase, and what binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.roofline.report import BOUNDS, LayerTime, binding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.roofline.kernels import Kernel

LOSS, OPTIMIZER = "loss", "optimizer"
"""What runs outside the network's layers."""


class TimedKernel(NamedTuple):
    """A kernel and its time."""

    kernel: Kernel
    """What runs."""
    seconds: float
    """How long, or how long at the least."""
    bound_by: str
    """What binds it: one of :data:`~cnncost.roofline.report.BOUNDS`."""


def layers_of(graph: Graph, timed: Sequence[TimedKernel], batch: int) -> tuple[LayerTime, ...]:
    """The layers with their times, in the order of execution, then what runs outside of them."""
    by_place: dict[int | str, list[TimedKernel]] = {}
    for each in timed:
        by_place.setdefault(_place(each.kernel), []).append(each)
    layers = [_layer(node, by_place.get(node.id, []), batch) for node in graph.layers]
    outside = [_row(name, name, by_place[name]) for name in (LOSS, OPTIMIZER) if name in by_place]
    return (*layers, *outside)


def phases_of(timed: Sequence[TimedKernel]) -> dict[str, float]:
    """Seconds by phase, in their order; phases that run nothing are left out."""
    seconds = dict.fromkeys(("forward", "loss", "backward", "optimizer"), 0.0)
    for each in timed:
        seconds[_phase(each.kernel)] += each.seconds
    return {phase: time for phase, time in seconds.items() if time}


def bound_of(timed: Sequence[TimedKernel]) -> str:
    """What binds most of the time of all kernels."""
    return binding(_parts(timed)) or "compute"


def _place(kernel: Kernel) -> int | str:
    """The node that runs a kernel, or what runs it outside of the network."""
    if kernel.layer >= 0:
        return kernel.layer
    return OPTIMIZER if kernel.direction == "optimizer" else LOSS


def _phase(kernel: Kernel) -> str:
    if kernel.direction in ("forward", "optimizer"):
        return "loss" if kernel.layer < 0 and kernel.direction == "forward" else kernel.direction
    return "backward"


def _layer(node: Node, timed: Sequence[TimedKernel], batch: int) -> LayerTime:
    row = _row(node.name, node.type, timed)
    scopes = tuple([container.kind for container in node.containers])
    return row._replace(output_shape=(batch, *node.y.dims), scopes=scopes)


def _row(name: str, kind: str, timed: Sequence[TimedKernel]) -> LayerTime:
    phases = phases_of(timed)
    parts = _parts(timed)
    return LayerTime(
        name,
        kind,
        sum(phases.values()),
        phases.get("forward", 0.0) + phases.get("loss", 0.0),
        phases.get("backward", 0.0),
        sum([each.kernel.flops for each in timed]),
        sum([each.kernel.bytes for each in timed]),
        len(timed),
        binding(parts),
        bound_seconds=parts,
    )


def _parts(timed: Sequence[TimedKernel]) -> tuple[float, ...]:
    """Seconds by what binds, in the order of :data:`BOUNDS`."""
    return tuple([sum([each.seconds for each in timed if each.bound_by == bound]) for bound in BOUNDS])
