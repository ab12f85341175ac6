"""Tensors that read nothing: where a spec may have them, what they are there, and what is refused."""

from __future__ import annotations

import pytest
import torch

from cnncost.pytorch.build import build
from tests.language.small import below_carets, message, names, node, params, reads, refusal, shape, shapes, small


@pytest.mark.parametrize(
    ("text", "dims", "count"),
    [
        # in a branch, which reads what the join reads, and so do its sizes
        ("network: [{add: [[], {parameter: [4, 8, 8]}]}]", (4, 8, 8), 256),
        ("network: [{multiply: [[], {parameter: [channels, 1, 1]}]}]", (4, 8, 8), 4),
        ("network: [{divide: [[], {parameter: [1, 1, 1]}]}]", (4, 8, 8), 1),
        ("network: [{concat: [[], {parameter: [2, 8, 8]}]}]", (6, 8, 8), 128),
        ("network: [{concat: [[], {parameter: [4, 8, 2]}], axis: 1}]", (4, 8, 10), 64),
        ("network: [flatten, {add: [[], {parameter: channels}]}]", (256,), 256),
        ("network: [flatten, {add: [[], {parameter: [channels]}]}]", (256,), 256),
        ("{vars: {sizes: [1, 8, 8]}, input: [4, 8, 8], network: [{add: [[], {parameter: sizes}]}]}", (4, 8, 8), 64),
        # tokens: ViT's class token and its embedding of positions
        (
            """
            network:
              - patch_tokens
              - {concat: [{parameter: {shape: [1, channels], tokens: true}}, []], axis: tokens}
              - add: [[], {parameter: {shape: [positions, channels], tokens: true}}]
            """,
            (65, 4),
            4 + 65 * 4,
        ),
        # a product with a learned matrix
        ("network: [{reshape: [4, 64], name: x}, {parameter: [64, 3], name: w}, {matmul, from: [x, w]}]", (4, 3), 192),
    ],
)
def test_a_parameter_joins_what_is_there(text: str, dims: tuple[int, ...], count: int) -> None:
    graph = small(text)
    assert (shape(graph), params(graph)) == (dims, count)


FIRST = """
network:
  - parameter: [4, 2, 2]
  - {conv: {out: 4, kernel: 3, padding: 1}, name: constant}
  - {upsample: 4, name: grown}
  - {add, from: [grown, input]}
"""


def test_a_network_may_start_with_one() -> None:
    graph = small(FIRST)
    assert names(graph) == ["parameter", "constant", "grown", "add"]
    assert reads(graph, "parameter") == []
    assert reads(graph, "constant") == ["parameter"]
    assert shapes(graph) == [(4, 2, 2), (4, 2, 2), (4, 8, 8), (4, 8, 8)]
    assert params(graph) == 16 + 148


def test_its_sizes_may_be_those_of_what_comes_before_it() -> None:
    sizes = '[channels, "spatial[0]", "spatial[1]"]'
    graph = small(f"network: [{{maxpool: 2, name: x}}, {{parameter: {sizes}, name: p}}, {{add, from: [x, p]}}]")
    assert node(graph, "p").y.dims == (4, 4, 4)


WEIGHTS = """
input: {a: [4, 8, 8], b: [4, 8, 8]}
blocks:
  weight():
    - parameter: [1, 1, 1]
    - relu
network:
  - {weight, name: of_a}
  - {multiply, from: [of_a, a], name: weighed}
  - {weight, name: of_b, share: of_a}
  - {multiply, from: [of_b, b]}
  - {add, from: [weighed, multiply]}
"""


def test_a_block_may_start_with_one_and_share_it() -> None:
    graph = small(WEIGHTS)
    assert params(graph) == 1
    assert node(graph, "of_b.parameter").weights == node(graph, "of_a.parameter").id
    model = build(graph)
    assert [name for name, _ in model.named_parameters()] == ["of_a.parameter.tensor"]
    a, b = torch.ones(2, 4, 8, 8), torch.full((2, 4, 8, 8), 2.0)
    model.of_a.parameter.tensor.data.fill_(3)
    assert torch.equal(model(a, b), torch.full((2, 4, 8, 8), 9.0))


def test_it_may_be_frozen_or_given() -> None:
    learned = small("network: [{add: [[], {parameter: [4, 8, 8]}]}]")
    frozen = small("network: [{add: [[], {parameter: [4, 8, 8], trainable: false}]}]")
    given = small("network: [{add: [[], {parameter: {shape: [4, 8, 8], fixed: true}}]}]")
    assert [graph.layers[0].trainable for graph in (learned, frozen, given)] == [True, False, True]
    assert [graph.layers[0].parameters() for graph in (learned, frozen, given)] == [256, 256, 0]
    assert [sum(graph.layers[0].buffers()) for graph in (learned, frozen, given)] == [0, 0, 256]
    states = [list(build(graph).state_dict()) for graph in (learned, frozen, given)]
    assert states == [["add.1.parameter.tensor"]] * 3
    assert [parameter.requires_grad for parameter in build(frozen).parameters()] == [False]
    assert list(build(given).parameters()) == []


def test_every_sample_has_the_same() -> None:
    model = build(small(FIRST)).eval()
    y = model(torch.zeros(3, 4, 8, 8))
    assert y.shape == (3, 4, 8, 8)
    assert torch.equal(y[0], y[2])
    y.sum().backward()
    assert model.get_submodule("parameter").tensor.grad.shape == (4, 2, 2)


