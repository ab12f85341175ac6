"""Operations by kind, worked out by hand from each layer's definition or from the notes' formulas."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cnncost.layers import REGISTRY, Layer, Operations, Tensor
from cnncost.symbolic.dims import adaptive_elements
from tests.graphs import Builder

SMALL = Tensor(2, (3,))  # 6 elements
TOKENS = Tensor(4, (2,), "tokens")  # 2 tokens of 4
HEADS = Tensor(2, (3, 4))  # 2 heads of 3 vectors of 4

WARPED, PLACES = Tensor(3, (4, 5)), Tensor(2, (2, 3))
DEFORMED = [Tensor(2, (3, 3)), Tensor(8, (2, 2))]

BY_HAND = [
    # notes 004, Computational Summary: (k^2 - 1) C H W, with AlexNet's first pool: 8 x 96 x 27 x 27
    ("maxpool", {"kernel": 3, "stride": 2}, [Tensor(96, (55, 55))], Operations(cmp=559_872)),
    ("maxpool", {"kernel": [2, 3]}, [Tensor(1, (2, 3))], Operations(cmp=5)),
    # k^2 C H W = 4 x 6 x 14 x 14 = 4704 (LeNet-5): three additions and a division per output
    ("avgpool", {"kernel": 2}, [Tensor(6, (28, 28))], Operations(add=3528, div=1176)),
    # C H W = 2048 x 49: 48 additions and a division per channel
    ("global_avgpool", {}, [Tensor(2048, (7, 7))], Operations(add=98_304, div=2048)),
    ("global_maxpool", {}, [Tensor(2048, (7, 7))], Operations(cmp=98_304)),
    # bins [0, 2) [1, 4) [3, 5): one, two and one additions, in each of two channels
    ("adaptive_avgpool", {"size": 3}, [Tensor(2, (5,))], Operations(add=8, div=6)),
    ("adaptive_maxpool", {"size": 3}, [Tensor(2, (5,))], Operations(cmp=8)),
    # bins of 2 x 2: three additions and a division for each of 4 outputs
    ("adaptive_avgpool", {"size": 2}, [Tensor(1, (4, 4))], Operations(add=12, div=4)),
    ("channel_avgpool", {}, [Tensor(4, (2, 2))], Operations(add=12, div=4)),
    ("channel_maxpool", {}, [Tensor(4, (2, 2))], Operations(cmp=12)),
    # two maps of 2 x 2 out of eight: three comparisons for each element
    ("group_maxpool", {}, [Tensor(8, (2, 2))], Operations(cmp=24)),
    # as every batch norm, five for each of 8 x 4 elements
    ("group_batchnorm", {}, [Tensor(8, (2, 2))], Operations(add=96, mul=32, div=32)),
    # notes: 5 C H W = 5 x 64 x 112 x 112 = 4,014,080; three of them without gain and bias
    ("batchnorm", {}, [Tensor(64, (112, 112))], Operations(add=2_408_448, mul=802_816, div=802_816)),
    ("batchnorm", {"affine": False}, [SMALL], Operations(add=12, div=6)),
    # 2 tokens of 4. Means: 2 x 3 additions, 2 divisions; differences: 8; squares: 8; variances: 2 x 3 additions,
    # 2 divisions; roots: 2 additions of eps, 2 roots; quotients: 8; gain and bias: 8 products, 8 additions
    ("layernorm", {}, [TOKENS], Operations(add=6 + 8 + 6 + 2 + 8, mul=8 + 8, div=2 + 2 + 8, exp=2)),
    # 2 groups of 6. Means: 2 x 5, 2; differences: 12; squares: 12; variances: 2 x 5, 2; roots: 2, 2; quotients: 12
    ("groupnorm", {"groups": 2, "affine": False}, [Tensor(4, (3,))], Operations(add=34, mul=12, div=16, exp=2)),
    # 2 channels of 3. Means: 2 x 2, 2; differences: 6; squares: 6; variances: 2 x 2, 2; roots: 2, 2; quotients: 6
    ("instancenorm", {}, [SMALL], Operations(add=16, mul=6, div=10, exp=2)),
    # per element: a square, 4 additions, times alpha / n, plus k, a power, a division
    ("local_response_norm", {"size": 5}, [SMALL], Operations(add=30, mul=12, exp=6, div=6)),
    ("softmax", {}, [Tensor(10, (), "flat")], Operations(exp=10, add=9, div=10)),
    ("softmax", {}, [TOKENS], Operations(exp=8, add=6, div=8)),
    ("softmin", {}, [TOKENS], Operations(exp=8, add=6, div=8)),
    # 2 tokens of 4: 8 exponentials, 2 x 3 additions, 2 logarithms, 8 subtractions
    ("log_softmax", {}, [TOKENS], Operations(exp=10, add=14)),
    # 3 outputs: a sigmoid (an exponential, an addition, a division) and a product each
    ("glu", {}, [SMALL], Operations(exp=3, add=3, div=3, mul=3)),
    # 2 tokens of 4: 8 squares, 2 x 3 additions, 2 roots, 2 comparisons with eps, 8 quotients
    ("l2_normalize", {}, [TOKENS], Operations(add=6, mul=8, div=8, cmp=2, exp=2)),
    # 2 tokens of 4: 8 squares, 2 x 3 additions, 2 divisions, 2 additions of eps, 2 roots, 8 quotients, 8 gains
    ("rms_norm", {}, [TOKENS], Operations(add=8, mul=16, div=10, exp=2)),
    ("rms_norm", {"affine": False}, [TOKENS], Operations(add=8, mul=8, div=10, exp=2)),
    # 2 channels of 3. Lengths: 6 squares, 2 x 2 additions, 2 roots; their mean: an addition, a division, eps; 2
    # quotients; times x, times the gain: 12; plus the bias, plus x: 12
    ("grn", {}, [SMALL], Operations(add=4 + 1 + 1 + 12, mul=6 + 12, div=1 + 2, exp=2)),
    ("celu", {}, [SMALL], Operations(cmp=6, exp=6, add=6, mul=6, div=6)),
    ("hardtanh", {}, [SMALL], Operations(cmp=12)),
    ("softshrink", {}, [SMALL], Operations(cmp=12, add=6)),
    ("tanhshrink", {}, [SMALL], Operations(exp=6, add=6)),
    ("softsign", {}, [SMALL], Operations(cmp=6, add=6, div=6)),
    ("threshold", {"threshold": 1, "value": 0}, [SMALL], Operations(cmp=6)),
    ("relu", {}, [SMALL], Operations(cmp=6)),
    ("sigmoid", {}, [SMALL], Operations(exp=6, add=6, div=6)),
    ("silu", {}, [SMALL], Operations(exp=6, add=6, div=6)),
    ("hardswish", {}, [SMALL], Operations(add=6, cmp=12, mul=6, div=6)),
    ("identity", {}, [SMALL], Operations()),
    # notes 004, 11.5: a skip connection at 56 x 56 x 256 adds 0.8 M
    ("add", {}, [Tensor(256, (56, 56))] * 2, Operations(add=802_816)),
    ("add", {}, [SMALL] * 4, Operations(add=18)),
    ("subtract", {}, [SMALL] * 2, Operations(add=6)),
    ("multiply", {}, [Tensor(8, (4, 4)), Tensor(8, (1, 1))], Operations(mul=128)),
    ("concat", {}, [SMALL] * 3, Operations()),
    ("divide", {}, [Tensor(8, (4, 4)), Tensor(1, (1, 1))], Operations(div=128)),
    ("layer_scale", {}, [SMALL], Operations(mul=6)),
    ("shift", {"offset": 0.1}, [SMALL], Operations(add=6)),
    ("shift", {"learned": "channels"}, [SMALL], Operations(add=6)),
    ("batchnorm", {"fixed": True}, [SMALL], Operations(add=6, mul=6)),
    ("scale", {"factor": 0.1}, [SMALL], Operations(mul=6)),
    ("scale", {"learned": "scalar"}, [SMALL], Operations(mul=6)),
    ("position_embedding", {}, [TOKENS], Operations(add=8)),
    ("flatten", {}, [SMALL], Operations()),
    # 16 outputs, each a weighted sum of 4 (16) neighbours
    ("upsample", {"scale": 2, "mode": "bilinear"}, [Tensor(1, (2, 2))], Operations(mul=64, add=48)),
    ("upsample", {"scale": 2, "mode": "bicubic"}, [Tensor(1, (2, 2))], Operations(mul=256, add=240)),
    ("upsample", {"scale": 2}, [Tensor(1, (2, 2))], Operations()),
    # T = 3, C = 4, h = 2: T 4 C^2 + 2 T^2 C = 192 + 72; biases 4 x 12; 18 scores in 6 rows: a division each for the
    # scale and the softmax, an exponential, two additions per row
    ("attention", {"heads": 2}, [Tensor(4, (3,), "tokens")], Operations(mac=264, add=60, div=36, exp=18)),
    # notes 004, 9.1: 64 to 128 channels, 3 x 3, 56 x 56: 128 x 64 x 9 x 3136; 128 x 3136 biases
    ("conv", {"out": 128, "kernel": 3, "padding": 1}, [Tensor(64, (56, 56))], Operations(mac=231_211_008, add=401_408)),
    # by input positions: 2 x 3 x 4 weights at 5 places; 3 x 20 biases
    ("conv_transpose", {"out": 3, "kernel": 4, "stride": 4}, [Tensor(2, (5,))], Operations(mac=120, add=60)),
    ("linear", {"out": 10}, [Tensor(84, (), "flat")], Operations(mac=840, add=10)),
    ("linear", {"out": 8, "bias": False}, [TOKENS], Operations(mac=64)),
    # 2 steps of 3 cells: 4 x 3 (4 + 3) weights, 24 biases; a cell adds 4 sums, 1 of its own and 3 of sigmoids, which
    # divide; three products; 3 exponentials and 2 hyperbolic tangents
    ("lstm", {"hidden": 3}, [TOKENS], Operations(mac=168, add=48 + 48, mul=18, div=18, exp=30)),
    ("embedding", {"vocabulary": 9, "out": 4}, [Tensor(5, (), "flat")], Operations()),
    # over the 2 tokens: 4 sums of two
    ("softmax", {"axis": "tokens"}, [TOKENS], Operations(exp=8, add=4, div=8)),
    ("sum", {"axes": "tokens"}, [TOKENS], Operations(add=4)),
    ("mean", {"axes": "channels"}, [TOKENS], Operations(add=6, div=2)),
    ("max", {"axes": "positions"}, [SMALL], Operations(cmp=4)),
    # 2 channels of 3. Means: 2 x 2 additions, 2 divisions; 6 differences, 6 squares; 2 x 2 additions, 2 divisions
    ("variance", {"axes": "positions"}, [SMALL], Operations(add=14, mul=6, div=4)),
    # 2 channels of 3: 6 squares, 2 x 2 additions, 2 roots; 6 absolute values; 6 of them and powers, 2 roots
    ("vector_norm", {"axes": "positions"}, [SMALL], Operations(add=4, mul=6, exp=2)),
    ("vector_norm", {"axes": "positions", "order": 1}, [SMALL], Operations(add=4, cmp=6)),
    ("vector_norm", {"axes": "positions", "order": 3}, [SMALL], Operations(add=4, cmp=6, exp=8)),
    # 2 outputs for each of 4 features, of 2 tokens: 4 x 2 x 2 products
    ("linear", {"out": 2, "axis": "tokens"}, [TOKENS], Operations(mac=16, add=8)),
    # one mean and one variance of all 6
    ("layernorm", {"axes": ["channels", "positions"]}, [SMALL], Operations(add=23, mul=12, div=8, exp=1)),
    # 2 heads, 3 queries and keys of 4: 18 scores, each of 4 products, and as many with values; 6 rows of 3
    ("scaled_dot_product_attention", {}, [HEADS] * 3, Operations(mac=144, mul=18, add=12, exp=18, div=18)),
    # a mask is added to every score
    (
        "scaled_dot_product_attention",
        {},
        [HEADS, HEADS, HEADS, Tensor(3, (3,))],
        Operations(mac=144, mul=18, add=30, exp=18, div=18),
    ),
    # 6 elements, and what a function takes of one
    ("square", {}, [SMALL], Operations(mul=6)),
    ("sqrt", {}, [SMALL], Operations(exp=6)),
    ("rsqrt", {}, [SMALL], Operations(exp=6, div=6)),
    ("power", {"exponent": 3}, [SMALL], Operations(exp=6)),
    ("neg", {}, [SMALL], Operations(add=6)),
    ("clamp", {"low": 0}, [SMALL], Operations(cmp=6)),
    ("clamp", {"low": 0, "high": 1}, [SMALL], Operations(cmp=12)),
    # two further inputs
    ("divide", {}, [SMALL, SMALL, SMALL], Operations(div=12)),
    ("maximum", {}, [SMALL, SMALL, SMALL], Operations(cmp=12)),
    ("minimum", {}, [SMALL, Tensor(1, (3,))], Operations(cmp=6)),
    ("unfold", {"kernel": 2}, [SMALL], Operations()),
    ("max_unpool", {"pool": True, "kernel": 3}, [Tensor(2, (1,)), SMALL], Operations()),
    # 6 places of 2 coordinates. Each: 2 additions, a product and a division to pixels, a rounding, 2 additions for the
    # weights; 4 products of two weights a place; of 18 elements 4 products and 3 additions each
    ("grid_sample", {}, [WARPED, PLACES], Operations(add=48 + 54, mul=12 + 24 + 72, div=12, cmp=12)),
    # each: an addition, a product and a division to pixels, a rounding; what a reflection takes, and copies
    (
        "grid_sample",
        {"mode": "nearest", "padding_mode": "reflection", "align_corners": True},
        [WARPED, PLACES],
        Operations(add=12 + 24, mul=12, div=12 + 12, cmp=12 + 48),
    ),
    # 16 neighbours; 4 weights of 3 products and 3 additions a coordinate, and a fraction
    (
        "grid_sample",
        {"mode": "bicubic", "padding_mode": "border"},
        [WARPED, PLACES],
        Operations(add=24 + 12 + 144 + 270, mul=12 + 144 + 96 + 288, div=12, cmp=12 + 24),
    ),
    # 12 coordinates: a x + b y + c
    ("affine_grid", {"size": [2, 3]}, [Tensor(6, (), "flat")], Operations(add=24, mul=24)),
    # 16 weights at 4 positions, 8 biases. 4 elements at 4 positions: 3 additions and a rounding for each of 2
    # coordinates, 4 products of two weights; 32 elements of columns: 4 products and 3 additions each
    ("deform_conv", {"out": 2, "kernel": 2}, DEFORMED, Operations(mac=64, add=8 + 96 + 96, mul=64 + 128, cmp=32)),
    (
        "deform_conv",
        {"out": 2, "kernel": 2, "bias": False},
        [*DEFORMED, Tensor(4, (2, 2))],
        Operations(mac=64, add=96 + 96, mul=64 + 128 + 32, cmp=32),
    ),
    # 3 windows of 2 elements in each of 3 channels, 18 elements, each added to a signal of 4
    ("fold", {"size": [4], "kernel": 2}, [Tensor(6, (3,))], Operations(add=18)),
]


@pytest.mark.parametrize(("keyword", "arguments", "xs", "expected"), BY_HAND)
def test_operations(keyword: str, arguments: dict[str, Any], xs: list[Tensor], expected: Operations) -> None:
    layer = REGISTRY[keyword].make(arguments, rank=len(xs[0].spatial))
    assert layer.operations(*xs, y=layer.output(*xs)) == expected


@pytest.mark.parametrize("keyword", ["dropout", "stochastic_depth"])
def test_dropping_is_free_in_inference_and_a_product_in_training(keyword: str) -> None:
    layer = REGISTRY[keyword].make({"p": 0.2}, rank=1)
    assert layer.operations(SMALL, y=SMALL) == Operations()
    assert layer.training_operations(SMALL, y=SMALL) == Operations(mul=6)


ON_WEIGHTS = [
    # 3 rows of 2 weights. w = g v / |v|: 6 squares, 3 x 1 additions, 3 roots, 3 quotients g / |v|, 6 products
    ("linear", {"out": 3, "weight_norm": True}, False, Operations(mul=12, add=3, exp=3, div=3)),
    ("linear", {"out": 3, "weight_norm": True}, True, Operations(mul=12, add=3, exp=3, div=3)),
    # W v: 6 products, 3 x 1 additions; u (W v): 3 products, 2 additions; W / sigma: 6 quotients
    ("linear", {"out": 3, "spectral_norm": True}, False, Operations(mul=9, add=5, div=6)),
    # besides, W v again (6 and 3), its length (3 squares, 2 additions, a root, eps), 3 quotients;
    # u W (6 products, 2 x 2 additions), its length (2 squares, an addition, a root, eps), 2 quotients
    ("linear", {"out": 3, "spectral_norm": True}, True, Operations(mul=9 + 17, add=5 + 10, div=6 + 5, cmp=2, exp=2)),
    ("linear", {"out": 3}, True, Operations()),
    ("linear", {"out": 3, "fixed": True}, True, Operations()),
    # of 2 channels, gain / sqrt(var + eps) and bias - mean * that
    ("batchnorm", {"fixed": True}, True, Operations(add=4, mul=2, div=2, exp=2)),
    ("batchnorm", {}, False, Operations()),
]


@pytest.mark.parametrize(("keyword", "arguments", "training", "expected"), ON_WEIGHTS)
def test_operations_on_weights_are_done_once_a_pass(
    keyword: str, arguments: dict[str, Any], training: bool, expected: Operations
) -> None:
    net = Builder()
    net.add(REGISTRY[keyword].make(arguments, rank=0), net.input(2, layout="flat"))
    node = net.graph().layers[0]
    assert node.layer.weight_operations(*node.xs, training=training) == expected
    assert node.batch_operations(5, training) == node.operations(training).times(5).plus(expected)


def test_all_other_layers_run_in_training_what_they_run_in_inference() -> None:
    own = {keyword for keyword, kind in REGISTRY.items() if kind.training_operations is not Layer.training_operations}
    assert own == {"dropout", "stochastic_depth"}


def test_adaptive_bins_hold_as_many_elements_as_pytorchs() -> None:
    """The mean of a bin is not zero for just those unit vectors whose element is in the bin."""
    for size in range(1, 25):
        for bins in range(1, 25):
            means = torch.nn.functional.adaptive_avg_pool1d(torch.eye(size)[None], bins)
            assert adaptive_elements(size, bins) == means.count_nonzero().item()
