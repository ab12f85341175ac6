"""Graph -> ``torch.nn.Module``: the spec's names as module names, the forward pass along the graph."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cnncost.graph import INPUT
from cnncost.verify.pytorch import import_torch

if TYPE_CHECKING:
    from cnncost.graph import Graph, Node


def build(graph: Graph, device: str = "cpu") -> Any:
    """The PyTorch model of a graph, initialised as PyTorch initialises its layers.

    Its forward takes the inputs in the order of the spec, each with a batch in front, or by name; it returns the output,
    or a tuple of several. In training the auxiliary outputs follow. Weights that a spec shares are one parameter, and
    frozen ones do not require gradients.

    Args:
        graph: what the spec says.
        device: where the parameters lie; ``meta`` for shapes without numbers.

    Raises:
        SpecError: PyTorch is not installed.
    """
    torch = import_torch()
    with torch.device(device):
        return _model_class()(graph)


@cache
def _model_class() -> Any:
    """The module class, made when PyTorch is there."""
    torch = import_torch()
    nn = torch.nn

    class Function(nn.Module):  # type: ignore[name-defined, misc]
        """A function of tensors as a module, so that every layer has a name and can be hooked."""

        def __init__(self, function: Any) -> None:
            super().__init__()
            self.function = function

        def forward(self, *xs: Any) -> Any:
            return self.function(*xs)

    class SpecModel(nn.Module):  # type: ignore[name-defined, misc]
        """The model of a spec."""

        def __init__(self, graph: Graph) -> None:
            super().__init__()
            self.graph = graph
            self._last_use = _last_uses(graph)
            self._paths = {node.id: node.module_name.split(".") for node in graph.layers}
            for node in graph.layers:
                module = node.counterpart(nn)
                if not isinstance(module, nn.Module):
                    module = Function(module)
                if not node.owns_weights:
                    _tie(module, self.layer(node.weights))
                elif not node.trainable:
                    module.requires_grad_(False)
                _place(nn, self, self._paths[node.id], module)

        def layer(self, number: int) -> Any:
            """The module of a node, looked up in the tree, where a user may have put another one."""
            module = self
            for segment in self._paths[number]:
                module = module._modules[segment]
            return module

        def forward(self, *inputs: Any, **named: Any) -> Any:
            values = self.bind(*inputs, **named)
            for node in self.graph.layers:
                if node.auxiliary and not self.training:
                    continue
                values[node.id] = self.layer(node.id)(*[values[read] for read in node.inputs])
                for read in self._last_use[node.id]:
                    values.pop(read, None)
            ends = (*self.graph.outputs, *(self.graph.auxiliary if self.training else ()))
            outputs = tuple([values[end] for end in ends])
            return outputs[0] if len(outputs) == 1 else outputs

        def bind(self, *inputs: Any, **named: Any) -> dict[int, Any]:
            """The inputs by node: positional in the order of the spec, or by name."""
            names = [self.graph.nodes[number].name for number in self.graph.inputs]
            given = dict(zip(names, inputs, strict=False)) | named
            if len(inputs) > len(names) or set(given) != set(names):
                raise TypeError(f"the model takes {', '.join(names)}, not {len(inputs)} tensors and {sorted(named)}")
            return {number: given[name] for number, name in zip(self.graph.inputs, names, strict=True)}

    return SpecModel


def _place(nn: Any, model: Any, path: list[str], module: Any) -> None:
    """Hang `module` into the tree.

    Straight into the dictionaries of children: a step may be called `train` or `type`, which `add_module` refuses.
    A join's module is the parent of its branches' modules, whichever of them comes first.
    """
    *containers, leaf = path
    parent = model
    for segment in containers:
        children = parent._modules
        if segment not in children:
            children[segment] = nn.Module()
        parent = children[segment]
    branches = parent._modules.get(leaf)
    if branches is not None:
        module._modules.update(branches._modules)
    parent._modules[leaf] = module


def _tie(module: Any, owner: Any) -> None:
    """Make the parameters and buffers of `module` those of `owner`, which is built alike."""
    # Padding in front of one of them leaves the modules that hold weights in the same order.
    for ours, theirs in zip(_holders(module), _holders(owner), strict=True):
        ours._parameters.update(theirs._parameters)
        ours._buffers.update(theirs._buffers)


def _holders(module: Any) -> list[Any]:
    return [part for part in module.modules() if part._parameters or part._buffers]


def _last_uses(graph: Graph) -> dict[int, list[int]]:
    """For every node, the values that nothing needs once it has run: what a layer's output was for is over."""
    kept = {*graph.outputs, *graph.auxiliary}
    last: dict[int, int] = {}
    for node in graph.nodes:
        for read in node.inputs:
            last[read] = node.id
    uses: dict[int, list[int]] = {node.id: [] for node in graph.nodes}
    for read, user in last.items():
        if read not in kept:
            uses[user].append(read)
    return uses


def example_inputs(graph: Graph, batch: int, device: str, dtype: Any = None) -> list[Any]:
    """Random inputs of the shapes that the spec gives, in its order."""
    torch = import_torch()
    nodes = [graph.nodes[number] for number in graph.inputs]
    return [torch.randn(batch, *node.y.dims, device=device, dtype=dtype) for node in nodes]


def runs(node: Node, training: bool) -> bool:
    """Whether a node is a layer that runs."""
    return node.layer is not INPUT and (training or not node.auxiliary)
