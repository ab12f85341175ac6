"""Refusals, word for word."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cnncost.errors import LayerError
from cnncost.layers import REGISTRY, SPLITS, Tensor

FLAT = Tensor(6, (), "flat")
TOKENS = Tensor(6, (4,), "tokens")
IMAGE = Tensor(6, (8, 8))
GRID = Tensor(6, (2, 2, 2, 2))


class Case(NamedTuple):
    """A step, what it reads, and the refusal: its text, and the field at fault."""

    keyword: str
    arguments: dict[str, Any]
    xs: list[Tensor]
    message: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.keyword}-{self.field}"


WANTED_PADDING = (
    "`padding` must be a whole number of at least 0, one per axis, a [before, after] pair per axis, `same` or `valid`"
)
NONLINEARITY = '`nonlinearity` must be one of `tanh`, `relu`, not the text "gelu"'
OVERHANG = (
    "kernel of 3 is larger than its input of 2: "
    "over three axes, neither padding nor `ceil` lets PyTorch's mean go beyond"
)

INPUTS = [
    Case(
        "softmax",
        {"axis": 2},
        [IMAGE],
        "`softmax` has no axis `2`: map [6, 8, 8] has 2 axes behind the channels, counted from 0 to 1",
        "axis",
    ),
    Case("softmax", {"axis": "tokens"}, [IMAGE], "`softmax` along tokens takes tokens, not map [6, 8, 8]", "axis"),
    Case(
        "linear",
        {"out": 2, "axis": "positions"},
        [IMAGE],
        "`linear` along positions has 2 axes of [6, 8, 8] to choose from",
        "axis",
    ),
    Case("glu", {"axis": 0}, [Tensor(6, (7,))], "`glu` halves axis `0`, and that of its input [6, 7] has 7", "axis"),
    Case("layernorm", {"axes": [0, 0]}, [IMAGE], "`axes` of `layernorm` names an axis of [6, 8, 8] twice", "axes"),
    Case("mean", {"axes": "channels"}, [FLAT], "`mean` over all axes of [6] leaves one number of a sample", "axes"),
    Case(
        "variance", {"axes": 0}, [Tensor(6, (1,))], "`variance` of 1 with a correction of 1 divides by 0", "correction"
    ),
    Case("vector_norm", {"axes": 0, "order": 0}, [IMAGE], "`vector_norm` has an `order` above 0, not 0", "order"),
    Case(
        "slice",
        {"start": 0, "stop": 9, "axis": 1},
        [IMAGE],
        "`slice` stops at place 9, beyond the 8 of [6, 8, 8] along axis `1`",
        "stop",
    ),
    Case(
        "select",
        {"index": 6},
        [IMAGE],
        "`select` has no place 6 among the 6 of [6, 8, 8] along axis `channels`",
        "index",
    ),
    Case("select", {"index": 0}, [FLAT], "`select` of [6] leaves one number of a sample"),
    Case(
        "roll",
        {"shifts": [1, 2], "axes": 0},
        [IMAGE],
        "`roll` needs a shift for each of the axes [0], not [1, 2]",
        "shifts",
    ),
    Case("expand", {"size": [6, 16, 8]}, [IMAGE], "cannot expand [6, 8, 8] to [6, 16, 8]", "size"),
    Case(
        "scaled_dot_product_attention",
        {},
        [IMAGE, IMAGE],
        "`scaled_dot_product_attention` reads queries, keys and values, and maybe a mask, not 2 outputs",
    ),
    Case(
        "scaled_dot_product_attention",
        {},
        [IMAGE, Tensor(6, (8, 4)), Tensor(6, (8, 4))],
        "queries [6, 8, 8] and keys [6, 8, 4] are of unlike length, 8 and 4",
    ),
    Case(
        "scaled_dot_product_attention",
        {},
        [IMAGE, IMAGE, Tensor(6, (7, 8))],
        "keys [6, 8, 8] and values [6, 7, 8] are not as many",
    ),
    Case(
        "scaled_dot_product_attention",
        {},
        [IMAGE, Tensor(4, (8, 8)), Tensor(4, (8, 8))],
        "queries [6, 8, 8] and keys [4, 8, 8] are of unlike heads",
    ),
    Case(
        "scaled_dot_product_attention",
        {},
        [IMAGE, IMAGE, IMAGE, Tensor(3, (8, 8))],
        "a mask of [3, 8, 8] cannot be added to scores of [6, 8, 8]",
    ),
    Case(
        "scaled_dot_product_attention",
        {"causal": True},
        [IMAGE, IMAGE, IMAGE, IMAGE],
        "`scaled_dot_product_attention` has a mask or is `causal`, not both",
        "causal",
    ),
    Case("clamp", {}, [IMAGE], "`clamp` needs `low`, `high` or both"),
    Case("clamp", {"low": 1, "high": 0}, [IMAGE], "`high` of 0 must not be below `low` of 1", "high"),
    # keyword, arguments, inputs, message, field
    Case("conv", {"out": 8, "kernel": 11}, [IMAGE], "kernel of 11 is larger than its input of 8", "kernel"),
    Case(
        "conv",
        {"out": 8, "kernel": 7, "dilation": 2, "padding": 1},
        [IMAGE],
        "kernel of 13 (dilated from 7) is larger than its input of 8 padded to 10",
        "kernel",
    ),
    Case("grid_sample", {}, [IMAGE], "`grid_sample` reads a map and a grid, not one output"),
    Case(
        "grid_sample",
        {},
        [Tensor(6, (8,)), Tensor(1, (8,))],
        "`grid_sample` works on 2 or 3 spatial axes, and its map [6, 8] has 1",
    ),
    Case(
        "grid_sample",
        {},
        [IMAGE, Tensor(8, (8, 2))],
        "a grid for [6, 8, 8] has 2 channels, a coordinate each, and 2 axes: it is not [8, 8, 2]",
    ),
    Case(
        "grid_sample",
        {"mode": "bicubic"},
        [Tensor(6, (4, 8, 8)), Tensor(3, (4, 8, 8))],
        "`bicubic` interpolates 2 axes, and the map [6, 4, 8, 8] has 3",
        "mode",
    ),
    Case("affine_grid", {}, [FLAT], "`affine_grid` needs one of `size` and `like`"),
    Case(
        "affine_grid",
        {"size": [8, 8], "like": True},
        [FLAT, IMAGE],
        "`affine_grid` needs one of `size` and `like`, not `size` and `like`",
        "like",
    ),
    Case("affine_grid", {"size": 8}, [FLAT], "`affine_grid` makes grids of 2 or 3 axes, not 1", "size"),
    Case("affine_grid", {"size": [4, 8, 8]}, [FLAT], "an affine map of 3 axes has 12 numbers, and the input is [6]"),
    Case("affine_grid", {"like": True}, [FLAT, TOKENS], "`affine_grid` takes the size of tokens [4, 6]", "like"),
    Case("deform_conv", {"out": 8}, [IMAGE], "`deform_conv` reads a map, its offsets and maybe a mask, not one output"),
    Case(
        "deform_conv",
        {"out": 8, "kernel": 3},
        [IMAGE, Tensor(18, (8, 8))],
        "offsets are a map of the output's size, and [18, 8, 8] is not as large as [8, 6, 6]",
    ),
    Case(
        "deform_conv",
        {"out": 8, "kernel": 3},
        [IMAGE, Tensor(9, (6, 6))],
        "offsets have 2 channels a kernel element, 18 or a multiple: not 9",
    ),
    Case(
        "deform_conv",
        {"out": 8, "kernel": 3},
        [IMAGE, Tensor(72, (6, 6))],
        "4 groups of offsets do not divide the 6 input channels",
    ),
    Case(
        "deform_conv",
        {"out": 8, "kernel": 3},
        [IMAGE, Tensor(36, (6, 6)), Tensor(9, (6, 6))],
        "masks have 18 channels, one for each kernel element and group: [9, 6, 6] are none",
    ),
    Case(
        "deform_conv",
        {"out": 8, "kernel": 3},
        [IMAGE, Tensor(18, (6, 6)), Tensor(9, (8, 8))],
        "masks are a map of the output's size, and [9, 8, 8] is not as large as [8, 6, 6]",
    ),
    Case(
        "deform_conv", {"out": 8, "groups": 4}, [IMAGE, IMAGE], "4 groups do not divide the 6 input channels", "groups"
    ),
    Case(
        "max_unpool",
        {"pool": True},
        [IMAGE, IMAGE],
        "`max_unpool` needs the `kernel` of the pool whose input it is given",
        "kernel",
    ),
    Case(
        "max_unpool",
        {"pool": True, "kernel": 2},
        [Tensor(3, (4, 4)), IMAGE],
        "`max_unpool` reads [3, 4, 4], and the pool has made [6, 4, 4] of [6, 8, 8]",
        "pool",
    ),
    Case(
        "max_unpool",
        {"pool": True, "kernel": 3, "padding": [[1, 0], 0]},
        [IMAGE, IMAGE],
        "maxima of a pool cannot be put back where it pads unlike sides, [1, 0]",
        "pool",
    ),
    Case("unfold", {"kernel": 9}, [IMAGE], "kernel of 9 is larger than its input of 8", "kernel"),
    Case("unfold", {"kernel": 1}, [GRID], "`unfold` works on 1 to 3 spatial axes, and its input [6, 2, 2, 2, 2] has 4"),
    Case(
        "fold",
        {"size": [8, 8], "kernel": 2},
        [IMAGE],
        "`fold` takes columns of one axis, and its input [6, 8, 8] has 2",
    ),
    Case(
        "fold",
        {"size": [8, 8], "kernel": 2, "stride": 2},
        [Tensor(6, (16,))],
        "windows of 2×2, 4 elements, do not divide 6 channels",
        "kernel",
    ),
    Case(
        "fold",
        {"size": [8, 8], "kernel": 2},
        [Tensor(8, (16,))],
        "a map of 8×8 has 7×7 windows, and the input [8, 16] 16",
        "size",
    ),
    Case(
        "fold",
        {"size": 8, "kernel": 2},
        [Tensor(8, (16,))],
        "a map of 8 has 7 windows, and the input [8, 16] 16",
        "size",
    ),
    Case("fold", {"size": [2], "kernel": 3}, [Tensor(9, (1,))], "a window of 3 is larger than the map of 2", "size"),
    Case("conv", {"out": 8, "groups": 4}, [IMAGE], "4 groups do not divide the 6 input channels", "groups"),
    Case("conv", {"out": 8, "groups": 3}, [IMAGE], "3 groups do not divide the 8 output channels", "groups"),
    Case("conv", {"out": 8}, [GRID], "`conv` works on 1 to 3 spatial axes, and its input [6, 2, 2, 2, 2] has 4"),
    Case("conv", {"out": 8}, [Tensor(6)], "`conv` works on 1 to 3 spatial axes, and its input [6] has 0"),
    Case(
        "conv_transpose",
        {"out": 8, "kernel": 3, "stride": 2, "output_padding": 2},
        [IMAGE],
        "output padding of 2 must be below the stride of 2 or the dilation of 1",
        "output_padding",
    ),
    Case(
        "group_conv",
        {"out": 8, "kernel": [1, 3], "lifting": True},
        [IMAGE],
        "kernel [1, 3] is not square, and cannot be turned",
        "kernel",
    ),
    Case(
        "group_batchnorm",
        {},
        [Tensor(8, (4,))],
        "`group_batchnorm` takes maps of 2 axes, and its input [8, 4] has 1",
    ),
    Case("group_batchnorm", {}, [IMAGE], "the 4 elements of p4 do not divide the 6 input channels", "group"),
    Case("group_maxpool", {}, [IMAGE], "the 4 elements of p4 do not divide the 6 input channels", "group"),
    Case(
        "group_conv",
        {"out": 8, "kernel": 3},
        [IMAGE],
        "the 4 elements of p4 do not divide the 6 input channels",
        "group",
    ),
    Case(
        "group_conv",
        {"out": 8, "kernel": 3, "group": "p4m"},
        [Tensor(4, (8, 8))],
        "the 8 elements of p4m do not divide the 4 input channels",
        "group",
    ),
    Case(
        "group_conv",
        {"out": 8, "kernel": 3},
        [Tensor(4, (8,))],
        "`group_conv` turns maps of 2 axes, and its input [4, 8] has 1",
    ),
    Case(
        "group_conv",
        {"out": 8, "kernel": 9, "lifting": True},
        [IMAGE],
        "kernel of 9 is larger than its input of 8",
        "kernel",
    ),
    Case("batchnorm", {}, [GRID], "`batchnorm` works on 1 to 3 spatial axes, and its input [6, 2, 2, 2, 2] has 4"),
    Case("groupnorm", {"groups": 4}, [IMAGE], "4 groups do not divide the 6 input channels", "groups"),
    Case(
        "groupnorm",
        {"groups": 6},
        [FLAT],
        "`groupnorm` needs more than one element per group, and its input is [6]",
        "groups",
    ),
    Case(
        "instancenorm",
        {},
        [Tensor(6, (1, 1))],
        "`instancenorm` needs more than one position per channel, and its input is [6, 1, 1]",
    ),
    Case("maxpool", {"kernel": 3, "padding": 2}, [IMAGE], "padding of 2 is more than half the kernel of 3", "padding"),
    Case(
        "maxpool",
        {"kernel": 3, "padding": [[0, 2], 1]},
        [IMAGE],
        "padding of 2 is more than half the kernel of 3",
        "padding",
    ),
    Case("maxpool", {"kernel": 9}, [IMAGE], "kernel of 9 is larger than its input of 8", "kernel"),
    Case(
        "maxpool",
        {"kernel": 10, "stride": 2, "ceil": True},
        [IMAGE],
        "kernel of 10 is larger than its input of 8",
        "kernel",
    ),
    Case("avgpool", {"kernel": 3, "padding": 2}, [IMAGE], "padding of 2 is more than half the kernel of 3", "padding"),
    Case(
        "avgpool",
        {"kernel": 3, "padding": [[0, 1], 1]},
        [IMAGE],
        "`avgpool` pads both sides alike, not [0, 1]",
        "padding",
    ),
    Case("avgpool", {"kernel": 3, "ceil": True}, [Tensor(6, (4, 2, 3))], OVERHANG, "kernel"),
    Case("avgpool", {"kernel": 3, "padding": 1}, [Tensor(6, (4, 3, 2))], OVERHANG, "kernel"),
    Case(
        "adaptive_avgpool",
        {"size": 1},
        [GRID],
        "`adaptive_avgpool` works on 1 to 3 spatial axes, and its input [6, 2, 2, 2, 2] has 4",
    ),
    Case(
        "global_avgpool",
        {},
        [GRID],
        "`global_avgpool` works on 1 to 3 spatial axes, and its input [6, 2, 2, 2, 2] has 4",
    ),
    Case(
        "conv",
        {"out": 4, "weight_norm": True, "spectral_norm": True},
        [IMAGE],
        "the weights of `conv` are `weight_norm` or `spectral_norm`, not both",
        "spectral_norm",
    ),
    Case(
        "linear",
        {"out": 4, "fixed": True, "spectral_norm": True},
        [TOKENS],
        "the weights of `linear` are `fixed` or `spectral_norm`, not both",
        "spectral_norm",
    ),
    Case("scale", {}, [TOKENS], "`scale` needs one of `factor` and `learned`", None),
    Case(
        "scale",
        {"factor": 0.1, "learned": "scalar"},
        [TOKENS],
        "`scale` is by a `factor` or by a `learned` one, not by both",
        "learned",
    ),
    Case("shift", {}, [TOKENS], "`shift` needs one of `offset` and `learned`", None),
    Case(
        "shift",
        {"offset": 1e-4, "learned": "channels"},
        [IMAGE],
        "`shift` is by a `offset` or by a `learned` one, not by both",
        "learned",
    ),
    Case(
        "batchnorm",
        {"affine": False, "fixed": True},
        [IMAGE],
        "`batchnorm` without a gain and a bias has nothing to be `fixed` but its statistics",
        "fixed",
    ),
    Case("divide", {}, [IMAGE, Tensor(6, (8, 7))], "`divide` joins unlike shapes [6, 8, 8] and [6, 8, 7]"),
    Case("prelu", {"channelwise": True}, [TOKENS], "`prelu` has no slope per channel on tokens", "channelwise"),
    Case(
        "add",
        {},
        [Tensor(64, (56, 56)), Tensor(256, (56, 56))],
        "`add` joins unlike shapes [64, 56, 56] and [256, 56, 56]",
    ),
    Case("add", {}, [IMAGE, Tensor(1, (1, 1)), Tensor(6, (8, 7))], "`add` joins unlike shapes [6, 8, 8] and [6, 8, 7]"),
    Case("multiply", {}, [IMAGE, Tensor(6, (8,))], "`multiply` joins unlike shapes [6, 8, 8] and [6, 8]"),
    Case("multiply", {}, [IMAGE, FLAT], "`multiply` joins unlike layouts: map [6, 8, 8] and flat [6]"),
    Case("subtract", {}, [TOKENS, Tensor(6, (5,), "tokens")], "`subtract` joins unlike shapes [4, 6] and [5, 6]"),
    Case("concat", {}, [IMAGE, IMAGE, Tensor(6, (1, 1))], "`concat` joins unlike shapes [6, 8, 8] and [6, 1, 1]"),
    Case("concat", {}, [], "`concat` has nothing to join"),
    Case(
        "reshape",
        {"size": [6, 60]},
        [IMAGE],
        "cannot reshape [6, 8, 8], 384 elements, to [6, 60], 360 elements",
        "size",
    ),
    Case("permute", {"axes": [0, 1]}, [IMAGE], "axes [0, 1] are not a permutation of the 3 axes of [6, 8, 8]", "axes"),
    Case(
        "permute",
        {"axes": [1, 2, 3]},
        [IMAGE],
        "axes [1, 2, 3] are not a permutation of the 3 axes of [6, 8, 8]",
        "axes",
    ),
    Case("slice", {"start": 2, "stop": 7}, [IMAGE], "`slice` stops at channel 7, beyond the 6 of [6, 8, 8]", "stop"),
    Case("slice", {"start": 3, "stop": 3}, [IMAGE], "`slice` from channel 3 to 3 is empty", "start"),
    Case("channel_shuffle", {"groups": 4}, [IMAGE], "4 groups do not divide the 6 input channels", "groups"),
    Case(
        "pixel_shuffle", {"factor": 2}, [IMAGE], "blocks of 4 (factor 2) do not divide the 6 input channels", "factor"
    ),
    Case("space_to_depth", {"factor": 3}, [IMAGE], "a factor of 3 does not divide the input's size of 8", "factor"),
    Case("upsample", {}, [IMAGE], "`upsample` needs one of `scale`, `size` and `like`"),
    Case(
        "upsample",
        {"scale": 2, "size": 9},
        [IMAGE],
        "`upsample` needs one of `scale`, `size` and `like`, not `scale` and `size`",
        "size",
    ),
    Case(
        "upsample",
        {"scale": 2, "mode": "linear"},
        [IMAGE],
        "`linear` interpolates 1 axis, and the input [6, 8, 8] has 2",
        "mode",
    ),
    Case(
        "upsample",
        {"like": "stem"},
        [IMAGE, TOKENS],
        "`upsample` takes the size of tokens [4, 6], and its input is [6, 8, 8]",
        "like",
    ),
    Case("crop", {"like": "stem"}, [IMAGE, Tensor(6, (9, 8))], "`crop` to 9 is larger than the input of 8", "like"),
    Case(
        "crop",
        {"like": "stem", "offset": 3},
        [IMAGE, Tensor(6, (6, 6))],
        "`crop` from 3 to 9 leaves the input of 8",
        "offset",
    ),
    Case(
        "crop",
        {"like": "stem"},
        [IMAGE, Tensor(6, (6,))],
        "`crop` takes the size of map [6, 6], and its input is [6, 8, 8]",
        "like",
    ),
    Case(
        "conv",
        {"out": 8, "kernel": 3, "padding": 8, "padding_mode": "reflect"},
        [IMAGE],
        "`reflect` padding of 8 takes at most 7 of the input's size of 8",
        "padding",
    ),
    Case(
        "circular_pad",
        {"before_after": [1, [0, 9]]},
        [IMAGE],
        "`circular` padding of 9 takes at most 8 of the input's size of 8",
        "before_after",
    ),
    Case("glu", {}, [Tensor(3, (4,))], "`glu` halves the channels, and its input [3, 4] has 3"),
    Case("celu", {"alpha": 0}, [IMAGE], "`celu` divides by `alpha`, which must not be 0", "alpha"),
    Case("hardtanh", {"low": 2}, [IMAGE], "`high` of 1 must be above `low` of 2", "high"),
    Case("rrelu", {"lower": 0.5}, [IMAGE], "slopes from 0.5 to 0.333333 are none", "lower"),
    Case("attention", {"heads": 4}, [TOKENS], "4 heads do not divide the 6 input channels", "heads"),
    Case("lstm", {"hidden": 8}, [IMAGE], "`lstm` goes along one axis, and its input [6, 8, 8] has 2"),
    Case(
        "lstm",
        {"hidden": 8, "projection": 8},
        [TOKENS],
        "a projection to 8 is no smaller than the state of 8",
        "projection",
    ),
    Case(
        "embedding",
        {"vocabulary": 9, "out": 4},
        [IMAGE],
        "`embedding` reads one index at a position, and its input [6, 8, 8] has 6 channels",
    ),
    Case("select_token", {"i": 4}, [TOKENS], "there is no token 4 among the 4 of [4, 6]", "i"),
]


@pytest.mark.parametrize("case", INPUTS, ids=str)
def test_inputs_that_do_not_fit(case: Case) -> None:
    layer = REGISTRY[case.keyword].make(case.arguments, rank=len(case.xs[0].spatial) if case.xs else 0)
    with pytest.raises(LayerError) as refusal:
        layer.check(*case.xs)
    assert (refusal.value.message, refusal.value.field) == (case.message, case.field)


ARGUMENTS = [
    Case("conv", {"kernel": 3}, [], "`conv` needs `out`, output channels"),
    Case("conv", {"out": 8, "kernal": 3}, [], "`conv` has no parameter `kernal`; did you mean `kernel`?", "kernal"),
    Case("conv", {"out": 0}, [], "`out` must be a positive whole number, not 0", "out"),
    Case("conv", {"out": 2.5}, [], "`out` must be a positive whole number, not 2.5", "out"),
    Case("conv", {"out": True}, [], "`out` must be a positive whole number, not true", "out"),
    Case("conv", {"out": 8, "kernel": [3, 3, 3]}, [], "`kernel` has 3 numbers for an input of 2 axes", "kernel"),
    Case("conv", {"out": 8, "bias": 1}, [], "`bias` must be true or false, not 1", "bias"),
    Case("batchnorm", {"affine": 8}, [], "`affine` must be true or false, not 8", "affine"),
    Case("linear", {"out": 48, "bias": 10}, [], "`bias` must be true or false, not 10", "bias"),
    Case("conv", {"out": 8, "padding": -1}, [], WANTED_PADDING + ", not -1", "padding"),
    Case("conv", {"out": 8, "padding": [[1, 2, 3], 1]}, [], WANTED_PADDING + ", not [1, 2, 3]", "padding"),
    Case(
        "avgpool",
        {"kernel": 3, "padding": "same"},
        [],
        "`padding` must be a whole number of at least 0, one per axis or a [before, after] pair per axis, "
        'not the text "same"',
        "padding",
    ),
    Case("dropout", {"p": 1.5}, [], "`p` must be a number from 0 to 1, not 1.5", "p"),
    Case(
        "upsample",
        {"scale": 2, "mode": "cubic"},
        [],
        '`mode` must be one of `nearest`, `linear`, `bilinear`, `trilinear`, `bicubic`, not the text "cubic"',
        "mode",
    ),
    Case("rnn", {"hidden": 8, "nonlinearity": "gelu"}, [], NONLINEARITY, "nonlinearity"),
    Case("gru", {"hidden": 0}, [], "`hidden` must be a positive whole number, not 0", "hidden"),
    Case("gru", {"hidden": 8, "projection": 4}, [], "`gru` has no parameter `projection`", "projection"),
    Case("upsample", {"scale": 0}, [], "`scale` must be a number above 0, or one per axis, not 0", "scale"),
    Case(
        "upsample", {"scale": [1.5, True]}, [], "`scale` must be a number above 0, or one per axis, not true", "scale"
    ),
    Case(
        "upsample", {"scale": float("inf")}, [], "`scale` must be a number above 0, or one per axis, not inf", "scale"
    ),
    Case("upsample", {"scale": [1.5]}, [], "`scale` has 1 numbers for an input of 2 axes", "scale"),
    Case("reshape", {"size": [6, 0]}, [], "`size` must be a list of whole numbers of at least 1, not [6, 0]", "size"),
    Case("gelu", {"inplace": True}, [], "`gelu` has no parameter `inplace`", "inplace"),
    Case("relu", {"inplace": 1}, [], "`inplace` must be true or false, not 1", "inplace"),
    Case("hardshrink", {"lambd": 0.1}, [], "`hardshrink` has no parameter `lambd`; did you mean `threshold`?", "lambd"),
]


@pytest.mark.parametrize("case", ARGUMENTS, ids=str)
def test_arguments_that_are_wrong(case: Case) -> None:
    with pytest.raises(LayerError) as refusal:
        REGISTRY[case.keyword].make(case.arguments, rank=2)
    assert (refusal.value.message, refusal.value.field) == (case.message, case.field)


HINTS = [
    ("conv", {"out": 8, "kernel": 11}, [IMAGE], "the input is [6, 8, 8]"),
    ("group_conv", {"out": 8, "kernel": 3}, [IMAGE], "the first group convolution of a network has `lifting: true`"),
    ("gru", {"hidden": 8}, [IMAGE], "`patch_tokens` puts the positions of a map into a row"),
    ("instancenorm", {}, [Tensor(6, (1,))], "over channels it is `layernorm`"),
    ("avgpool", {"kernel": 3, "padding": [[0, 1], 1]}, [IMAGE], "put a `pad` before it"),
    (
        "avgpool",
        {"kernel": 3, "padding": 1},
        [Tensor(6, (4, 3, 2))],
        "the input is [6, 4, 3, 2]; a `pad` before it makes it larger",
    ),
    ("add", {}, [IMAGE, FLAT], "`flatten` makes a map flat, `patch_tokens` makes it tokens"),
    ("permute", {"axes": [3, 1, 2]}, [IMAGE], "axes count from 0; the batch is none of them"),
    ("upsample", {"scale": 2, "mode": "linear"}, [IMAGE], "for 2 axes it is `nearest` or `bilinear` or `bicubic`"),
]


@pytest.mark.parametrize(("keyword", "arguments", "xs", "hint"), HINTS)
def test_hints(keyword: str, arguments: dict[str, Any], xs: list[Tensor], hint: str) -> None:
    with pytest.raises(LayerError) as refusal:
        REGISTRY[keyword].make(arguments, rank=len(xs[0].spatial)).check(*xs)
    assert refusal.value.hint == hint


def test_a_wrong_name_is_told_what_the_layer_takes() -> None:
    with pytest.raises(LayerError) as refusal:
        REGISTRY["linear"].make({"units": 10}, rank=0)
    forms = "fixed=false, weight_norm=false, spectral_norm=false, axis=channels, computed_from=none"
    assert refusal.value.hint == f"it is linear(out, bias=true, {forms})"
    with pytest.raises(LayerError) as refusal:
        REGISTRY["sigmoid"].make({"slope": 0.1}, rank=0)
    assert refusal.value.hint == "`sigmoid` takes no arguments"


@pytest.mark.parametrize(
    ("keyword", "arguments", "expected"),
    [
        ("split", {"sizes": [24, 104, 104]}, [(0, 24), (24, 128), (128, 232)]),
        ("split", {"sizes": 232}, [(0, 232)]),
        ("chunk", {"n": 2}, [(0, 116), (116, 232)]),
        ("chunk", {"n": 3}, [(0, 78), (78, 156), (156, 232)]),  # torch: 78, 78, 76
        ("chunk", {"n": 100}, [(3 * i, min(3 * i + 3, 232)) for i in range(78)]),  # torch makes 78 pieces of 100
    ],
)
def test_pieces(keyword: str, arguments: dict[str, Any], expected: list[tuple[int, int]]) -> None:
    assert SPLITS[keyword].make(arguments, rank=0).pieces(channels=232) == expected


@pytest.mark.parametrize(
    ("keyword", "arguments", "message", "field"),
    [
        ("split", {"sizes": [58, 57]}, "pieces of [58, 57] make 115 channels, and the input has 116", "sizes"),
        ("split", {"sizes": [116, 0]}, "`sizes` must be a list of whole numbers of at least 1, not [116, 0]", "sizes"),
        ("split", {"n": 2}, "`split` has no parameter `n`", "n"),
        ("split", {}, "`split` needs `sizes`, channels of every piece", None),
        ("chunk", {"n": 117}, "cannot make 117 pieces of 116 channels", "n"),
    ],
)
def test_pieces_that_cannot_be_made(keyword: str, arguments: dict[str, Any], message: str, field: str | None) -> None:
    with pytest.raises(LayerError) as refusal:
        SPLITS[keyword].make(arguments, rank=0).pieces(channels=116)
    assert (refusal.value.message, refusal.value.field) == (message, field)


def test_pieces_are_no_layers() -> None:
    assert not SPLITS.keys() & REGISTRY.keys()
    assert [split.signature() for split in SPLITS.values()] == [
        "split(sizes, axis=channels)",
        "chunk(n, axis=channels)",
    ]
