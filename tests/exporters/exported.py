"""Files as `cnncost export --to pytorch` writes them, run, and compared with the module that is built of the graph."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import torch

from cnncost import build, export

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

ALLOWED = {"itertools", "math", "torch", "torch.nn.functional", "typing"}
"""What a file that runs alone may import."""


def model_of(text: str) -> torch.nn.Module:
    """The model that a file makes, which is run by itself: its factory is the last function."""
    tree = ast.parse(text)
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= ALLOWED
    factory = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)][-1]
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), names)
    model = names[factory]()
    assert isinstance(model, torch.nn.Module)
    return model


def stored(model: torch.nn.Module) -> list[torch.Tensor]:
    """Parameters and buffers in their order, shared ones once."""
    return [*model.parameters(), *model.buffers()]


def pair(graph: Graph, device: str = "cpu") -> tuple[torch.nn.Module, torch.nn.Module]:
    """The exported model and the built one, which hold the same shapes in the same order."""
    text = export(graph, "pytorch")
    assert isinstance(text, str)
    with torch.device(device):
        exported, built = model_of(text), build(graph, device=device)
    assert [tensor.shape for tensor in stored(exported)] == [tensor.shape for tensor in stored(built)], text
    assert [tensor.dtype for tensor in stored(exported)] == [tensor.dtype for tensor in stored(built)]
    trained = [[parameter.requires_grad for parameter in model.parameters()] for model in (exported, built)]
    assert trained[0] == trained[1], text
    return exported, built


def compare(graph: Graph, *, training: bool = False) -> None:
    """Outputs of both models, bit for bit, with the built one's weights copied one by one."""
    exported, built = pair(graph)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for ours, theirs in zip(stored(exported), stored(built), strict=True):
            if theirs.is_floating_point():
                theirs.copy_(torch.rand(theirs.shape, generator=generator) + 0.1)
            ours.copy_(theirs)
    inputs = [_input(graph, number, generator) for number in graph.inputs]
    outputs = []
    for model in (exported, built):
        model.train(training)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0  # heads may run in another order, and draw other numbers then
        torch.manual_seed(0)
        with torch.no_grad():
            output = model(*[x.clone() for x in inputs])
        outputs.append(output if isinstance(output, tuple) else (output,))
    assert len(outputs[0]) == len(outputs[1]) == len(graph.outputs) + (len(graph.auxiliary) if training else 0)
    for ours, theirs in zip(*outputs, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0, equal_nan=True)


def _input(graph: Graph, number: int, generator: torch.Generator) -> torch.Tensor:
    node = graph.nodes[number]
    if any(reader.layer.reads_indices for reader in graph.nodes if number in reader.inputs):
        return torch.randint(0, 1, (2, *node.y.dims), generator=generator)
    return torch.randn(2, *node.y.dims, generator=generator)
