"""Where PyTorch's autograd takes the gradient of a model: which layers it passes, and which parameters it reaches.

A model is run once and its graph of functions followed back from the outputs, so that nothing is taken from the spec's
own idea of what a layer reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.graph.graph import Graph

_SAMPLES = 2
"""Batch normalisation does not train on a single number."""


class Reached(NamedTuple):
    """What gradients reach of a model."""

    layers: frozenset[int]
    """The layers whose outputs have one, by their nodes; others may have none for want of anything to train."""
    parameters: frozenset[int]
    """The ``id`` of every parameter whose ``grad`` backward sets."""


def reached_by_autograd(graph: Graph, model: Any, dtype: Any, *, training: bool) -> Reached | None:
    """What the gradients of all outputs reach; ``None`` where PyTorch does not run the model.

    Args:
        graph: what the model was built from.
        model: the model; it is left in the mode that it was in.
        dtype: what it computes in.
        training: in which mode it runs, so with the auxiliary outputs or without.
    """
    torch = import_torch()
    written: dict[int, Any] = {}
    hooks = [model.layer(node.id).register_forward_hook(_remember(written, node.id)) for node in graph.layers]
    was_training = model.training
    try:
        inputs = [torch.empty(_SAMPLES, *graph.nodes[number].y.dims, dtype=dtype) for number in graph.inputs]
        outputs = model.train(training)(*inputs)
    except (RuntimeError, ValueError):
        return None
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    functions = _behind(outputs if isinstance(outputs, tuple) else (outputs,))
    layers = frozenset([number for number, function in written.items() if function in functions])
    leaves = [function.variable for function in functions if hasattr(function, "variable")]
    return Reached(layers, frozenset(map(id, leaves)))


def _remember(written: dict[int, Any], number: int) -> Any:
    """A hook that keeps the function which made a layer's output; ``None`` where nothing before it is trained."""

    def hook(_: Any, __: Any, output: Any) -> None:
        written[number] = output.grad_fn

    return hook


def _behind(outputs: Iterable[Any]) -> set[Any]:
    """All functions of autograd that the outputs come from."""
    found: set[Any] = set()
    ahead = [output.grad_fn for output in outputs]
    while ahead:
        function = ahead.pop()
        if function is not None and function not in found:
            found.add(function)
            ahead += [before for before, _ in function.next_functions]
    return found
