"""Swin computes what torchvision's does: with copied weights, biases looked up, and masks that say who is apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.utils import parametrize

from cnncost import build, load
from tests.torch_models.reference import torchvision

if TYPE_CHECKING:
    from torch import nn

SIZE, WINDOW, SHIFT = 56, 7, 3


def test_shifted_windows_are_torchvisions() -> None:
    torch.manual_seed(0)
    theirs = _theirs()
    settings = {"width": 12, "depths": [2, 2, 2, 1]}
    ours = build(load("swin_t", set=settings), device="cpu").eval()
    attentions = [module for module in theirs.modules() if hasattr(module, "relative_position_bias_table")]
    _fill(ours, "bias", [module.get_relative_position_bias() for module in attentions])
    _fill(ours, "mask", [mask(SIZE), mask(SIZE // 2), mask(SIZE // 4)])
    given: dict[torch.Size, list[torch.Tensor]] = {}
    for key, tensor in theirs.state_dict().items():
        if "relative_position" not in key:
            given.setdefault(tensor.shape, []).append(tensor)
    for key, tensor in ours.state_dict().items():
        if not key.endswith(".tensor"):
            tensor.copy_(given[tensor.shape].pop(0))
    assert not any(given.values())
    sample = torch.randn(2, 3, 4 * SIZE, 4 * SIZE)
    with torch.no_grad():
        output, expected = ours(sample), theirs(sample)
    assert expected.std() > 0
    assert (output - expected).abs().max() <= 1e-4 * expected.std()


def mask(size: int) -> torch.Tensor:
    """-100 between places of a window of which the shift has brought one from the other end of the map."""
    carried = torch.arange(size) >= size - SHIFT
    side = 2 * carried[:, None] + 1 * carried[None, :]
    windows = side.unflatten(1, (-1, WINDOW)).unflatten(0, (-1, WINDOW)).transpose(1, 2).flatten(2).flatten(0, 1)
    return -100.0 * (windows[:, None, :, None] != windows[:, None, None, :])


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
