"""What whole networks with joins keep for backward, to the byte: as hooks see it on the module that is built.

On tensors without numbers, except that bfloat16 on CPUs is left to those with: without them PyTorch gives statistics
of batches in another format than its kernels do.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from cnncost import load
from cnncost.footprint.running.step import run_step
from cnncost.footprint.settings import StepSettings
from cnncost.pytorch.build import build
from tests.autograd.measured import BATCH, Conditions, Kept, autocast, running_on

NETWORKS = (
    "cbam_resnet50",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "googlenet",
    "inception_v3",
    "mobilenet_v3_large",
    "shufflenet_v2_x1_0",
    "unet",
    "vit_b_16",
)
CONDITIONS = (Conditions("cpu"), Conditions("cuda"), Conditions("cuda", "bfloat16"))


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_kept_bytes_are_pytorchs(name: str, conditions: Conditions) -> None:
    device, amp = conditions.device, conditions.autocast
    graph = load(name)
    step = run_step(graph, StepSettings(batch=BATCH, device=device, amp=amp, optimizer="sgd"))
    ours = sum(step.heap.storages[number].requested for number, layer in step.kept.items() if layer >= 0)
    with ExitStack() as stack:
        stack.enter_context(running_on("cuda") if device == "cuda" else FakeTensorMode())
        module = build(graph, device).train()
        inputs = [torch.empty(BATCH, *graph.nodes[number].y.dims, device=device) for number in graph.inputs]
        kept = Kept(*module.parameters(), *module.buffers())
        with kept.watching(), autocast(conditions):
            outputs = module(*inputs)
        expected = sum(kept.sizes)
        del outputs
    assert ours == expected
