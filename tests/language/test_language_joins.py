"""Joins along other axes, and products of two outputs: forms, refusals, and networks typed in PyTorch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import cnncost
from cnncost.pytorch.build import build
from tests.language.small import message, params, refusal, shape, small

MATRICES = "input: [8, 6]\nnetwork: [{conv: 4, name: a}, {conv: 5, from: input, name: b}, %s]"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{concat: [[], {maxpool: 2}], axis: 0}", (8, 9)),
        ("{concat: [[], {maxpool: 2}], axis: positions}", (8, 9)),
        ("{axis: 4 - 4, concat: [[], {maxpool: 2}], name: both}", (8, 9)),
        ("{concat: [[], relu], axis: channels}", (16, 6)),
        ("{concat: [patch_tokens, patch_tokens], axis: tokens}", (12, 8)),
        ("{matmul: [[], []], transpose: second}", (8, 8)),
        ("{matmul: [[], [patch_tokens]]}", (8, 8)),
        ("{matmul: [patch_tokens, patch_tokens], transpose: first}", (8, 8)),
        ('{einsum: [[], global_avgpool], equation: "bct,bcs->bts"}', (6, 1)),
        ('{einsum: [[], []], equation: "bct, bds -> btcd"}', (6, 8, 8)),
        ('{einsum: [flatten, [global_avgpool, flatten]], equation: "bi,bc->bci"}', (8, 48)),
        ('{einsum: [[], [global_avgpool, flatten]], equation: "bct,bc->bt"}', (6,)),
    ],
)
def test_forms(step: str, expected: tuple[int, ...]) -> None:
    assert shape(small(f"input: [8, 6]\nnetwork: [{step}]")) == expected


def test_what_a_join_takes_stands_beside_it_or_under_it() -> None:
    forms = (
        "{concat, from: [a, a], axis: 0}",
        "{concat: 0, from: [a, a]}",
        "{concat: {axis: 0}, from: [a, a]}",
        "{concat: {axis}, from: [a, a]}",
        "{concat: [[], []], axis: axis, from: a}",
    )
    for form in forms:
        network = f"vars: {{axis: 0}}\ninput: [8, 6]\nnetwork: [{{conv: 4, name: a}}, {form}]\noutputs: [concat]"
        assert shape(small(network)) == (4, 12)
    einsum = "{einsum: 'bct,bdt->bcd', from: [a, b]}"
    assert shape(small(MATRICES % einsum)) == (4, 5)


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("{concat: [a, b], axes: 1}", "a step has no modifier `axes`; did you mean `axis`?"),
        ("{concat: {axis: 0}, from: [a, b], axis: 1}", "`axis` is given twice"),
        ("{add: [[], []], axis: 1}", "two layers in one step, `add` and `axis`"),
        ("{concat, from: [a, b], axis: 0}", "`concat` joins unlike shapes [4, 6] and [5, 6]"),
        (
            "{concat, from: [a, b], axis: 2}",
            "`concat` has no axis `2`: map [4, 6] has 1 axis behind the channels, counted from 0 to 0",
        ),
        ("{concat, from: [a, b], axis: tokens}", "`concat` along tokens takes tokens, not map [4, 6]"),
        (
            "{concat, from: [a, b], axis: -1}",
            "`axis` must be `channels`, `positions`, `tokens`, or an axis behind the channels, counted from 0, not -1",
        ),
        ("{matmul, from: [a, b]}", "`matmul` multiplies [4, 6] by [5, 6]: 6 columns and 5 rows do not meet"),
        ("{matmul, from: [a, b, a]}", "`matmul` multiplies two outputs, not 3"),
        (
            "{matmul, from: [a, b], transpose: true}",
            '`transpose` must be one of `none`, `first`, `second`, `both`, not the text "true"',
        ),
        ("{matmul: [[], {relu, when: false}]}", "`matmul` needs all of its branches, and `when` dropped this one"),
        ("{matmul: [flatten, flatten]}", "`matmul` multiplies matrices, and [30] has one axis beside the batch"),
        (
            "{einsum, from: [a, b]}",
            "`einsum` needs `equation`, a letter for each axis of two inputs and of the output, first that of the batch",
        ),
        ("{einsum: 'bct,bds->bcd', from: [a, b, b]}", "`einsum` multiplies two outputs, not 3"),
        ("{einsum: 'bcd,bcd->bd', from: [a, b]}", "`c` of `bcd,bcd->bd` is 4 in [4, 6] and 5 in [5, 6]"),
        ("{einsum: 'bchw,bcd->bd', from: [a, b]}", "`bchw,bcd->bd` has 4 letters for [4, 6], of 3 axes with the batch"),
        ("{einsum: 'bct,bds->bx', from: [a, b]}", "`x` of the output is of neither input in `bct,bds->bx`"),
        ("{einsum: 'bcc,bds->bd', from: [a, b]}", "`c` stands twice in `bcc`: a diagonal is no product"),
        (
            "{einsum: 'ct,ds->cd', from: [a, b]}",
            "`ct,ds->cd` does not begin with one letter everywhere, that of the batch",
        ),
        (
            "{einsum: 'bct,bdt->b', from: [a, b]}",
            "`bct,bdt->b` leaves one number of a sample: an output has an axis beside the batch",
        ),
        (
            "{einsum: 'bct,bds', from: [a, b]}",
            "`equation` must be two inputs and an output, a letter for each axis and first that of the batch: "
            '"bchw,bcd->bdhw", not the text "bct,bds"',
        ),
    ],
)
def test_refusals(step: str, wrong: str) -> None:
    assert message(MATRICES % step) == wrong


def test_positions_of_a_map_of_two_axes_are_chosen() -> None:
    error = refusal("network: [{concat: [[], []], axis: positions}]")
    assert error.message == "`concat` along positions has 2 axes of [4, 8, 8] to choose from"


def weights(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def assert_same(spec: str, model: nn.Module, macs: int) -> None:
    """The network of the spec has the parameters and the outputs of the model, and so many multiply-accumulates."""
    graph = small(spec)
    assert params(graph) == weights(model)
    assert cnncost.analyze(graph).totals["macs"] == macs
    ours = build(graph)
    for mine, theirs in zip(ours.parameters(), model.parameters(), strict=True):
        mine.data = theirs.data.clone()
    x = torch.randn(2, *graph.nodes[0].y.dims)
    torch.testing.assert_close(ours.eval()(x), model.eval()(x))


class SelfAttention(nn.Module):
    """SAGAN's block, as its authors' code has it: every position looks at every other."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query, self.key = nn.Conv2d(channels, channels // 8, 1), nn.Conv2d(channels, channels // 8, 1)
        self.value, self.out = nn.Conv2d(channels, channels // 2, 1), nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x: Any) -> Any:
        query, key, value = (conv(x).flatten(2) for conv in (self.query, self.key, self.value))
        attention = torch.bmm(query.transpose(1, 2), key).softmax(-1)  # a row for each position that looks
        mixed = torch.bmm(value, attention.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.out(mixed)


SAGAN = """
input: [%d, 6, 5]
network:
  - {conv: channels // 8, name: f}
  - {reshape: [channels, -1], name: query}
  - {conv: "%d // 8", from: input, name: g}
  - {reshape: [channels, -1], name: key}
  - %s
  - {softmax, name: weights}
  - {conv: "%d // 2", from: input, name: h}
  - {reshape: [channels, -1], name: value}
  - %s
  - reshape: [channels, 6, 5]
  - {conv: %d, name: out}
  - {add, from: [input, out]}
"""
PRODUCTS = [
    ("{matmul, from: [key, query], transpose: first}", "{matmul, from: [value, weights]}"),
    ('{einsum: "bcj,bci->bji", from: [key, query]}', '{einsum: "bcj,bji->bci", from: [value, weights]}'),
]


@pytest.mark.parametrize("channels", [16, 8])  # of 8, a query has one channel: PyTorch's einsum makes no product of it
@pytest.mark.parametrize("products", PRODUCTS)
def test_the_non_local_block_of_sagan(products: tuple[str, str], channels: int) -> None:
    scores, mixed = products
    spec = SAGAN % (channels, channels, scores, channels, mixed, channels)
    small_channels = channels // 8
    convolutions = 30 * channels * (2 * small_channels + 2 * (channels // 2))
    summed = small_channels if small_channels > 1 or "matmul" in scores else 0
    assert_same(spec, SelfAttention(channels), convolutions + 30 * 30 * (summed + channels // 2))


class Transform(nn.Module):
    """PointNet's T-Net: a 3 x 3 matrix from all the points, by which each of them is multiplied."""

    def __init__(self) -> None:
        super().__init__()
        self.each, self.matrix = nn.Conv1d(3, 16, 1), nn.Linear(16, 9)

    def forward(self, x: Any) -> Any:
        matrix = self.matrix(self.each(x).relu().amax(2)).unflatten(1, (3, 3))
        return torch.bmm(x.transpose(1, 2), matrix).transpose(1, 2)


@pytest.mark.parametrize(
    "product", ["{matmul, from: [matrix, input], transpose: first}", '{einsum: "bij,bin->bjn", from: [matrix, input]}']
)
def test_the_transform_of_pointnet(product: str) -> None:
    spec = """
input: [3, 100]
network: [{conv: 16}, relu, global_maxpool, flatten, {linear: 9}, {reshape: [3, 3], name: matrix}, %s]
"""
    assert_same(spec % product, Transform(), 3 * 16 * 100 + 16 * 9 + 3 * 3 * 100)


@pytest.mark.parametrize("product", ["{matmul, from: [a, %s]}", '{einsum: "bij,bjk->bik", from: [a, %s]}'])
@pytest.mark.parametrize(("other", "gradients"), [("b", 2), ("input", 1), ("a", 2)])
def test_a_gradient_goes_to_each_input_that_is_trained(product: str, other: str, gradients: int) -> None:
    spec = f"input: [6, 6]\nnetwork: [{{conv: 6, name: a}}, {{conv: 6, from: input, name: b}}, {product % other}]"
    spec += "\noutputs: [b, %s]" % ("matmul" if "matmul" in product else "einsum")
    report = cnncost.analyze(small(spec), mode="train")
    (row,) = [row for row in report.rows if row.type in ("matmul", "einsum")]
    assert row.figures["input_gradient_flops"] == gradients * 2 * 6 * 6 * 6
