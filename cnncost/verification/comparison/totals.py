"""Totals of the other network: what a module in PyTorch holds and does, or what a spec or a file amounts to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.inputs import example_arguments
from cnncost.measurement.outcome import is_interruption
from cnncost.pytorch.importing import import_torch
from cnncost.report.analyze import analyze_graph
from cnncost.verification.comparison.forms import without_ones
from cnncost.verification.layer_counts import FLOPS_PER_MAC, countable_kernels, flop_counter
from cnncost.verification.result import SAME, Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.graph.graph import Graph
    from cnncost.importers.pytorch.load import ImportedModel
    from cnncost.report.report import Report
    from cnncost.settings import Settings

_FIGURES = ("params", "trainable_params", "buffers", "macs")


def totals_of_graph(graph: Graph, report: Report, other: Graph) -> Iterator[Check]:
    """The totals of a network beside those of another graph, with the batch and in the mode of the report."""
    theirs = analyze_graph(other, report.settings).totals
    for figure in _FIGURES:
        yield Check.of_said("", figure, report.totals, theirs[figure])
    yield _outputs(_shapes(graph, report.settings), _shapes(other, report.settings))


def totals_of_model(graph: Graph, report: Report, imported: ImportedModel) -> Iterator[Check]:
    """The totals of a network beside what a module holds, and what it does when it runs."""
    model = imported.model
    weights, buffers = list(model.parameters()), list(model.buffers())
    stored = {
        "params": sum(weight.numel() for weight in weights),
        "trainable_params": sum(weight.numel() for weight in weights if weight.requires_grad),
        "buffers": sum(buffer.numel() for buffer in buffers),
    }
    for figure, measured in stored.items():
        yield Check.of_said("", figure, report.totals, measured)
    ours = _shapes(graph, report.settings)
    try:
        macs, shapes = _run(imported, report.settings)
    except BaseException as error:  # whatever the user's model does, leaving included
        if is_interruption(error):
            raise
        said = (str(error).splitlines() or [""])[0]
        why = f"the model does not run with a batch of {report.settings.batch}: {type(error).__name__}: {said}"
        yield Check.different("", "output_shape", ours, None, why)
        return
    yield Check.of_said("", "macs", report.totals, macs)
    yield _outputs(ours, shapes)


def _run(imported: ImportedModel, settings: Settings) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """Multiply-accumulates of a forward pass on meta tensors, and the shapes of all it returns."""
    args, kwargs = example_arguments(imported.model, imported.shapes, settings.batch)
    with import_torch().no_grad(), countable_kernels(), flop_counter() as counter:
        try:
            returned = imported.model.train(settings.training)(*args, **kwargs)
        finally:
            imported.model.eval()
    shapes = tuple(sorted([tuple(tensor.shape) for tensor in _tensors(returned)]))
    return counter.get_total_flops() // FLOPS_PER_MAC, shapes


def _outputs(ours: tuple[tuple[int, ...], ...], theirs: tuple[tuple[int, ...], ...]) -> Check:
    """The check of the outputs, in any order; axes of size 1 make no difference, as nowhere in the comparison."""
    check = Check.of("", "output_shape", ours, theirs)
    alike = sorted(map(without_ones, ours)) == sorted(map(without_ones, theirs))
    return check.model_copy(update={"verdict": SAME}) if alike else check


def _shapes(graph: Graph, settings: Settings) -> tuple[tuple[int, ...], ...]:
    ends = (*graph.outputs, *(graph.auxiliary if settings.training else ()))
    return tuple(sorted([(settings.batch, *graph.nodes[end].y.dims) for end in ends]))


def _tensors(value: Any) -> Iterator[Any]:
    """The tensors in what a model returns."""
    if isinstance(value, import_torch().Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