REFUSED = [
    # text, message, what the carets stand below
    ("network: [{parameter: [4, 8, 8]}]", "nothing reads the input `input`", "[4, 8, 8]"),
    ("network: [conv: 4, parameter: [4, 8, 8]]", "nothing reads the step `conv`", "conv"),
    (
        "network: [{add: [[], {parameter: [4, 8, 8], from: input}]}]",
        "`parameter` reads nothing and takes no `from`",
        "input",
    ),
    (
        "network: [{add: [[], parameter]}]",
        "`parameter` needs `shape`, sizes of a sample, without the batch",
        "parameter",
    ),
    (
        "network: [{add: [[], {parameter: [4, 0, 8]}]}]",
        "`shape` must be a list of whole numbers of at least 1, not [4, 0, 8]",
        "[4, 0, 8]",
    ),
    (
        "network: [{add: [[], {parameter: [[4, 8, 8], true]}]}]",
        "`shape` must be a list of whole numbers of at least 1, not [[4, 8, 8], True]",
        "[[4, 8, 8], true]",
    ),
    (
        "network: [{add: [[], {parameter: {shape: [4, 8, 8], tokens: true}}]}]",
        "`parameter` of tokens has 2 sizes, not 3",
        "[4, 8, 8]",
    ),
    (
        "network: [{add: [[], {parameter: [1, 1, 1, 1, 1, 1, 1, 1, 1]}]}]",
        "`parameter` has 1 to 8 sizes, not 9",
        "[1, 1, 1, 1, 1, 1, 1, 1, 1]",
    ),
    (
        "network: [{add: [[], {parameter: [10 ** 20, 10 ** 20]}]}]",
        "the output of `parameter` has more than 10**30 elements",
        "parameter",
    ),
    ("network: [{add: [[], {parameter: 4}]}]", "`add` joins unlike layouts: map [4, 8, 8] and flat [4]", "add"),
    (
        "network: [{parameter: [1, 4], name: p}, {embedding: [5, 4]}, {add, from: [input, embedding]}]",
        "`embedding` reads indices, and `p` is its input",
        "embedding",
    ),
]


@pytest.mark.parametrize(("text", "wrong", "place"), REFUSED)
def test_what_is_refused(text: str, wrong: str, place: str) -> None:
    error = refusal(text)
    assert error.message == wrong
    assert below_carets(error) == place


def test_weights_of_unlike_shape_are_not_shared() -> None:
    text = "network: [{add: [[], {parameter: [4, 1, 1], name: p}, {parameter: [1, 8, 8], share: p}]}]"
    assert message(text) == "`add[1].p` and `add[2].parameter` cannot share weights"
    assert refusal(text).hint == "they differ in `shape`"


WEIGHTS_OF = [
    # a layer, what it reads, the sizes of PyTorch's weight
    ("{conv: {out: 6, kernel: 3, groups: 2}}", "[4, 8, 8]", "[6, 2, 3, 3]"),
    ("{conv: {out: 6, kernel: 5, padding: same, fixed: true}}", "[4, 20]", "{shape: [6, 4, 5], fixed: true}"),
    ("{conv_transpose: {out: 6, kernel: 3, groups: 2}}", "[4, 8, 8]", "[4, 3, 3, 3]"),
    ("{linear: 6}", "[4]", "[6, 4]"),
    ("{embedding: [9, 6]}", "[4]", "{shape: [9, 6], tokens: true}"),
]


@pytest.mark.parametrize(("step", "read", "sizes"), WEIGHTS_OF)
def test_it_may_be_the_weights_of_a_layer(step: str, read: str, sizes: str) -> None:
    layer = step.removesuffix("}") + ", name: layer}"
    graph = small(f"""
    input: {read}
    network: [{layer}, {{parameter: {sizes}, name: weight, share: layer}}]
    outputs: [layer, weight]
    """)
    owner, tensor = node(graph, "layer"), node(graph, "weight")
    assert tensor.weights == owner.id
    assert params(graph) == owner.parameters()
    model = build(graph).double()  # which makes new tensors of buffers
    (holder,) = [part for part in model.layer(owner.id).modules() if hasattr(part, "weight")]
    assert model.layer(tensor.id).tensor is holder.weight


@pytest.mark.parametrize(
    ("layer", "parameter", "hint"),
    [
        ("conv: {out: 6, kernel: 3}", "[6, 4, 9]", "the weights of `a` are [6, 4, 3, 3]"),
        (
            "conv: {out: 6, kernel: 3, fixed: true}",
            "[6, 4, 3, 3]",
            "the weights of `a` are [6, 4, 3, 3], and `fixed`",
        ),
        ("conv: {out: 6, kernel: 3, weight_norm: true}", "[6, 4, 3, 3]", "`a` is a `conv`, `p` a `parameter`"),
        ("batchnorm: ", "[4]", "`a` is a `batchnorm`, `p` a `parameter`"),
    ],
)
def test_what_is_not_the_weights_of_a_layer(layer: str, parameter: str, hint: str) -> None:
    error = refusal(f"network: [{{{layer}, name: a}}, {{parameter: {parameter}, share: a, name: p}}]")
    assert (error.message, error.hint) == ("`a` and `p` cannot share weights", hint)


def test_gradients_of_shared_weights_add_up() -> None:
    graph = small("""
    input: [4]
    network:
      - {linear: {out: 4, bias: false}, name: layer}
      - {parameter: [4, 4], share: layer, name: w}
      - {einsum: "boi,bi->bo", from: [w, layer]}
    """)
    assert params(graph) == 16
    model = build(graph)
    x, w = torch.randn(2, 4), torch.randn(4, 4, requires_grad=True)
    model.get_submodule("layer").weight.data = w.detach().clone()
    (x @ w.T @ w.T).sum().backward()
    model(x).sum().backward()
    torch.testing.assert_close(model.get_submodule("layer").weight.grad, w.grad)
