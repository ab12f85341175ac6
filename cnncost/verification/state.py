"""What a model keeps: parameters, buffers, gradients and the states of an optimizer, in numbers and in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.pytorch.optimizers import TORCH_OPTIMIZERS, state_bytes
from cnncost.records import NamedTuple
from cnncost.verification.result import Check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cnncost.graph.graph import Graph
    from cnncost.metrics.figures import Figures
    from cnncost.report.report import Report
    from cnncost.settings import Settings

_INT8 = "PyTorch's layers hold floating-point weights"


class State(NamedTuple):
    """Numbers that are kept, and their bytes."""

    params: int
    """Elements of the parameters."""
    trainable_params: int
    """Elements of the parameters that require gradients."""
    buffers: int
    """Elements of the buffers."""
    param_bytes: int
    """Bytes of the parameters."""
    buffer_bytes: int
    """Bytes of the buffers."""
    gradient_bytes: int
    """Bytes of the gradients: each is as large as its parameter, which may have none."""

    @classmethod
    def of(cls, parameters: Iterable[Any], buffers: Iterable[Any], reached: Collection[int] | None = None) -> State:
        """Those of the given tensors; `reached` are the ids of the parameters with a gradient, if not all have one."""
        weights, kept = list(parameters), list(buffers)
        trained = [weight for weight in weights if weight.requires_grad]
        return cls(
            sum(weight.numel() for weight in weights),
            sum(weight.numel() for weight in trained),
            sum(buffer.numel() for buffer in kept),
            sum(weight.nbytes for weight in weights),
            sum(buffer.nbytes for buffer in kept),
            sum(weight.nbytes for weight in trained if reached is None or id(weight) in reached),
        )


def layer_states(graph: Graph, model: Any, reached: Collection[int] | None) -> dict[int, State]:
    """What every layer keeps of its own: a tensor that several hold belongs to the first of them.

    `reached` are the ids of the parameters with a gradient; all have one where it is ``None``.
    """
    seen: set[int] = set()

    def unseen(tensors: Iterable[Any]) -> list[Any]:
        new = [tensor for tensor in tensors if id(tensor) not in seen]
        seen.update(map(id, new))
        return new

    modules = {node.id: model.layer(node.id) for node in graph.layers}
    return {number: State.of(unseen(m.parameters()), unseen(m.buffers()), reached) for number, m in modules.items()}


def state_checks(layer: str, figures: Figures, state: State, settings: Settings) -> Iterator[Check]:
    """The checks of what a layer, or the whole network, keeps."""
    for name, measured in zip(State._fields, state, strict=True):
        if name == "param_bytes" and not settings.trains:
            yield Check.gap(layer, name, figures[name], _INT8)
        elif figures[name] is not None or name in figures.at_least:
            yield Check.of_said(layer, name, figures, measured)


def optimizer_check(report: Report, model: Any, reached: Collection[int] | None) -> Check:
    """The check of the states that the optimizer of the settings keeps; `reached` as for :func:`layer_states`."""
    settings, predicted = report.settings, report.totals["optimizer_bytes"]
    optimizer = TORCH_OPTIMIZERS.get(settings.optimizer)
    if optimizer is None or optimizer.stands_in:
        return Check.gap("", "optimizer_bytes", predicted, f"torch.optim has no {settings.optimizer}")
    if not settings.trains:
        return Check.gap("", "optimizer_bytes", predicted, _INT8)
    return Check.of_said("", "optimizer_bytes", report.totals, state_bytes(optimizer, model, reached))
