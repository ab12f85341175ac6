"""Graph -> ``torch.nn.Module``: the spec's names as module names, the forward pass along the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.graph.graph import INPUT
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node


def build(graph: Graph, device: str = "cpu") -> Any:
    """The PyTorch model of a graph, initialised as PyTorch initialises its layers.

    Its forward takes the inputs in the order of the spec, each with a batch in front, or by name; it returns the
    output, or a tuple of several. In training the auxiliary outputs follow. Weights that a spec shares are one
    parameter, and frozen ones do not require gradients.

    Args:
        graph: what the spec says.
        device: where the parameters lie; ``meta`` for shapes without numbers.

    Raises:
        SpecError: PyTorch is not installed, or has no such device.
    """
    torch = import_torch("building a module")
    from cnncost.pytorch.module import SpecModel

    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # a build without CUDA asserts it
        reason = str(error).partition("\n")[0].partition(". ")[0]
        raise SpecError(
            f"there is no device `{device[:80]}`: {reason}", hint="`cpu` and `meta` are everywhere"
        ) from None
    with place:
        return SpecModel(graph)


def example_inputs(graph: Graph, batch: int, device: str, dtype: Any = None) -> list[Any]:
    """Random inputs of the shapes that the spec gives, in its order."""
    torch = import_torch()
    nodes = [graph.nodes[number] for number in graph.inputs]
    return [torch.randn(batch, *node.y.dims, device=device, dtype=dtype) for node in nodes]


def runs(node: Node, training: bool) -> bool:
    """Whether a node is a layer that runs."""
    return node.layer is not INPUT and (training or not node.auxiliary)
