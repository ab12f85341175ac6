"""Peak memory of one step, beside what the textbook adds up.

On a GPU the caching allocator's own statistics tell it; on a CPU the profiler's record of every allocation, replayed.
The textbook's sum holds the outputs of all layers at once. Of what a network keeps that is an upper bound: inference
frees a tensor after its last use, and not every layer needs its output for backward. What it leaves out are the inputs,
the gradients of activations and the workspaces inside layers, which show in small networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import refuse_unsupported, resolve, synchronise
from cnncost.measurement.memory.between_operators import profiled, replayed, storage_bytes
from cnncost.measurement.memory.limit import limited_to_room
from cnncost.measurement.options import report_for
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
from cnncost.metrics.textbook_memory import MEMORY_PARTS
from cnncost.progress import no_progress
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.measurement.options import MeasureOptions
    from cnncost.measurement.results import MemoryResult
    from cnncost.measurement.step import Subject
    from cnncost.progress import Progress
    from cnncost.report.report import Report

NOTES = {
    "infer": "the prediction adds up the outputs of all layers, an upper bound of what inference keeps, since it frees "
    "each after its last use; the inputs and the layers' workspaces are not in it",
    "train": "the prediction adds up the outputs of all layers, whether backward needs them or not; the inputs, the "
    "gradients of activations and the layers' workspaces are not in it",
}
"""What a peak is to be compared with, by mode."""

_WARM_UP_STEPS = 2
"""Before the one that counts: the optimizer makes its state in the first."""


def measure_memory(
    graph: Graph, report: Report, options: MeasureOptions, progress: Progress = no_progress
) -> MemoryResult:
    """The peak memory of one inference, or of one training step once the optimizer has its state.

    Returns:
        the peak in bytes, with the parameters and the inputs of the batch, beside the parts of the prediction. Or why
        it cannot be measured: out of memory, or another failure.

    Raises:
        SpecError: options that cannot be measured, or not on that device.

    >>> from cnncost import analyze, load
    >>> from cnncost.measurement.options import MeasureOptions
    >>> graph = load("lenet5")
    >>> memory = measure_memory(graph, analyze(graph), MeasureOptions(device="cpu"))
    >>> memory.peak_bytes >= memory.predicted.param_bytes + memory.input_bytes
    True
    """
    options.checked()
    choice = resolve(options.device)
    refuse_unsupported(choice, options.dtype)
    report = report_for(graph, report, options)
    setting = MemorySetting(
        device=choice.device,
        batch=options.batch,
        dtype=options.dtype,
        mode=options.mode,
        optimizer=options.optimizer if options.trains else None,
        predicted=predicted_memory(report),
    )

    def measure() -> Memory:
        progress(f"{graph.name}: memory", 0, 1)
        with limited_to_room(choice.device), conditions(choice.device, options.dtype, search=False):
            peak = (_gpu_peak if choice.is_cuda else _cpu_peak)(graph, options, choice.device)
        progress(f"{graph.name}: memory", 1, 1)
        return beside_prediction(setting, peak)

    found = attempt(measure, choice.device, setting.predicted.memory_bytes)
    if isinstance(found, OutOfMemory):
        return MemoryOutOfMemory(**dict(setting), **dict(found))
    if isinstance(found, Failure):
        return MemoryFailure(**dict(setting), **dict(found))
    return found


def predicted_memory(report: Report) -> PredictedMemory:
    """What a report predicts of the memory of its mode."""
    parts = {part: report.totals[part] for part in MEMORY_PARTS[report.settings.mode]}
    return PredictedMemory(**parts, memory_bytes=report.totals["memory_bytes"])


def beside_prediction(setting: MemorySetting, peak: PeakMemory) -> Memory:
    """A peak with its ratio to the prediction, and what there is to know of that."""
    predicted = setting.predicted.memory_bytes
    ratio = peak.peak_bytes / predicted if predicted else None
    return Memory(**dict(setting), **dict(peak), ratio=ratio, notes=(NOTES[setting.mode],))


def _gpu_peak(graph: Graph, options: MeasureOptions, device: str) -> PeakMemory:
    """The peak by the caching allocator's statistics, less what was there before the model."""
    torch = import_torch()
    release(device)
    # cuBLAS takes its workspace once and keeps it: it is not part of this network, and must be there before.
    torch.mm(*torch.zeros(2, 8, 8, device=device))
    synchronise(device)
    allocated, reserved = torch.cuda.memory_allocated(device), torch.cuda.memory_reserved(device)
    subject = _warm(graph, options, device)
    torch.cuda.reset_peak_memory_stats(device)
    subject.step()
    synchronise(device)
    return PeakMemory(
        method="allocator statistics",
        peak_bytes=torch.cuda.max_memory_allocated(device) - allocated,
        reserved_bytes=torch.cuda.max_memory_reserved(device) - reserved,
        input_bytes=storage_bytes(subject.inputs),
    )


def _cpu_peak(graph: Graph, options: MeasureOptions, device: str) -> PeakMemory:
    """The peak by the profiler's allocation events, on top of what is there between two steps."""
    subject = _warm(graph, options, device)
    live = replayed(profiled(subject.step), storage_bytes(subject.tensors()))
    return PeakMemory(
        method="the profiler's allocation events",
        peak_bytes=live.anywhere,
        reserved_bytes=None,
        input_bytes=storage_bytes(subject.inputs),
    )


def _warm(graph: Graph, options: MeasureOptions, device: str) -> Subject:
    """The network after a few steps, without gradients: the profiler has no record of them, and warns if they go."""
    subject = prepare(graph, options, device)
    for _ in range(_WARM_UP_STEPS):
        subject.step()
    if subject.optimizer is not None:
        subject.optimizer.zero_grad(set_to_none=True)
    return subject
