"""Layers as a spec writes them: ranks, padding, pieces of a split, sizes taken from another step."""

from __future__ import annotations

import pytest

from cnncost.errors import SpecError
from tests.language.small import message, names, params, reads, shape, shapes, small


@pytest.mark.parametrize(
    ("step", "input_shape", "expected"),
    [
        ("conv: [6, 3]", "[2, 10]", (6, 8)),
        ("conv: [6, 3, 2, 1]", "[2, 9, 10]", (6, 5, 5)),  # (9 + 2 - 3) // 2 + 1, (10 + 2 - 3) // 2 + 1
        ("conv: [6, [1, 3, 5]]", "[2, 8, 8, 8]", (6, 8, 6, 4)),
        ("conv: {out: 6, kernel: 3, dilation: [1, 2]}", "[2, 8, 8]", (6, 6, 4)),
        ("conv: {out: 6, kernel: 3, padding: [1, 0]}", "[2, 8, 8]", (6, 8, 6)),
        ("conv: {out: 6, kernel: 3, padding: [[2, 0]]}", "[2, 8]", (6, 8)),  # causal
        ("conv: {out: 6, kernel: 3, padding: [[2, 0], 1]}", "[2, 8, 8]", (6, 8, 8)),
        ("conv: {out: 6, kernel: 3, padding: [[0, 1], [3, 0]]}", "[2, 8, 8]", (6, 7, 9)),
        ("conv: {out: 6, kernel: [2, 5], stride: [1, 3], padding: same}", "[2, 8, 8]", (6, 8, 3)),
        ("conv_transpose: [6, 2, 2]", "[2, 7, 8]", (6, 14, 16)),
        ("conv_transpose: {out: 6, kernel: 3, stride: 2, padding: 1, output_padding: 1}", "[2, 7]", (6, 14)),
        ("maxpool: 2", "[2, 9]", (2, 4)),
        ("maxpool: {kernel: 2, ceil: true}", "[2, 9]", (2, 5)),
        ("maxpool: {kernel: 3, stride: 2, padding: [[0, 1]]}", "[2, 8]", (2, 4)),
        ("maxpool: {kernel: 3, stride: 2, padding: same}", "[2, 9, 9, 9]", (2, 5, 5, 5)),
        ("avgpool: [3, 1, 1]", "[2, 8, 8]", (2, 8, 8)),
        ("adaptive_avgpool: [3, 4]", "[2, 8, 8]", (2, 3, 4)),
        ("adaptive_maxpool: 1", "[2, 8, 8, 8]", (2, 1, 1, 1)),
        ("global_avgpool", "[2, 8]", (2, 1)),
        ("channel_maxpool", "[2, 8]", (1, 8)),
        ("flatten", "[2, 3, 4, 5]", (120,)),
        ("reshape: [5, 4, 3]", "[2, 6, 5]", (5, 4, 3)),
        ("permute: [2, 0, 1]", "[2, 3, 4]", (4, 2, 3)),
        ("slice: [1, 3]", "[4, 8]", (2, 8)),
        ("pixel_shuffle: 2", "[8, 3, 5]", (2, 6, 10)),
        ("space_to_depth: 2", "[2, 6, 10]", (8, 3, 5)),
        ("upsample: 2", "[2, 3, 5]", (2, 6, 10)),
        ("upsample: {size: [7, 9], mode: bilinear}", "[2, 3, 5]", (2, 7, 9)),
        ("pad: 1", "[2, 8, 8]", (2, 10, 10)),
        ("pad: [[0, 1], [2, 3]]", "[2, 8, 8]", (2, 9, 13)),
    ],
)
def test_shapes(step: str, input_shape: str, expected: tuple[int, ...]) -> None:
    assert shape(small(f"input: {input_shape}\nnetwork: [{step}]")) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("{maxpool: 2, name: pool}, {conv: 4}, {max_unpool: pool}", (4, 9, 9)),  # not 8: the size of what was pooled
        ("{maxpool: {kernel: 3, stride: 2, padding: same}, name: pool}, {conv: 4}, {max_unpool: pool}", (4, 9, 9)),
        ("{maxpool: 2, name: pool}, {max_unpool: {pool: pool, kernel: [2, 2], stride: 2}}", (4, 9, 9)),
        ("{grid_sample: [[], [{conv: [2, 3]}]]}", (4, 7, 7)),
        ("{grid_sample: [[], [flatten, {linear: 6}, {affine_grid: {like: input}}]], mode: bicubic}", (4, 9, 9)),
        ("{conv: [18, 3, 2]}, {deform_conv: {out: 5, kernel: 3, stride: 2}, from: [input, conv]}", (5, 4, 4)),
        ("{deform_conv: [[], {conv: [8, 2]}, [{conv: [4, 2]}, sigmoid]], out: 6, kernel: 2}", (6, 8, 8)),
        ("{unfold: 3}, {fold: {size: [9, 9], kernel: 3}}", (4, 9, 9)),
    ],
)
def test_shapes_of_what_is_sampled(steps: str, expected: tuple[int, ...]) -> None:
    assert shape(small(f"input: [4, 9, 9]\nnetwork: [{steps}]")) == expected


