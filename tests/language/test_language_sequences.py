"""Steps that a `sequence` numbers, and names of other forms: in other names, and another one in every turn."""

from __future__ import annotations

import pytest

from cnncost.graph.graph import Container
from cnncost.pytorch.module import SpecModel
from tests.language.small import message, names, node, reads, refusal, shape, small

VGG = """
    network:
      - sequence:
          - for: [width, depth]
            in: [[8, 1], [16, 2]]
            do:
              - {conv_relu: width, repeat: depth}
              - for: i
                in: range(depth)
                do:
                  - conv: width
                  - relu
              - maxpool: 2
        name: features
      - global_avgpool
    blocks:
      conv_relu(out):
        sequence:
          - conv: out
          - relu
"""


def test_steps_without_a_name_are_numbered_through_loops() -> None:
    assert names(small(VGG)) == [
        *("features[0][0]", "features[0][1]"),  # a block that numbers its own steps
        *("features[1]", "features[2]", "features[3]"),
        *("features[4][0]", "features[4][1]", "features[5][0]", "features[5][1]"),
        *("features[6]", "features[7]", "features[8]", "features[9]", "features[10]"),
        "global_avgpool",
    ]


def test_containers_are_the_parts_of_the_name_but_the_last() -> None:
    graph = small("""
        blocks: {pair(out): {sequence: [{conv: out}, relu]}, unit(): [{pair: 4, name: body}, relu]}
        network:
          - sequence: [{pair: 4}, {sequence: [{unit, repeat: 2}]}, {tanh, name: act}]
            name: features
    """)
    assert node(graph, "features[0][1]").containers == (Container("features[0]", "pair"),)
    assert node(graph, "features[1][1].body[0]").containers == (
        *(Container("features[1]", "sequence"), Container("[1]", "unit")),
    )
    assert node(graph, "features[1][0].relu").module_name == "features.1.0.relu"
    assert node(graph, "features.act").containers == (Container("features", "sequence"),)


def test_the_modules_are_numbered_alike() -> None:
    state = SpecModel(small(VGG)).state_dict()
    assert list(state)[:4] == ["features.0.0.weight", "features.0.0.bias", "features.1.weight", "features.1.bias"]


@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("features", "features[10]"),
        ("features[0]", "features[0][1]"),
        ("features[0][0]", "features[0][0]"),
        ("features[-2]", "features[9]"),
        ("features[4][-1]", "features[4][1]"),
    ],
)
def test_references_to_numbered_steps(reference: str, read: str) -> None:
    outputs = (
        f"    outputs: ['features[*]', 'features[0][*]', read]\n      - {{relu, from: '{reference}', name: read}}\n"
    )
    text = VGG.replace("      - global_avgpool\n", outputs.partition("\n")[2] + "\n") + outputs.partition("\n")[0]
    assert reads(small(text), "read") == [read]


def test_steps_read_numbered_steps_before_them() -> None:
    graph = small(
        """
        network:
          - sequence: [relu, tanh, {add, from: ["body[0]", "body[1]", seen]}]
            name: body
          - {sequence: [{add, from: [body, "body[-2]"]}], name: many}
    """.replace(", seen", "")
    )
    assert reads(graph, "body[2]") == ["body[0]", "body[1]"]
    assert reads(graph, "many[0]") == ["body[2]", "body[1]"]


def test_a_condition_leaves_no_gap() -> None:
    text = (
        "network: [{sequence: [{relu, when: false}, tanh, {relu, repeat: 0}, relu, {relu, repeat: 2, when: not last}]}]"
    )
    assert names(small(text)) == ["sequence[0]", "sequence[1]", "sequence[2]"]


def test_numbers_may_be_left_out() -> None:
    graph = small("""
        network:
          - sequence: [{relu, name: "[2]"}, tanh, {relu, name: "[0]"}, {sequence: [elu, {add, from: ["down[4][0]", "down[2]"]}]}]
            name: down
          - {relu, from: "down[3]"}
        outputs: [down, relu]
    """)
    assert names(graph) == ["down[2]", "down[3]", "down[0]", "down[4][0]", "down[4][1]", "relu"]
    assert reads(graph, "down[4][1]") == ["down[4][0]", "down[2]"]


def test_no_steps_are_the_identity() -> None:
    assert names(small("network: [{sequence: [], name: nothing}, relu]")) == ["relu"]


def test_weights_are_shared_and_frozen_by_number() -> None:
    graph = small("""
        network:
          - {sequence: [{conv: 4}, {conv: 4, share: "body[0]"}, {conv: 4, trainable: false}], name: body}
          - {sequence: [{conv: 4}, {conv: 4}, {conv: 4}], name: same, share: body}
    """)
    assert [graph.nodes[each.weights].name for each in graph.layers] == [
        *("body[0]", "body[0]", "body[2]", "body[0]", "body[0]", "body[2]")
    ]
    assert [each.trainable for each in graph.layers] == [True, True, False, True, True, False]


