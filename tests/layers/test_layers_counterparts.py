"""What the hand-written counterparts compute, against PyTorch's own modules, symmetry, or numbers by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnncost.layers import REGISTRY, Tensor
from cnncost.symbolic.dims import same_padding


def build(keyword: str, x: torch.Tensor, *others: torch.Tensor, layout: Any = "map", **arguments: Any) -> Any:
    """The counterpart of a layer for a batch like `x`, and like `others`."""
    shapes = [shape_of(tensor, layout) for tensor in (x, *others)]
    layer = REGISTRY[keyword].make(arguments, rank=len(shapes[0].spatial))
    layer.check(*shapes)
    return layer.counterpart(nn, *shapes)


def shape_of(batch: torch.Tensor, layout: Any) -> Tensor:
    sample = tuple(batch.shape[1:])
    return Tensor(sample[-1], sample[:-1], layout) if layout == "tokens" else Tensor(sample[0], sample[1:], layout)


def count_up(*shape: int) -> torch.Tensor:
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float64).reshape(shape)


def assert_equal(actual: torch.Tensor, expected: torch.Tensor | list[Any]) -> None:
    torch.testing.assert_close(actual.detach(), torch.as_tensor(expected).to(actual.dtype))


# Against PyTorch's own modules.


def test_channel_shuffle() -> None:
    x = count_up(2, 12, 3, 2)
    assert_equal(build("channel_shuffle", x, groups=3)(x), nn.ChannelShuffle(3)(x))


def test_space_to_depth() -> None:
    x = count_up(2, 3, 4, 6)
    assert_equal(build("space_to_depth", x, factor=2)(x), nn.PixelUnshuffle(2)(x))


def test_pixel_shuffle() -> None:
    x = count_up(2, 12, 4, 3)
    assert_equal(build("pixel_shuffle", x, factor=2)(x), nn.PixelShuffle(2)(x))


@pytest.mark.parametrize("sizes", [(8,), (4, 6), (2, 4, 6)])
def test_space_to_depth_undoes_pixel_shuffle_along_any_number_of_axes(sizes: tuple[int, ...]) -> None:
    x = count_up(2, 16, *sizes)
    shuffled = build("pixel_shuffle", x, factor=2)(x)
    assert shuffled.shape[2:] == tuple(2 * size for size in sizes)
    assert_equal(build("space_to_depth", shuffled, factor=2)(shuffled), x)


def test_layernorm_of_a_map_normalises_the_channels_of_each_position() -> None:
    x = torch.randn(2, 5, 3, 4)
    expected = nn.functional.layer_norm(x.permute(0, 2, 3, 1), (5,)).permute(0, 3, 1, 2)
    assert_equal(build("layernorm", x)(x), expected)


def test_an_uneven_padding_of_conv_transpose_cuts_its_output() -> None:
    x = torch.randn(1, 2, 5)
    cut = build("conv_transpose", x, out=3, kernel=4, stride=2, padding=[[2, 1]])
    whole = nn.functional.conv_transpose1d(x, cut[0].weight, cut[0].bias, stride=2)
    assert_equal(cut(x), whole[..., 2:-1].detach())


PADS = {"reflect": "reflection_pad", "replicate": "replication_pad", "circular": "circular_pad"}


@pytest.mark.parametrize("mode", PADS)
def test_padding_that_is_taken_from_the_input(mode: str) -> None:
    x = torch.randn(2, 3, 5, 6)
    conv = build("conv", x, out=2, kernel=3, padding=[1, 2], padding_mode=mode, bias=False)
    padded = nn.functional.pad(x, (2, 2, 1, 1), mode=mode)
    assert_equal(conv(x), nn.functional.conv2d(padded, conv.weight).detach())
    uneven = build("conv", x, out=2, kernel=3, padding=[[0, 1], [2, 0]], padding_mode=mode, bias=False)
    padded = nn.functional.pad(x, (2, 0, 0, 1), mode=mode)
    assert_equal(uneven(x), nn.functional.conv2d(padded, uneven[1].weight).detach())
    assert_equal(build(PADS[mode], x, before_after=[[0, 1], [2, 0]])(x), padded)


# `same` padding, as TensorFlow pads.

TENSORFLOW_SAME = [
    # size, kernel, stride and dilation; before and after
    ((13, 6, 5, 1), (1, 2)),  # the example of TensorFlow's documentation
    ((224, 3, 2, 1), (0, 1)),  # EfficientNet's first convolution
    ((224, 7, 2, 1), (2, 3)),  # 111 x 2 + 7 - 224 = 5
    ((225, 3, 2, 1), (1, 1)),  # 112 x 2 + 3 - 225 = 2
    ((10, 3, 1, 2), (2, 2)),  # a dilated kernel reaches 5
    ((10, 1, 2, 1), (0, 0)),  # the stride leaves a row over: nothing to pad
]


@pytest.mark.parametrize(("window", "padding"), TENSORFLOW_SAME)
def test_same_padding(window: tuple[int, int, int, int], padding: tuple[int, int]) -> None:
    size, kernel, stride, dilation = window
    assert same_padding(*window) == padding
    x = torch.randn(1, 1, size)
    conv = build("conv", x, out=1, kernel=kernel, stride=stride, dilation=dilation, padding="same", bias=False)
    weight = next(conv.parameters())
    padded = nn.functional.pad(x, padding)
    assert_equal(conv(x), nn.functional.conv1d(padded, weight, stride=stride, dilation=dilation).detach())
    assert conv(x).shape[-1] == -(-size // stride)


@pytest.mark.parametrize(
    ("row", "arguments", "expected"),
    [
        ([3, 1, 2, 5], {"kernel": 2, "stride": 1, "padding": "same"}, [3, 2, 5, 5]),  # one behind
        ([-3, -1, -2], {"kernel": 3, "stride": 1, "padding": "same"}, [-1, -1, -1]),  # padding is never the maximum
        ([-3, -1, -2], {"kernel": 2, "stride": 1, "padding": [[1, 0]]}, [-3, -1, -1]),
        ([1, 2, 3, 4], {"kernel": 2, "stride": 2, "padding": [[0, 1]], "ceil": True}, [2, 4]),  # a third begins outside
        ([1, 2, 3, 4, 5], {"kernel": 2, "stride": 2, "padding": [[0, 1]]}, [2, 4, 5]),
        (
            [4, 1, 2, 3, 0, 9],
            {"kernel": 2, "stride": 1, "dilation": 4, "padding": "same"},
            [2, 3, 4, 9, 2, 3],
        ),  # two on either side
    ],
)
def test_max_pools_that_pad_unevenly(row: list[float], arguments: dict[str, Any], expected: list[float]) -> None:
    x = torch.tensor([[row]], dtype=torch.float64)
    assert_equal(build("maxpool", x, **arguments)(x), [[expected]])


# Group convolutions: turning the input turns the output, and moves it along the group.


def moved(x: torch.Tensor, order: int, *, mirror: bool) -> torch.Tensor:
    """A map of `order` channels per group (1: a plain map), turned by a quarter or mirrored.

    Place 4 m + r belongs to the element that mirrors m times and then turns r quarters. Turning takes what was at
    (m, r) to (m, r + 1), mirroring takes it to (1 - m, -r).
    """
    groups = (x.flip(-1) if mirror else x.rot90(1, (-2, -1))).unflatten(1, (-1, order))
    if order == 1:
        return groups.flatten(1, 2)
    turned = [4 * (place // 4) + (place - 1) % 4 for place in range(order)]
    mirrored = [4 * (1 - place // 4) + -place % 4 for place in range(order)]
    return groups[:, :, mirrored if mirror else turned].flatten(1, 2)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("group", "order", "mirror"), [("p4", 4, False), ("p4m", 8, False), ("p4m", 8, True)])
def test_group_convolutions_are_equivariant(group: str, order: int, mirror: bool, stride: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 9, 9, dtype=torch.float64)
    lift = build("group_conv", x, out=2, kernel=3, group=group, lifting=True, stride=stride).double()
    conv = build("group_conv", lift(x), out=2, kernel=3, group=group, padding=1).double()
    for parameter in (*lift.parameters(), *conv.parameters()):
        nn.init.normal_(parameter)
    y, z = lift(x), conv(lift(x))
    assert_equal(lift(moved(x, 1, mirror=mirror)), moved(y, order, mirror=mirror).detach())
    assert_equal(conv(moved(y, order, mirror=mirror)), moved(z, order, mirror=mirror).detach())
    assert not torch.allclose(z, moved(z, order, mirror=mirror))


@pytest.mark.parametrize(("group", "order", "mirror"), [("p4", 4, False), ("p4m", 8, False), ("p4m", 8, True)])
def test_what_follows_a_group_convolution_is_equivariant(group: str, order: int, mirror: bool) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3 * order, 5, 5, dtype=torch.float64)
    norm = build("group_batchnorm", x, group=group).double().train()
    for parameter in norm.parameters():
        nn.init.normal_(parameter)
    pool = build("group_maxpool", x, group=group)
    assert_equal(norm(moved(x, order, mirror=mirror)), moved(norm(x), order, mirror=mirror).detach())
    assert_equal(pool(moved(x, order, mirror=mirror)), moved(pool(x), 1, mirror=mirror))


def test_a_group_shares_its_statistics() -> None:
    x = torch.tensor([1.0, 3.0, 5.0, 7.0, 0.0, 0.0, 2.0, 2.0], dtype=torch.float64).reshape(1, 8, 1, 1)
    norm = build("group_batchnorm", x, eps=1e-15).double().train()
    # means 4 and 1, variances 5 and 1
    expected = [-3 / 5**0.5, -1 / 5**0.5, 1 / 5**0.5, 3 / 5**0.5, -1.0, -1.0, 1.0, 1.0]
    assert_equal(norm(x).flatten().detach(), expected)


def test_pooling_over_the_group_leaves_a_channel_of_each() -> None:
    x = torch.tensor([1.0, 7.0, 5.0, 3.0, 0.0, 0.0, 2.0, 4.0], dtype=torch.float64).reshape(1, 8, 1)
    assert_equal(build("group_maxpool", x)(x), [[[7.0], [4.0]]])
    assert_equal(build("group_maxpool", x, group="p4m")(x), [[[7.0]]])


# Tokens, slices, crops and the like, by hand.


def test_patch_tokens_go_row_by_row() -> None:
    x = count_up(1, 2, 2, 2)
    assert_equal(build("patch_tokens", x)(x), [[[0, 4], [1, 5], [2, 6], [3, 7]]])


def test_the_class_token_is_the_first() -> None:
    x = torch.zeros(2, 3, 4)
    output = build("class_token", x, layout="tokens")(x)
    assert output.shape == (2, 4, 4)
    assert_equal(output[0, :, 0], [1, 0, 0, 0])
    assert_equal(build("select_token", x, layout="tokens", i=0)(output), torch.ones(2, 4))


def test_position_embeddings_and_layer_scales_are_per_place_and_per_channel() -> None:
    x = count_up(1, 3, 2)
    embed = build("position_embedding", x, layout="tokens").double()
    embed.embedding.data = count_up(1, 3, 2)
    assert_equal(embed(x), 2 * x)
    for layout, expected in (("tokens", [[0, 2], [2, 6], [4, 10]]), ("map", [[0, 1], [4, 6], [12, 15]])):
        scale = build("layer_scale", x, layout=layout).double()
        scale.gamma.data = (count_up(scale.gamma.numel()) + 1).reshape(scale.gamma.shape)
        assert_equal(scale(x), [expected])


def test_attention_of_one_head_is_softmax_of_scaled_products() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 5, 4)
    module = build("attention", x, layout="tokens", heads=1)
    weights = module.attention
    q, k, v = (x @ weights.in_proj_weight.T + weights.in_proj_bias).chunk(3, -1)
    mixed = ((q @ k.transpose(1, 2)) / 2).softmax(-1) @ v
    assert_equal(module(x), (mixed @ weights.out_proj.weight.T + weights.out_proj.bias).detach())


@pytest.mark.parametrize(("layout", "axis"), [("map", 1), ("tokens", 2)])
def test_channels_are_found_in_every_layout(layout: str, axis: int) -> None:
    x = count_up(1, 4, 4)
    assert_equal(build("slice", x, layout=layout, start=1, stop=3)(x), x.narrow(axis, 1, 2))
    padded = build("pad_channels", x, layout=layout, before=1, after=2)(x)
    assert_equal(padded.narrow(axis, 1, 4), x)
    assert padded.shape[axis] == 7
    assert padded.sum() == x.sum()
    assert_equal(build("softmax", x, layout=layout)(x).sum(axis), torch.ones(1, 4))
    assert build("concat", x, x, layout=layout)(x, x).shape[axis] == 8


def test_permute_and_reshape_leave_the_batch_alone() -> None:
    x = count_up(2, 3, 4, 5)
    assert_equal(build("permute", x, axes=[2, 0, 1])(x), x.permute(0, 3, 1, 2))
    assert_equal(build("reshape", x, size=[6, 10])(x), x.reshape(2, 6, 10))


@pytest.mark.parametrize(("offset", "start"), [(None, 1), (0, 0), (2, 2)])
def test_crop_takes_the_middle_or_what_it_is_told(offset: int | None, start: int) -> None:
    x, like = count_up(1, 1, 5), count_up(1, 7, 3)
    told = {} if offset is None else {"offset": offset}
    assert_equal(build("crop", x, like, like="step", **told)(x, like), x[..., start : start + 3])


def test_upsample_to_another_steps_size() -> None:
    x, like = count_up(1, 1, 2), count_up(1, 7, 4)
    assert_equal(build("upsample", x, like, like="step")(x, like), [[[0, 0, 1, 1]]])


@pytest.mark.parametrize("scale", [0.1, 0.29, 1 / 3, 0.5, 0.7, 0.999, 1.1, 1.5, 1.7, 2.0, 2.6, 3])
def test_a_scale_makes_as_many_positions_as_pytorchs(scale: float) -> None:
    """Rounded down in floating point: 0.29 of 100 is 28, 0.7 of 10 is 7."""
    for size in (*range(10, 40), 100, 224, 1000):
        layer = REGISTRY["upsample"].make({"scale": scale}, rank=1).fitted(Tensor(2, (size,)))
        for recompute in (False, True):
            x = torch.empty(1, 2, size, device="meta")
            expected = nn.functional.interpolate(x, scale_factor=scale, recompute_scale_factor=recompute)
            assert layer.output(Tensor(2, (size,))).dims == tuple(expected.shape[1:])


def test_a_scale_that_is_no_whole_number_spaces_positions_evenly() -> None:
    x = torch.randn(1, 2, 7, 5, dtype=torch.float64)
    layer = REGISTRY["upsample"].make({"scale": [1.5, 0.7], "mode": "bilinear"}, rank=2).fitted(Tensor(2, (7, 5)))
    expected = nn.functional.interpolate(x, scale_factor=(1.5, 0.7), mode="bilinear", recompute_scale_factor=True)
    assert_equal(layer.counterpart(nn, Tensor(2, (7, 5)))(x), expected)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("scale", [2, 3, 7])
def test_a_scale_by_whole_numbers_gives_what_the_size_gives(scale: int, mode: str) -> None:
    x = torch.randn(1, 2, 7, 5)
    expected = nn.functional.interpolate(x, size=(7 * scale, 5 * scale), mode=mode)
    assert torch.equal(build("upsample", x, scale=scale, mode=mode)(x), expected)


def test_joins_by_hand() -> None:
    x, gate = count_up(1, 2, 2), torch.tensor([[[2.0], [3.0]]])
    assert_equal(build("multiply", x, gate)(x, gate), [[[0, 2], [6, 9]]])
    assert_equal(build("add", x, x, x)(x, x, x), 3 * x)
    assert_equal(build("subtract", x, gate, gate)(x, gate, gate), [[[-4, -3], [-4, -3]]])


def test_channel_pools() -> None:
    x = count_up(1, 3, 2)
    assert_equal(build("channel_avgpool", x)(x), [[[2, 3]]])
    assert_equal(build("channel_maxpool", x)(x), [[[4, 5]]])


def test_stochastic_depth_drops_whole_samples_in_training_only() -> None:
    torch.manual_seed(0)
    x = torch.ones(1000, 2, 3)
    module = build("stochastic_depth", x, p=0.25)
    assert_equal(module.eval()(x), x)
    dropped = module.train()(x)
    assert dropped.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert (dropped == dropped[:, :1, :1]).all()
    assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.05)
    assert_equal(build("stochastic_depth", x, p=1.0).train()(x), torch.zeros_like(x))


@pytest.mark.parametrize("module", ["ReLU", "ELU", "SELU", "SiLU", "Mish", "Hardswish", "LeakyReLU", "CELU", "ReLU6"])
def test_an_activation_as_it_is_written_first_is_pytorchs(module: str) -> None:
    layer = next(kind for kind in REGISTRY.values() if getattr(kind, "module", None) == module)
    x = torch.linspace(-4, 4, 24).reshape(1, 4, 6)
    assert torch.equal(layer.make({}, rank=1).counterpart(torch.nn, Tensor(4, (6,)))(x), getattr(torch.nn, module)()(x))


# Along other axes, and attention.


def test_linear_and_layernorm_over_the_last_axis_are_pytorchs_of_channels_last() -> None:
    x = torch.randn(2, 5, 3, 4)  # as permute leaves it: height, width, features
    linear = build("linear", x, out=6, axis=1)
    assert isinstance(linear, nn.Linear)
    assert_equal(linear(x), nn.functional.linear(x, linear.weight, linear.bias).detach())
    assert_equal(build("layernorm", x, axes=1)(x), nn.functional.layer_norm(x, (4,)))
    assert_equal(build("layernorm", x, axes=["channels", "positions"])(x), nn.functional.layer_norm(x, (5, 3, 4)))
    assert_equal(build("rms_norm", x, axes=[0, 1])(x), nn.functional.rms_norm(x, (3, 4)))


def test_linear_over_an_axis_that_is_not_the_last() -> None:
    x = torch.randn(2, 5, 3, 4)
    linear = build("linear", x, out=6, axis=0).double()
    expected = torch.einsum("bchw,oh->bcow", x.double(), linear.linear.weight) + linear.linear.bias[:, None]
    assert_equal(linear(x.double()), expected.detach())


def test_parts_along_an_axis() -> None:
    x = count_up(2, 3, 6, 5)
    assert_equal(build("slice", x, start=1, stop=6, step=2, axis=0)(x), x[:, :, 1:6:2])
    assert_equal(build("slice", x, start=0, stop=3, step=2)(x), x[:, ::2])
    assert_equal(build("select", x, index=4, axis=1)(x), x[..., 4])
    assert_equal(build("flip", x, axes="positions")(x), torch.flip(x, (2, 3)))
    assert_equal(build("roll", x, shifts=[-2, 1], axes=[0, "channels"])(x), torch.roll(x, (-2, 1), (2, 1)))


def test_reductions() -> None:
    x = torch.randn(2, 3, 6, 5)
    assert_equal(build("mean", x, axes="positions")(x), x.mean((2, 3)))
    assert_equal(build("sum", x, axes=["channels", 1], keep=True)(x), x.sum((1, 3), keepdim=True))
    assert_equal(build("max", x, axes=0)(x), x.amax(2))
    assert_equal(build("min", x, axes=0)(x), x.amin(2))
    assert_equal(build("variance", x, axes="channels", correction=0)(x), x.var(1, correction=0))
    assert_equal(build("vector_norm", x, axes=0, order=3)(x), torch.linalg.vector_norm(x, 3, dim=2))


@pytest.mark.parametrize("mask", [(5, 7), (1, 7), (4, 5, 7), (4, 1, 7)])
def test_attention_with_a_mask(mask: tuple[int, ...]) -> None:
    query, key, value = torch.randn(2, 4, 5, 8), torch.randn(2, 4, 7, 8), torch.randn(2, 4, 7, 6)
    added = torch.randn(2, *mask)
    scores = query @ key.mT / 8**0.5 + (added if len(mask) == 3 else added[:, None])
    attention = build("scaled_dot_product_attention", query, key, value, added)
    assert_equal(attention(query, key, value, added), scores.softmax(-1) @ value)


def test_attention_of_grouped_heads_that_sees_what_came_before() -> None:
    query, key = torch.randn(2, 4, 5, 8), torch.randn(2, 2, 5, 8)
    scores = 0.5 * query @ key.repeat_interleave(2, 1).mT
    hidden = torch.ones(5, 5).triu(1).bool()
    expected = scores.masked_fill(hidden, float("-inf")).softmax(-1) @ key.repeat_interleave(2, 1)
    attention = build("scaled_dot_product_attention", query, key, key, causal=True, scale=0.5)
    assert_equal(attention(query, key, key), expected)
