"""Counts of a report against those of PyTorch: shapes, parameters, buffers, multiply-accumulates and bytes.

Every layer is run by itself, on tensors of the shapes that the graph says it reads: one that is wrong is found where it
is wrong, and not in all that follows. That the layers fit together is shown by the whole model, which is run besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.pytorch.build import build, runs
from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple
from cnncost.verification.gradients import reached_by_autograd
from cnncost.verification.layer_counts import FLOPS_PER_MAC, LayerCounts, count_layer, countable_kernels, flop_counter
from cnncost.verification.result import Check
from cnncost.verification.state import State, layer_states, optimizer_check, state_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.graph.graph import Graph, Node
    from cnncost.report.report import Report
    from cnncost.report.rows import Row
    from cnncost.settings import Settings
    from cnncost.verification.gradients import Reached


class ModelCounts(NamedTuple):
    """What PyTorch says of the whole model's forward pass."""

    shapes: tuple[tuple[int, ...], ...]
    """Of its outputs, with the batch."""
    macs: int
    """Multiply-accumulates."""


_NOT_RUN = "runs in training only"
_INT8 = "PyTorch's layers compute in floating point"


def count_checks(graph: Graph, report: Report, device: str = "meta") -> list[Check]:
    """Hold every count of a report against PyTorch, layer by layer and in total.

    Args:
        graph: the network.
        report: its analysis, with a row for every layer; its settings say what is run.
        device: where to run; on ``meta`` tensors nothing is computed, and the counts are the same.

    Raises:
        SpecError: PyTorch is not installed.
    """
    torch = import_torch()
    settings = report.settings
    with torch.inference_mode(mode=False), torch.enable_grad(), torch.device(device), countable_kernels():
        model = build(graph, device).to(_dtype(settings)).train(settings.training)
        gradients = reached_by_autograd(graph, model, _dtype(settings), training=settings.training)
        in_training = gradients  # the weights that training changes are the same whatever runs here
        if graph.auxiliary and not settings.training:
            in_training = reached_by_autograd(graph, model, _dtype(settings), training=True)
        measured = _counts_by_layer(graph, model, settings, gradients)
        whole = _count_model(graph, model, settings)
    reached = in_training and in_training.parameters
    owned = layer_states(graph, model, reached)
    checks: list[Check] = []
    for node, row in zip(graph.layers, report.rows, strict=True):
        checks += state_checks(row.name, row.figures, owned[node.id], settings)
        checks += _layer_checks(row, measured[node.id], settings)
    total = State.of(model.parameters(), model.buffers(), reached)
    checks += state_checks("", report.totals, total, settings)
    checks.append(optimizer_check(report, model, reached))
    return [*checks, *_total_checks(graph, report, whole, [m for m in measured.values() if m is not None])]


def _dtype(settings: Settings) -> Any:
    """The floating-point type that the model computes in."""
    return getattr(import_torch(), settings.dtype if settings.trains else "float32")


def _counts_by_layer(
    graph: Graph, model: Any, settings: Settings, gradients: Reached | None
) -> dict[int, LayerCounts | str | None]:
    """What PyTorch says of every layer: why it refuses one as text, nothing of one that does not run.

    Layers of equal fields, equal inputs and equal gradients to compute are measured once: PyTorch would build the same
    module for each and run the same kernels. What belongs to each of them, its weights, is looked at one by one.
    """
    measured: dict[int, LayerCounts | str | None] = {}
    known: dict[Any, LayerCounts | str] = {}
    depends = dict.fromkeys(graph.inputs, False)
    for node in graph.layers:
        if not runs(node, settings.training):
            measured[node.id] = None
            continue
        trained = tuple([depends[read] for read in node.inputs])
        key = (node.layer, node.xs, trained, graph.nodes[node.weights].trainable)
        if key not in known:
            known[key] = _count(graph, node, model, trained, settings)
        found = known[key]
        depends[node.id] = isinstance(found, str) or found.depends
        if isinstance(found, LayerCounts) and gradients is not None and node.id not in gradients.layers:
            found = found._replace(weight_macs=0, input_macs=0, groups=1)
        measured[node.id] = found
    return measured