def test_names_that_lie_in_others() -> None:
    graph = small("""
        network:
          - {conv: 8, name: "down[0].conv"}
          - {relu, name: "pool"}
          - {conv: 16, name: "down[1].conv"}
          - {conv: 16, from: "down[0]", name: body.stem.conv}
          - {concat, from: ["down[*].conv", body.stem], name: "up[0]"}
    """)
    assert reads(graph, "up[0]") == ["down[0].conv", "down[1].conv", "body.stem.conv"]
    assert reads(graph, "body.stem.conv") == ["down[0].conv"]
    assert node(graph, "body.stem.conv").containers == (Container("body", "sequence"), Container("stem", "sequence"))
    assert shape(graph) == (40, 8, 8)


DENSE = """
    blocks:
      dense(depth):
        - for: i
          in: range(depth)
          name: layer{i + 1}
          do:
            - {concat, from: [input, "layer[*]"]}
            - {conv: 2, name: conv}
        - {concat, from: [input, "layer[*]"]}
    network:
      - {dense: 2, repeat: 2, name: "block{index + 1}_{1 if last else 0}"}
      - {relu, name: end}
      - {add, from: [%s]}
    outputs: [add, end]
"""


def test_every_turn_has_a_name_of_its_own() -> None:
    graph = small(DENSE % "block1_0, 'block[0]'")
    assert names(graph)[:5] == [
        *("block1_0.layer1.concat", "block1_0.layer1.conv", "block1_0.layer2.concat", "block1_0.layer2.conv"),
        "block1_0.concat",
    ]
    assert reads(graph, "block1_0.layer2.concat") == ["input", "block1_0.layer1.conv"]
    assert names(graph)[9] == "block2_1.concat"
    assert node(graph, "end").y.dims == (12, 8, 8)  # 4, and four times 2


@pytest.mark.parametrize(
    "reference", ["block2_1.layer[1]", "block[1].layer2.conv", "block.layer2", "block[*].layer[1]"]
)
def test_references_to_turns_by_their_names(reference: str) -> None:
    graph = small(DENSE % f"'{reference}', 'block2_1.layer1'")
    assert reads(graph, "add")[-2:] == ["block2_1.layer2.conv", "block2_1.layer1.conv"]


def test_an_expression_in_the_name_of_one_step() -> None:
    graph = small("network: [{for: i, in: [a, 2], name: t, do: [{relu, name: 'r{i}'}]}]\nvars: {a: 7}")
    assert names(graph) == ["t[0].r7", "t[1].r2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{sequence: relu, skip: true}", "`skip` belongs beside `residual`"),
        ("{sequence: }", "`sequence` has no steps"),
        ("{sequence: relu, relu: }", "two layers in one step, `sequence` and `relu`"),
        ("sequence", "`sequence` has no steps"),
        ("{relu, name: 'a..b'}", "`a..b` cannot be the name of a step"),
        ("{relu, name: '[0]'}", "`[0]` numbers a step of a `sequence`, and this is in none"),
        ("{relu, name: '[0].a'}", "`[0].a` cannot be the name of a step"),
        ("{sequence: [relu, {relu, name: '[0]'}]}", "the name `[0]` is taken"),
        ("{relu, name: 'a[b]'}", "`a[b]` cannot be the name of a step"),
        ("{relu, name: 'a[-1]'}", "`a[-1]` cannot be the name of a step"),
        ("{relu, name: 'a.'}", "`a.` cannot be the name of a step"),
        ("{relu, name: 'a.true'}", "`true` is a reserved word, not the name of a step"),
        ("{relu, name: 'a{'}", "`a{` cannot be the name of a step"),
        ("{relu, name: 'a{}'}", "an expression is missing"),
        ("{relu, name: 'a{1.5}'}", "an expression in a name must be a whole number or a word"),
        ("{relu, name: 'a{first}'}", "`first` is known only inside a loop or beside a `repeat`"),
        ("{relu, repeat: 2, name: 'a{first}'}", "an expression in a name must be a whole number or a word"),
        ("{relu, repeat: 2, name: 'a{-index}'}", "an expression in a name must be a whole number or a word"),
        ("{relu, repeat: 2, name: 'a{index // 2}'}", "the name `a0` is taken"),
        ("{sequence: [{relu, from: 'b[0]'}], name: b}", "`b[0]` has not come to its end here"),
        ("{sequence: [relu, {relu, from: 'b[2]'}], name: b}", "`b[2]` has not come to its end here"),
        ("{sequence: [relu, {relu, from: b}], name: b}", "`b` has not come to its end here"),
    ],
)
def test_refused(text: str, expected: str) -> None:
    assert message(f"network: [{text}]") == expected


def test_one_sequence_numbers_a_block() -> None:
    error = refusal("blocks: {b(): [{sequence: relu}, {sequence: relu}]}\nnetwork: [b]")
    assert error.message == "a second `sequence` without a name would number the same block"
    assert error.hint == "`name` one of them"


def test_a_block_cannot_be_called_sequence() -> None:
    assert message("blocks: {sequence(): relu}\nnetwork: [relu]") == "the block `sequence` has the name of a layer"
