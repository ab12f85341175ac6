"""Layers that sample, number by number: against PyTorch's own functions, and against the papers' formulas in loops."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from cnncost.layers import REGISTRY, Tensor

Numbers = torch.Tensor


def made(keyword: str, arguments: dict[str, Any], *inputs: Numbers) -> Any:
    """The counterpart of a layer that reads these maps, in double precision."""
    xs = [Tensor(x.shape[1], tuple(x.shape[2:])) for x in inputs]
    layer = REGISTRY[keyword].make(arguments, rank=inputs[0].dim() - 2)
    layer.check(*xs)
    module = layer.counterpart(nn, *xs)
    return module.double() if isinstance(module, nn.Module) else module


def random(*shape: int) -> Numbers:
    torch.manual_seed(0)
    return torch.randn(*shape, dtype=torch.float64)


# Deformable convolution


def convolution(x: Numbers, module: Any, **arguments: Any) -> Numbers:
    function = getattr(nn.functional, f"conv{x.dim() - 2}d")
    return torch.as_tensor(function(x, module.weight, module.bias, **arguments))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("groups", [1, 2])
def test_without_offsets_it_is_a_convolution(axes: int, groups: int) -> None:
    x = random(2, 4, *(9, 8, 7)[:axes])
    arguments: dict[str, Any] = {"kernel": 3, "stride": 2, "padding": 1, "dilation": 2}
    spatial = [(size + 2 - 5) // 2 + 1 for size in x.shape[2:]]
    offsets = torch.zeros(2, axes * 3**axes, *spatial, dtype=torch.float64)
    module = made("deform_conv", {"out": 6, "groups": groups, **arguments}, x, offsets)
    plain = convolution(x, module, stride=2, padding=1, dilation=2, groups=groups)
    assert torch.allclose(module(x, offsets), plain)


def test_whole_offsets_read_a_shifted_map() -> None:
    x, offsets = random(1, 3, 8, 8), torch.zeros(1, 18, 8, 8, dtype=torch.float64)
    offsets[:, 0::2], offsets[:, 1::2] = 2, -1  # two rows further down, a column further left
    module = made("deform_conv", {"out": 5, "kernel": 3, "padding": 1}, x, offsets)
    shifted = torch.zeros_like(x)
    shifted[:, :, :-2, 1:] = x[:, :, 2:, :-1]
    inside = (slice(None), slice(None), slice(1, -3), slice(2, -1))  # where no window leaves either map
    assert torch.allclose(module(x, offsets)[inside], convolution(shifted, module, padding=1)[inside])


def bilinear(map_: Numbers, y: float, x: float) -> float:
    """The map at a place between pixels; beyond the border it is zero (Dai et al. 2017, equations 3 and 4)."""
    height, width = map_.shape
    return sum(
        max(0.0, 1 - abs(y - row)) * max(0.0, 1 - abs(x - column)) * float(map_[row, column])
        for row, column in product(range(height), range(width))
    )


CASES = [(1, 1, False), (2, 1, True), (2, 2, True), (4, 2, False)]


@pytest.mark.parametrize(("offset_groups", "groups", "masked"), CASES)
def test_it_is_the_sum_of_equation_2_with_the_mask_of_version_2(offset_groups: int, groups: int, masked: bool) -> None:
    x = random(1, 4, 5, 6)
    kernel, stride, padding, dilation, height, width = (2, 3), (1, 2), (1, 0), (2, 1), 5, 2
    offsets, masks = 2 * random(1, offset_groups * 12, height, width), random(1, offset_groups * 6, height, width)
    arguments = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    given = (x, offsets, masks) if masked else (x, offsets)
    module = made("deform_conv", {"out": 2, "groups": groups, **arguments}, *given)
    module.requires_grad_(False)
    found = module(*given)
    assert found.shape == (1, 2, height, width)
    for out, row, column in product(range(2), range(height), range(width)):
        total = float(module.bias[out])
        for within in range(4 // groups):
            channel = out // (2 // groups) * (4 // groups) + within
            block = channel // (4 // offset_groups)
            for element, (m, n) in enumerate(product(range(2), range(3))):
                number = block * 6 + element
                place = (
                    row * stride[0] - padding[0] + m * dilation[0] + float(offsets[0, 2 * number, row, column]),
                    column * stride[1] - padding[1] + n * dilation[1] + float(offsets[0, 2 * number + 1, row, column]),
                )
                weight = float(module.weight[out, within, m, n])
                mask = float(masks[0, number, row, column]) if masked else 1.0
                total += weight * mask * bilinear(x[0, channel], *place)
        assert float(found[0, out, row, column]) == pytest.approx(total, abs=1e-9)


def test_its_taps_are_those_of_grid_sample() -> None:
    x, offsets = random(2, 3, 7, 9), 3 * random(2, 2, 7, 9)
    module = made("deform_conv", {"out": 4}, x, offsets)  # a kernel of one element: one tap
    rows, columns = torch.meshgrid(torch.arange(7.0), torch.arange(9.0), indexing="ij")
    places = torch.stack([(columns + offsets[:, 1]) * 2 / 8 - 1, (rows + offsets[:, 0]) * 2 / 6 - 1], -1)
    taps = nn.functional.grid_sample(x, places, align_corners=True)
    assert torch.allclose(module(x, offsets), convolution(taps, module))


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), -1e30, 1e30])
def test_offsets_beyond_all_bounds_read_nothing_or_nothing_that_is_a_number(offset: float) -> None:
    x, offsets = random(1, 1, 4, 4), torch.full((1, 2, 4, 4), offset, dtype=torch.float64)
    found = made("deform_conv", {"out": 1, "bias": False}, x, offsets)(x, offsets)
    assert not found.any() if math.isfinite(offset) else found.isnan().all()


def test_its_inputs_have_the_gradients_of_their_definition() -> None:
    given = [each.requires_grad_() for each in (random(1, 2, 4, 4), 0.3 + 0.2 * random(1, 8, 3, 3), random(1, 4, 3, 3))]
    module = made("deform_conv", {"out": 1, "kernel": 2}, *given)
    assert torch.autograd.gradcheck(module, given, atol=1e-6)


# Grids


@pytest.mark.parametrize("aligned", [True, False])
def test_the_grid_of_the_identity_is_the_map(aligned: bool) -> None:
    x = random(2, 3, 6, 5)
    theta = torch.tensor([[1.0, 0, 0, 0, 1, 0]], dtype=torch.float64).expand(2, 6)
    grid = REGISTRY["affine_grid"].make({"size": [6, 5], "align_corners": aligned}, rank=0)
    places = grid.counterpart(nn, Tensor(6, (), "flat"))(theta)
    sampled = made("grid_sample", {"align_corners": aligned}, x, places)(x, places)
    assert torch.allclose(sampled, x)


def test_a_grid_has_the_coordinate_of_the_last_axis_first() -> None:
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    # the middle of row 0, column 2: x = (2 * 2 + 1) / 3 - 1 = 2/3, y = (2 * 0 + 1) / 2 - 1 = -1/2
    place = torch.tensor([2 / 3, -1 / 2]).reshape(1, 2, 1, 1)
    assert made("grid_sample", {"mode": "nearest"}, x, place)(x, place).item() == 2


# Unpooling


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("arguments", [{"kernel": 2}, {"kernel": 3, "stride": 2, "padding": 1}])
def test_maxima_are_put_back_as_pytorch_does(axes: int, arguments: dict[str, Any]) -> None:
    source = random(2, 3, *(9, 8, 7)[:axes])
    pool = getattr(nn, f"MaxPool{axes}d")(*arguments.values(), return_indices=True)
    _, indices = pool(source)
    x = random(*indices.shape)
    theirs = getattr(nn, f"MaxUnpool{axes}d")(*arguments.values())
    expected = theirs(x, indices, output_size=source.shape[2:])
    layer = REGISTRY["max_unpool"].make({"pool": True, **arguments}, axes)
    shapes = [Tensor(each.shape[1], tuple(each.shape[2:])) for each in (x, source)]
    assert torch.equal(layer.counterpart(nn, *shapes)(x, source), expected)


# Columns


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_convolution_is_a_product_with_the_columns(axes: int) -> None:
    x = random(2, 3, *(9, 8, 7)[:axes])
    conv = getattr(nn, f"Conv{axes}d")(3, 4, 3, stride=2, padding=2, dilation=2).double()
    columns = made("unfold", {"kernel": 3, "stride": 2, "padding": 2, "dilation": 2}, x)(x)
    product_ = conv.weight.flatten(1) @ columns + conv.bias[:, None]
    assert torch.allclose(product_.reshape(conv(x).shape), conv(x))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_transposed_convolution_is_a_fold_of_its_columns(axes: int) -> None:
    x = random(2, 3, *(5, 4, 3)[:axes])
    conv = getattr(nn, f"ConvTranspose{axes}d")(3, 2, 3, stride=2, padding=1, bias=False).double()
    y = conv(x)
    columns = conv.weight.flatten(1).T @ x.flatten(2)
    arguments = {"size": list(y.shape[2:]), "kernel": 3, "stride": 2, "padding": 1}
    layer = REGISTRY["fold"].make(arguments, rank=1)
    assert torch.allclose(layer.counterpart(nn, Tensor(columns.shape[1], (columns.shape[2],)))(columns), y)


def test_unequal_padding_folds_back_what_it_has_unfolded() -> None:
    x = random(1, 2, 7, 6)
    arguments: dict[str, Any] = {"kernel": [3, 2], "stride": [3, 2], "padding": [[2, 0], [1, 1]]}
    columns = made("unfold", arguments, x)(x)
    layer = REGISTRY["fold"].make({"size": [7, 6], **arguments}, rank=1)
    assert torch.equal(layer.counterpart(nn, Tensor(12, (12,)))(columns), x)  # windows side by side: once each
