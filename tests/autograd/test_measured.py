"""The measurement itself, on modules of which PyTorch's documentation and source say what they keep."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.autograd.measured import BATCH, Conditions, Kept, autocast, kept_by_pytorch, running_on

CPU, CUDA = Conditions("cpu"), Conditions("cuda")
X = BATCH * 3 * 8 * 8  # numbers that the layers read


def kept(make: type[nn.Module], conditions: Conditions, *arguments: int) -> list[int]:
    with running_on(conditions.device):
        x = torch.rand(BATCH, 3, 8, 8, requires_grad=True) + 0
        return kept_by_pytorch(make(*arguments), x, conditions=conditions)


@pytest.mark.parametrize("conditions", [CPU, CUDA])
def test_a_convolution_keeps_its_input_and_its_weights_do_not_count(conditions: Conditions) -> None:
    assert kept(nn.Conv2d, conditions, 3, 4, 3) == [4 * X]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_autocast_keeps_copies_of_input_and_weights(device: str) -> None:
    assert kept(nn.Conv2d, Conditions(device, "bfloat16"), 3, 4, 3) == [2 * 4 * 3 * 9, 2 * X]


def test_dropout_keeps_what_the_device_draws() -> None:
    assert kept(nn.Dropout, CPU) == [4 * X]  # noise
    assert kept(nn.Dropout, CUDA) == [X]  # a mask


def test_a_storage_counts_once() -> None:
    x = torch.rand(6, requires_grad=True) + 0
    assert kept_by_pytorch(lambda x: x.sin() * x.cos() * x, x, conditions=CPU) == [
        24,
        24,
        24,
        24,
    ]  # x, sin, cos, product


def test_what_is_let_go_in_forward_is_not_kept() -> None:
    x = torch.rand(6, requires_grad=True) + 0

    def forward(x: torch.Tensor) -> torch.Tensor:
        x.exp()  # keeps its output, and nothing leads to it
        return x.relu()

    held = Kept()
    with held.watching(), autocast(CPU):
        output = forward(x)
    assert held.sizes == [output.untyped_storage().nbytes()]
