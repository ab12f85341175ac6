"""A spec beside a model of PyTorch that somebody else has written, and what must be the same of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnncost.language.load import loads
from cnncost.pytorch.build import build
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.counts import count_checks
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT
from tests.verification.test_foreign_models import with_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn


class Example(NamedTuple):
    """A spec, and the model that it says."""

    spec: str
    model: Callable[[], nn.Module]
    shapes: tuple[tuple[int, ...], ...] = ((3, 64, 96),)
    """Of one sample of each input."""


def check_counts(example: Example, mode: str) -> None:
    """Parameters, buffers, multiply-accumulates by PyTorch's own counter, and the shapes of the outputs."""
    with torch.device("meta"):
        model = example.model().train(mode == "train")
        with FlopCounterMode(display=False) as counter:
            outputs = model(*[torch.empty(2, *shape) for shape in example.shapes])
    graph = loads(example.spec)
    totals: Any = analyze_graph(graph, Settings.checked(batch=2, mode=mode)).totals
    assert totals.params == sum(weight.numel() for weight in model.parameters())
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())
    assert totals.macs == counter.get_total_flops() // 2
    assert [(2, *graph.nodes[output].y.dims) for output in graph.outputs] == [tuple(y.shape) for y in outputs]


def check_outputs(example: Example) -> None:
    """What both give with the same weights, which go over in order: those of the model come in that of the spec."""
    torch.manual_seed(0)
    with torch.device("meta"):
        theirs = example.model().eval()
    theirs = with_numbers(theirs)
    ours = build(loads(example.spec)).eval()
    tensors = {tensor.data_ptr(): tensor for tensor in ours.state_dict().values()}  # shared ones once
    for tensor, given in zip(tensors.values(), theirs.state_dict().values(), strict=True):
        tensor.copy_(given.reshape(tensor.shape))
    xs = [torch.randn(1, *shape) for shape in example.shapes]
    with torch.no_grad():
        outputs, expectations = ours(*xs), theirs(*xs)
    for output, expected in zip(outputs if len(expectations) > 1 else [outputs], expectations, strict=True):
        assert expected.std() > 0
        assert (output - expected).abs().max() <= 1e-4 * expected.std()


def check_verification(spec: str) -> None:
    """Whether `verify` has a figure of every layer, and finds none that differs."""
    graph = loads(spec)
    report = analyze_graph(graph)
    checks = [*count_checks(graph, report), *field_checks(graph, report)]
    assert {node.name for node in graph.layers} <= {check.layer for check in checks}
    assert [check for check in checks if check.verdict == DIFFERENT] == []
