"""Kernels of a step: what PyTorch ran on an H200, sizes by hand, and gradients."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import Counter
from pathlib import Path

import pytest

from cnncost import load
from cnncost.footprint.settings import StepSettings
from cnncost.roofline import Kernel, kernels_of
from cnncost.roofline.products import Product
from tests.graphs import chain

MEASURED = Path(__file__).parents[1] / "data" / "h200" / "operators.csv.gz"

KINDS = {
    "aten::cudnn_convolution": "convolution",
    "aten::cudnn_batch_norm": "batch_norm",
    "aten::clamp_min_": "relu",
    "aten::max_pool2d_with_indices": "pool",
    "aten::mean": "mean",
    "aten::addmm": "addmm",
    "aten::add_": "add",
}


def inference(spec: str, **settings: object) -> list[Kernel]:
    return kernels_of(load(spec), StepSettings.checked(**{"mode": "infer", "batch": 64, **settings}))


def measured(network: str) -> Counter[tuple[str, int]]:
    """How often an operator ran on a tensor of so many numbers, in float32 at a batch of 64."""
    ran: Counter[tuple[str, int]] = Counter()
    with gzip.open(MEASURED, "rt") as file:
        for row in csv.DictReader(file):
            if (row["network"], row["batch"], row["dtype"]) == (network, "64", "fp32"):
                shapes = json.loads(row["shapes"])
                read = shapes[1] if row["op"] == "aten::addmm" else shapes[0]
                ran[KINDS[row["op"]], math.prod(read)] += int(row["calls"])
    return ran


def test_a_network_runs_what_the_profiler_of_pytorch_saw() -> None:
    ours: Counter[tuple[str, int]] = Counter()
    graph = load("torchvision:resnet18")
    for kernel in kernels_of(graph, StepSettings(mode="infer", batch=64)):
        ours[kernel.operation, 64 * graph.nodes[kernel.layer].xs[0].elements] += 1
    assert ours == measured("resnet18")


def test_sizes_of_a_convolution_and_its_bias() -> None:
    convolution, bias = inference("lenet5", batch=2)[:2]
    # 1 × 32 × 32 inputs, six kernels of 5 × 5: 28 × 28 outputs.
    assert convolution.product == Product(1, rows=2 * 28 * 28, columns=6, depth=25)
    assert convolution.flops == 2 * (2 * 28 * 28) * 6 * 25
    assert convolution.bytes == 4 * (2 * 32 * 32 + 6 * 25 + 2 * 6 * 28 * 28)
    assert (bias.kind, bias.bytes) == ("bias", 4 * (2 * (2 * 6 * 28 * 28) + 6))


@pytest.mark.parametrize(("dtype", "item"), [("float32", 4), ("bfloat16", 2)])
def test_numbers_have_the_bytes_of_their_dtype(dtype: str, item: int) -> None:
    (kernel,) = [kernel for kernel in inference("resnet18", dtype=dtype) if kernel.kind == "matrix_product"]
    assert kernel.product == Product(1, rows=64, columns=1000, depth=512)
    assert kernel.bytes == item * (64 * 512 + 512 * 1000 + 1000 + 64 * 1000)


def test_a_training_step_has_both_gradients_of_every_product_but_the_first() -> None:
    kernels = kernels_of(load("resnet18"), StepSettings(batch=8))
    ran = Counter(kernel.direction for kernel in kernels if kernel.product is not None)
    assert ran == {"forward": 21, "input_gradient": 20, "weight_gradient": 21}
    forward = [kernel for kernel in kernels if kernel.product is not None and kernel.direction == "forward"]
    for kernel in kernels:
        if kernel.product is not None:
            assert kernel.flops in {each.flops for each in forward if each.layer == kernel.layer}


def test_autocast_casts_weights_and_inputs() -> None:
    plain = kernels_of(load("resnet18"), StepSettings(batch=8))
    cast = kernels_of(load("resnet18"), StepSettings(batch=8, amp="bfloat16"))
    assert {kernel.dtype for kernel in plain} == {"float32"}
    assert {kernel.dtype for kernel in cast if kernel.product is not None} == {"bfloat16"}
    # The input, and the weights of 20 convolutions and of the linear layer with its bias; gradients go back again.
    casts = Counter(kernel.direction for kernel in cast if kernel.operation == "to")
    assert casts["forward"] >= 1 + 20 + 2
    assert casts["backward"] >= 20 + 2


def test_a_transposed_convolution_multiplies_every_input_with_a_kernel() -> None:
    graph = chain([("conv_transpose", {"out": 3, "kernel": 2, "stride": 2, "bias": False})], (8, 4, 4))
    (kernel,) = kernels_of(graph, StepSettings(mode="infer", batch=5))
    assert kernel.product == Product(1, rows=5 * 16, columns=3 * 4, depth=8)


def test_views_and_dropout_in_inference_run_nothing() -> None:
    assert kernels_of(chain(["flatten"], (8, 4, 4)), StepSettings(mode="infer")) == []
    assert kernels_of(chain([("dropout", {"p": 0.5})], (8, 4, 4)), StepSettings(mode="infer")) == []


@pytest.mark.parametrize(("implementation", "kernels"), [("forloop", 4), ("foreach", 2), ("fused", 1)])
def test_an_optimizer_steps_over_lists_or_one_parameter_after_the_other(implementation: str, kernels: int) -> None:
    graph = chain([("linear", {"out": 3})], (8,))
    settings = StepSettings(optimizer="momentum", implementation=implementation)
    found = [kernel for kernel in kernels_of(graph, settings) if kernel.direction == "optimizer"]
    assert len(found) == kernels
    assert {kernel.layer for kernel in found} == {-1}


@pytest.mark.parametrize(("optimizer", "passes"), [("sgd", 3), ("momentum", 5), ("adamw", 7)])
def test_a_fused_step_reads_all_and_writes_all_but_the_gradient(optimizer: str, passes: int) -> None:
    """Parameters, gradients and states are read; parameters and states are written."""
    settings = StepSettings(optimizer=optimizer, implementation="fused")
    kernels = kernels_of(chain([("linear", {"out": 3})], (8,)), settings)
    assert [kernel.bytes for kernel in kernels if kernel.direction == "optimizer"] == [passes * 4 * (8 * 3 + 3)]
