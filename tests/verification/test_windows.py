"""Swin computes what torchvision's does: with copied weights, biases looked up, and masks that say who is apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch.nn.utils import parametrize
from torch.utils.flop_counter import FlopCounterMode

from cnncost import analyze, build, load
from tests.torch_models.reference import torchvision

if TYPE_CHECKING:
    from torch import nn

WINDOW, SHIFT = 7, 3


@pytest.mark.parametrize(
    ("pixels", "maps"),
    [(224, (56, 28, 14)), (160, (42, 21, 14)), (148, (42, 21, 14))],
    ids=["whole windows", "zeros fill the last", "and make odd sizes even"],
)
def test_shifted_windows_are_torchvisions(pixels: int, maps: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    theirs, sample = _theirs(), torch.randn(2, 3, pixels, pixels)
    graph = load("swin_t", set={"width": 12, "depths": [2, 2, 2, 1]}, input=[3, pixels, pixels])
    ours = build(graph, device="cpu").eval()
    attentions = [module for module in theirs.modules() if hasattr(module, "relative_position_bias_table")]
    _fill(ours, "B", [module.get_relative_position_bias() for module in attentions])
    _fill(ours, "mask", [mask(size) for size in maps])
    given: dict[torch.Size, list[torch.Tensor]] = {}
    for key, tensor in theirs.state_dict().items():
        if "relative_position" not in key:
            given.setdefault(tensor.shape, []).append(tensor)
    for key, tensor in ours.state_dict().items():
        if not key.endswith(".tensor"):
            tensor.copy_(given[tensor.shape].pop(0))
    assert not any(given.values())
    with torch.no_grad():
        output, expected = ours(sample), theirs(sample)
    assert expected.std() > 0
    assert (output - expected).abs().max() <= 1e-4 * expected.std()


def mask(size: int) -> torch.Tensor:
    """-100 between places of a window of which the shift has brought one from the other end of the map."""
    carried = torch.arange(size) >= size - SHIFT
    side = 2 * carried[:, None] + 1 * carried[None, :]
    count = size // WINDOW
    windows = side.reshape(count, WINDOW, count, WINDOW).transpose(1, 2).reshape(count**2, WINDOW**2)
    return torch.where(windows[:, None, :, None] == windows[:, None, None, :], 0.0, -100.0)


@pytest.mark.parametrize("pixels", [(256, 256), (300, 260)])
def test_multiply_accumulates_at_sizes_that_windows_do_not_divide(pixels: tuple[int, int]) -> None:
    with torch.device("meta"):
        theirs, sample = torchvision.models.swin_t().eval(), torch.empty(1, 3, *pixels)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        theirs(sample)
    assert analyze("swin_t", input=[3, *pixels]).totals.macs == counter.get_total_flops() // 2


def _theirs() -> nn.Module:
    """torchvision's network with random biases, and an eighth of the channels of its smallest."""
    model: nn.Module = torchvision.models.SwinTransformer([4, 4], 12, [2, 2, 2, 1], [3, 6, 12, 24], [WINDOW, WINDOW])
    for name, tensor in model.named_parameters():
        if name.endswith("relative_position_bias_table"):
            torch.nn.init.normal_(tensor)
    return model.eval()


def _fill(model: nn.Module, step: str, tensors: list[torch.Tensor]) -> None:
    """Put tensors in place of what the spec's steps of that name say to be computed."""
    modules = [module for name, module in model.named_modules() if name.endswith(f".{step}")]
    for module, tensor in zip(modules, tensors, strict=True):
        parametrize.remove_parametrizations(module, "tensor")
        assert module.tensor.shape == tensor.shape
        module.tensor = torch.nn.Parameter(tensor)
