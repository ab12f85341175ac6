"""One step in time: the network recorded on a tape and, in training, what follows forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.heap import Heap
from cnncost.autograd.tape import Tape
from cnncost.footprint.running.forward import Forward
from cnncost.footprint.running.record import Step

if TYPE_CHECKING:
    from cnncost.autograd.convolution import Workspace
    from cnncost.autograd.observer import Observer
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

CUDA_ROUNDING = 512
"""Bytes that CUDA's caching allocator rounds every block up to a multiple of."""


def run_step(
    graph: Graph, settings: StepSettings, workspace: Workspace | None = None, observer: Observer | None = None
) -> Step:
    """A training step, or an inference, once the optimizer has its states.

    Args:
        graph: the network.
        settings: how the step runs.
        workspace: the bytes that a convolution holds while it runs. Without it, there are tensors only.
        observer: who is told of everything that runs.
    """
    if settings.inplace:
        from cnncost.graph.overwriting import with_activations_in_place

        graph = with_activations_in_place(graph)
    tape = Tape(
        Heap(CUDA_ROUNDING if settings.on_cuda else 1),
        settings.batch,
        dtype=settings.dtype,
        device="cuda" if settings.on_cuda else "cpu",
        autocast=settings.amp,
        training=settings.trains,
        channels_last=settings.channels_last,
        workspace=workspace,
    )
    tape.observer = observer
    forward = Forward(graph, tape, settings)
    if not settings.trains:
        forward.run()
        return Step(tape, {}, set())
    from cnncost.footprint.running.training import TrainingStep  # who asks for inference only does not wait for it

    return TrainingStep(forward, tape, settings).run()