def _count(graph: Graph, node: Node, model: Any, trained: tuple[bool, ...], settings: Settings) -> LayerCounts | str:
    """What PyTorch says of a layer that reads what the layers before it are said to write."""
    torch, dtype = import_torch(), _dtype(settings)
    shapes = [(settings.batch, *graph.nodes[read].y.dims) for read in node.inputs]
    inputs = [torch.empty(shape, dtype=dtype, requires_grad=True) for shape in shapes]
    try:
        return count_layer(model.layer(node.id), inputs, trained, settings.batch)
    except (RuntimeError, ValueError) as error:
        return f"PyTorch does not run it: {_first_line(error)}"


def _count_model(graph: Graph, model: Any, settings: Settings) -> ModelCounts | str:
    """What PyTorch says of the whole model, or why it does not run."""
    torch = import_torch()
    inputs = [torch.empty(settings.batch, *graph.nodes[i].y.dims, dtype=_dtype(settings)) for i in graph.inputs]
    try:
        with torch.no_grad(), flop_counter() as counter:
            outputs = model(*inputs)
    except (RuntimeError, ValueError) as error:
        return f"PyTorch does not run it: {_first_line(error)}"
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    shapes = tuple([tuple(output.shape) for output in outputs])
    return ModelCounts(shapes, counter.get_total_flops() // FLOPS_PER_MAC)


def _layer_checks(row: Row, measured: LayerCounts | str | None, settings: Settings) -> Iterator[Check]:
    """The checks of what one layer does."""
    name, figures = row.name, row.figures
    if isinstance(measured, str):
        yield Check.different(name, "output_shape", row.output_shape, None, measured)
        return
    if measured is None:  # what does not run costs nothing, and that can be checked
        yield Check.gap(name, "output_shape", row.output_shape, _NOT_RUN)
        measured = LayerCounts((), 0, 0, 0, 0, depends=False)
    else:
        yield Check.of(name, "output_shape", row.output_shape, measured.shape)
    yield Check.of_said(name, "macs", figures, measured.macs)
    if settings.trains:
        flops = settings.convention.flops_per_mac
        weights, inputs = flops * measured.weight_macs, flops * measured.input_macs
        yield Check.of_said(name, "weight_gradient_flops", figures, weights, _groups_note(measured))
        yield Check.of_said(name, "input_gradient_flops", figures, inputs)
        yield Check.of(name, "activation_bytes", figures["activation_bytes"], measured.bytes)
    else:
        yield Check.gap(name, "activation_bytes", figures["activation_bytes"], _INT8)


def _groups_note(measured: LayerCounts) -> str:
    if measured.groups == 1:
        return ""
    return f"torch counts {measured.groups} times as much: it forgets the groups of a weight gradient"


def _total_checks(
    graph: Graph,
    report: Report,
    whole: ModelCounts | str,
    layers: list[LayerCounts | str],
) -> Iterator[Check]:
    """The checks of what the whole network does: forward as it is run, backward as the sum of its layers."""
    settings, totals = report.settings, report.totals
    ends = (*graph.outputs, *(graph.auxiliary if settings.training else ()))
    shapes = tuple([(settings.batch, *graph.nodes[end].y.dims) for end in ends])
    if isinstance(whole, str):
        yield Check.different("", "output_shape", shapes, None, whole)
    else:
        yield Check.of("", "output_shape", shapes, whole.shapes)
        yield Check.of_said("", "macs", totals, whole.macs)
    if settings.trains:
        yield from _summed_checks(report, layers)


def _summed_checks(report: Report, layers: list[LayerCounts | str]) -> Iterator[Check]:
    known = [layer for layer in layers if isinstance(layer, LayerCounts)]
    flops = report.settings.convention.flops_per_mac
    weights, inputs = sum(layer.weight_macs for layer in known), sum(layer.input_macs for layer in known)
    sums = {
        "weight_gradient_flops": flops * weights,
        "input_gradient_flops": flops * inputs,
        "backward_flops": flops * (weights + inputs),
        "activation_bytes": sum(layer.bytes for layer in known),
    }
    for figure, measured in sums.items():
        if len(known) < len(layers):
            yield Check.gap("", figure, report.totals[figure], "PyTorch does not run every layer")
        else:
            yield Check.of_said("", figure, report.totals, measured)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
