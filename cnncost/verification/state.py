"""What a model keeps: parameters, buffers, gradients and the states of an optimizer, in numbers and in bytes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.pytorch.importing import import_torch
from cnncost.verification.result import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.graph.graph import Graph
    from cnncost.report.figures import Figures
    from cnncost.report.report import Report
    from cnncost.settings import Settings

_INT8 = "PyTorch's layers hold floating-point weights"

_OPTIMIZERS: dict[str, tuple[str, dict[str, float]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "rmsprop": ("RMSprop", {}),
    "adagrad": ("Adagrad", {}),
}
"""The optimizers of the settings that ``torch.optim`` has, with what makes them so."""


class State(NamedTuple):
    """Numbers that are kept, and their bytes."""

    params: int
    trainable_params: int
    buffers: int
    param_bytes: int
    buffer_bytes: int
    gradient_bytes: int

    @classmethod
    def of(cls, parameters: Iterable[Any], buffers: Iterable[Any]) -> State:
        """Those of the given tensors. A gradient is as large as its parameter."""
        weights, kept = list(parameters), list(buffers)
        trained = [weight for weight in weights if weight.requires_grad]
        return cls(
            sum(weight.numel() for weight in weights),
            sum(weight.numel() for weight in trained),
            sum(buffer.numel() for buffer in kept),
            sum(weight.nbytes for weight in weights),
            sum(buffer.nbytes for buffer in kept),
            sum(weight.nbytes for weight in trained),
        )


def states(graph: Graph, model: Any) -> dict[int, State]:
    """What every layer keeps of its own: a tensor that several hold belongs to the first of them."""
    seen: set[int] = set()

    def unseen(tensors: Iterable[Any]) -> list[Any]:
        new = [tensor for tensor in tensors if id(tensor) not in seen]
        seen.update(map(id, new))
        return new

    modules = {node.id: model.layer(node.id) for node in graph.layers}
    return {number: State.of(unseen(m.parameters()), unseen(m.buffers())) for number, m in modules.items()}


def state_checks(layer: str, figures: Figures, state: State, settings: Settings) -> Iterator[Check]:
    """The checks of what a layer, or the whole network, keeps."""
    for name, measured in zip(State._fields, state, strict=True):
        if name == "param_bytes" and not settings.trains:
            yield Check.gap(layer, name, figures[name], _INT8)
        elif figures[name] is not None:
            yield Check.of(layer, name, figures[name], measured)


def optimizer_check(report: Report, model: Any) -> Check:
    """The check of the states that the optimizer of the settings keeps for the trained parameters."""
    settings, predicted = report.settings, report.totals["optimizer_bytes"]
    if settings.optimizer not in _OPTIMIZERS:
        return Check.gap("", "optimizer_bytes", predicted, f"torch.optim has no {settings.optimizer}")
    if not settings.trains:
        return Check.gap("", "optimizer_bytes", predicted, _INT8)
    return Check.of("", "optimizer_bytes", predicted, _optimizer_bytes(settings.optimizer, model))


def _optimizer_bytes(optimizer: str, model: Any) -> int:
    """Bytes of an optimizer's states after a step, without its step counters.

    One parameter of each shape stands for all: states follow the shape. On meta tensors, since only sizes are asked.
    """
    torch = import_torch()
    kind, arguments = _OPTIMIZERS[optimizer]
    count = Counter([(weight.shape, weight.dtype) for weight in model.parameters() if weight.requires_grad])
    models = [torch.empty(shape, dtype=dtype, device="meta", requires_grad=True) for shape, dtype in count]
    if not models:
        return 0
    for weight in models:
        weight.grad = torch.empty_like(weight)
    stepping = getattr(torch.optim, kind)(models, lr=1e-3, foreach=False, **arguments)
    if not stepping.state:  # Adagrad makes its states at once, the others at their first step
        stepping.step()
    return sum(
        times * sum(held.nbytes for name, held in stepping.state[weight].items() if held is not None and name != "step")
        for weight, times in zip(models, count.values(), strict=True)
    )
