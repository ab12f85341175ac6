"""What a step takes, as data: the peak, what lives there, and the course of the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.footprint.settings import StepSettings


class Part(NamedTuple):
    """One kind of what lives at the peak."""

    kind: str
    """``parameters``, ``buffers``, ``optimizer`` states, ``weight gradients``, ``kept`` for backward, other
    ``activation``, ``gradient`` of an activation, ``input``, ``target``, ``loss``."""
    bytes: int
    """Of all of it."""
    stages: Mapping[str, int]
    """The same by where in the network it was made; empty where that says nothing."""


class Moment(NamedTuple):
    """One operation in the course of a step."""

    phase: str
    """``forward``, ``loss``, ``backward``, ``optimizer``."""
    layer: str | None
    """The layer that runs, or whose backward does; ``None`` where none does."""
    peak_bytes: int
    """The most that lived while it ran."""
    bytes: int
    """What lives once it has run."""


class MemoryReport(NamedTuple):
    """What a steady step of a network takes.

    `peak_bytes` is exact: the live tensors, in PyTorch's order. What the allocator and the libraries make of that on a
    card is apart: `allocated_bytes`, `reserved_bytes` and `workspace_bytes`, which are ``None`` on a processor.
    """

    name: str
    """Of the network."""
    settings: StepSettings
    """How the step runs."""
    inputs: Mapping[str, tuple[int, ...]]
    """The shape of every input, with the batch."""
    peak_bytes: int
    """The most that lives at once."""
    kept_bytes: int
    """What autograd keeps for backward; parameters and buffers are not counted. 0 in inference."""
    steady_bytes: int
    """What lives between two steps: parameters, buffers, gradients, the optimizer's states, the batch."""
    peak_phase: str
    """When the peak is: in ``forward``, ``loss``, ``backward`` or ``optimizer``."""
    peak_layer: str | None
    """The layer that runs at the peak, or whose backward does; ``None`` where none does."""
    parts: tuple[Part, ...]
    """What lives at the peak, the largest first."""
    timeline: tuple[Moment, ...]
    """The step in its course."""
    kept_by_layer: Mapping[str, int]
    """What is kept, by the layer that keeps it first."""
    allocated_bytes: int | None = None
    """The most that PyTorch's allocator hands out at once on the card, with rounding, workspaces and what stays."""
    reserved_bytes: int | None = None
    """The most that it takes from the card."""
    workspace_bytes: int | None = None
    """Workspaces at the peak; without a device's profile the largest that any operation may take."""
    warnings: tuple[str, ...] = ()
    """What is odd about the network, or left out."""
