"""Peak memory of one step, beside what is predicted of its tensors.

On a GPU the caching allocator's own statistics tell it; on a CPU the profiler's record of every allocation, which tells
workspaces inside operators from tensors. Prediction and measurement are of the same step, with a cross-entropy loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.footprint.estimate import step_memory
from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import refuse_unsupported, resolve, synchronise
from cnncost.measurement.memory.between_operators import measure_live_bytes, storage_bytes
from cnncost.measurement.memory.limit import limited_to_room
from cnncost.measurement.memory.real_step import RealStep
from cnncost.measurement.memory.trace import traced
from cnncost.measurement.outcome import Failure, OutOfMemory, attempt, release
from cnncost.measurement.results import (
    Memory,
    MemoryFailure,
    MemoryOutOfMemory,
    MemorySetting,
    PeakMemory,
    PredictedMemory,
)
from cnncost.measurement.step import prepare
from cnncost.progress import no_progress
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph
    from cnncost.measurement.options import MeasureOptions
    from cnncost.measurement.results import MemoryResult
    from cnncost.progress import Progress

NOTES = {
    "cpu": "workspaces inside operators differ from one processor to another: the prediction is of the tensors that "
    "live between operators",
    "cuda": "the prediction is of the tensors: what is beyond are workspaces of cuDNN, and blocks that the allocator "
    "could not split",
}
"""What lies between the prediction and the peak, by kind of device."""

_WARM_UP_STEPS = 2
"""Before the one that counts: the optimizer makes its state in the first."""


def measure_memory(graph: Graph, options: MeasureOptions, progress: Progress = no_progress) -> MemoryResult:
    """The peak memory of one inference, or of one training step once the optimizer has its state.

    Returns:
        the peak in bytes, with the parameters and the inputs of the batch, beside the prediction. Or why it cannot be
        measured: out of memory, or another failure.

    Raises:
        SpecError: options that cannot be measured, or not on that device.

    >>> from cnncost import load
    >>> from cnncost.measurement.options import MeasureOptions
    >>> memory = measure_memory(load("lenet5"), MeasureOptions(device="cpu", mode="train", optimizer="sgd"))
    >>> memory.tensor_bytes == memory.predicted.peak_bytes, memory.ratio
    (True, 1.0)
    """
    options.checked()
    choice = resolve(options.device)
    refuse_unsupported(choice, options.dtype)
    settings = options.step_settings(choice.device)
    setting = MemorySetting(
        device=choice.device,
        batch=options.batch,
        dtype=options.dtype,
        mode=options.mode,
        optimizer=options.optimizer if options.trains else None,
        predicted=predicted_memory(graph, settings),
    )

    def measure() -> Memory:
        progress(f"{graph.name}: memory", 0, 1)
        with limited_to_room(choice.device), conditions(choice.device, options.dtype, search=False):
            peak, notes = _measured(graph, options, choice.device, settings)
        progress(f"{graph.name}: memory", 1, 1)
        return beside_prediction(setting, peak, notes)

    found = attempt(measure, choice.device, setting.predicted.peak_bytes)
    if isinstance(found, OutOfMemory):
        return MemoryOutOfMemory(**dict(setting), **dict(found))
    if isinstance(found, Failure):
        return MemoryFailure(**dict(setting), **dict(found))
    return found


def predicted_memory(graph: Graph, settings: StepSettings) -> PredictedMemory:
    """What the tensors of a step take at most, and what they are then."""
    memory = step_memory(graph, settings)
    parts = {part.kind: part.bytes for part in memory.parts}
    return PredictedMemory(
        peak_bytes=memory.peak_bytes, peak_phase=memory.peak_phase, peak_layer=memory.peak_layer, parts=parts
    )


def beside_prediction(setting: MemorySetting, peak: PeakMemory, notes: tuple[str, ...] = ()) -> Memory:
    """A peak with its ratio to the prediction, and what there is to know of that."""
    predicted = setting.predicted.peak_bytes
    tensors = peak.peak_bytes if peak.tensor_bytes is None else peak.tensor_bytes
    note = NOTES[setting.device.partition(":")[0]]
    return Memory(**dict(setting), **dict(peak), ratio=tensors / predicted if predicted else None, notes=(note, *notes))


def _measured(
    graph: Graph, options: MeasureOptions, device: str, settings: StepSettings
) -> tuple[PeakMemory, tuple[str, ...]]:
    """The peak, and notes on what was done otherwise than asked."""
    is_gpu = device.startswith("cuda")
    before = _settled(device) if is_gpu else (0, 0)
    subject = prepare(graph, options, device)
    step = RealStep(subject.model, subject.inputs, settings, len(graph.outputs))
    return (_gpu_peak(step, device, before) if is_gpu else _cpu_peak(step)), subject.notes


def _settled(device: str) -> tuple[int, int]:
    """Bytes that the caching allocator has given out, and reserved, before there is a model.

    cuBLAS takes its workspace once and keeps it: it is not part of this network, and must be there before.
    """
    torch = import_torch()
    release(device)
    torch.mm(*torch.zeros(2, 8, 8, device=device))
    synchronise(device)
    return torch.cuda.memory_allocated(device), torch.cuda.memory_reserved(device)


def _gpu_peak(step: RealStep, device: str, before: tuple[int, int]) -> PeakMemory:
    """The peak by the caching allocator's statistics, less what was there before the model."""
    cuda = import_torch().cuda
    allocated, reserved = before
    for _ in range(_WARM_UP_STEPS):
        step.run()
    step.clear()
    cuda.reset_peak_memory_stats(device)
    outputs = step.run()
    synchronise(device)
    del outputs
    peak_bytes = cuda.max_memory_allocated(device) - allocated
    reserved_bytes = cuda.max_memory_reserved(device) - reserved
    step.clear()
    return PeakMemory(
        method="allocator statistics",
        peak_bytes=peak_bytes,
        reserved_bytes=reserved_bytes,
        input_bytes=storage_bytes(step.inputs),
        trace=traced(step.run, device),
    )


def _cpu_peak(step: RealStep) -> PeakMemory:
    """The peak by the profiler's allocation events, on top of what is there between two steps."""
    live = measure_live_bytes(step)
    return PeakMemory(
        method="the profiler's allocation events",
        peak_bytes=live.anywhere,
        tensor_bytes=live.between_operators,
        reserved_bytes=None,
        input_bytes=storage_bytes(step.inputs),
    )