@pytest.mark.parametrize(
    ("steps", "text", "hint"),
    [
        (
            "{conv: 4, name: c}, {max_unpool: c}",
            "`max_unpool` puts back what a `maxpool` has taken, and `c` is `conv`",
            "give the `maxpool` step a `name`, and name it here",
        ),
        (
            "{max_unpool: input}",
            "`max_unpool` puts back what a `maxpool` has taken, and `input` is an input",
            "give the `maxpool` step a `name`, and name it here",
        ),
        (
            "{maxpool: 2, name: p}, {max_unpool: {pool: p, kernel: 3}}",
            "`kernel` is that of `p`, [2, 2], and not [3, 3]",
            "leave it out: it is known",
        ),
        (
            "{maxpool: 2, name: p}, {max_unpool: {pool: p, ceil: true}}",
            "`ceil` is that of `p`, false, and not true",
            "leave it out: it is known",
        ),
        (
            "{maxpool: 2, name: p}, {conv: 5}, {max_unpool: p}",
            "`max_unpool` reads [5, 4, 4], and the pool has made [4, 4, 4] of [4, 8, 8]",
            "every channel and position has a maximum of its own",
        ),
        (
            "{grid_sample: [[], {permute: [1, 2, 0]}]}",
            "a grid for [4, 8, 8] has 2 channels, a coordinate each, and 2 axes: it is not [8, 8, 4]",
            "[4, 8, 8] comes from `input`; [8, 8, 4] comes from `grid_sample[1].permute`; "
            "a `conv` writes one, or `affine_grid` from the numbers of an affine map",
        ),
        (
            "{conv: 2}, {permute: [1, 2, 0], name: grid}, {grid_sample, from: [input, grid]}",
            "a grid for [4, 8, 8] has 2 channels, a coordinate each, and 2 axes: it is not [8, 8, 2]",
            "[4, 8, 8] comes from `input`; [8, 8, 2] comes from `grid`; "
            "coordinates are channels here, not the last axis: `permute: [2, 0, 1]` puts them there",
        ),
    ],
)
def test_refusals_of_what_is_sampled(steps: str, text: str, hint: str) -> None:
    with pytest.raises(SpecError) as refused:
        small(f"input: [4, 8, 8]\nnetwork: [{steps}]")
    assert (refused.value.message, refused.value.hint) == (text, hint)


def test_a_split_makes_pieces_to_choose_from() -> None:
    graph = small(
        "network: [{split: [1, 3], name: parts}, {conv: 5, from: 'parts[1]'}, {concat, from: [conv, 'parts[0]']}]"
    )
    assert names(graph) == ["parts[0]", "parts[1]", "conv", "concat"]
    assert shapes(graph) == [(1, 8, 8), (3, 8, 8), (5, 8, 8), (6, 8, 8)]


def test_a_chunk_makes_equal_pieces_and_a_last_one_of_what_is_left() -> None:
    graph = small("input: [10, 8]\nnetwork: [{chunk: 4, name: parts}, {concat, from: 'parts[*]'}]")
    assert [dims[0] for dims in shapes(graph)] == [3, 3, 3, 1, 10]


def test_the_next_step_reads_all_pieces() -> None:
    assert reads(small("network: [{chunk: 2}, {add}]"), "add") == ["chunk[0]", "chunk[1]"]
    assert message("network: [{chunk: 2}, relu]") == "`relu` reads one output, not 2"
    assert message("network: [{chunk: 2, name: x}, {relu, from: x}]") == "`x` has 2 outputs"
    assert message("network: [{chunk: 2}]") == "the network ends in 2 outputs"
    assert message("network: [{add: [[{chunk: 2}], []]}]") == "a branch ends in 2 outputs"
    assert message("blocks: {b(): [{chunk: 2}]}\nnetwork: [b]") == "the block `b` ends in 2 outputs"
    assert message("network: [{for: i, in: [1], do: [{chunk: 2}]}]") == "the loop ends in 2 outputs"


def test_all_pieces_as_outputs() -> None:
    graph = small("network: [{chunk: 2, name: x}]\noutputs: ['x[*]']")
    assert [graph.nodes[number].name for number in graph.outputs] == ["x[0]", "x[1]"]


def test_the_size_of_another_step() -> None:
    graph = small("""
        network:
          - {conv: [6, 3], name: small}                    # 6 x 6
          - {crop: {like: small}, from: input, name: cut}
          - {crop: [small, 1], from: input, name: corner}
          - {upsample: {like: input, mode: bilinear}, from: small, name: grown}
          - {concat, from: [small, cut, corner]}
          - {upsample: {like: grown}}
        outputs: [grown, upsample]
    """)
    assert shapes(graph)[1:] == [(4, 6, 6), (4, 6, 6), (6, 8, 8), (14, 6, 6), (14, 8, 8)]
    assert reads(graph, "cut") == ["input", "small"]
    assert reads(graph, "upsample") == ["concat", "grown"]


def test_tokens() -> None:
    graph = small("""
        network:
          - {conv: [6, 4, 4]}                              # 2 x 2 patches
          - patch_tokens
          - class_token
          - position_embedding
          - {residual: [layernorm, {attention: 2}]}
          - layernorm
          - {select_token: 0}
          - {linear: 3}
    """)
    assert shapes(graph)[1:4] == [(4, 6), (5, 6), (5, 6)]
    assert shape(graph) == (3,)
    # patches 4*6*16 + 6, class 6, positions 5*6, two norms 2*6, four projections 4*(36 + 6), head 6*3 + 3
    assert params(graph) == 390 + 6 + 30 + 24 + 168 + 21
