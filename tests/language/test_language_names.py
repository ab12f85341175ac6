"""A step, rule 6: names and references, shared and frozen weights, what unnamed steps are called."""

from __future__ import annotations

import pytest

from cnncost.language import library
from cnncost.language.load import load
from tests.language.small import message, names, node, params, reads, refusal, shape, small

U_NET = """
    network:
      - for: i
        in: range(3)
        name: down
        do:
          - {conv: 10 + i, repeat: 2, name: skip}
          - {maxpool: {kernel: 1}, name: pooled}
      - {identity, from: %s, name: read}
"""


def read_by(reference: str) -> str:
    """What a reference reads, beside two loops of steps."""
    return reads(small(U_NET % reference + "    outputs: [read, 'down[*].pooled', 'down[*].skip']\n"), "read")[0]


@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("input", "input"),
        ("down", "down[2].pooled"),
        ("'down[0]'", "down[0].pooled"),
        ("'down[-1]'", "down[2].pooled"),
        ("'down[-3]'", "down[0].pooled"),
        ("'down[1 + 1]'", "down[2].pooled"),
        ("down.skip", "down[2].skip[1]"),
        ("'down[1].skip'", "down[1].skip[1]"),
        ("'down[1].skip[0]'", "down[1].skip[0]"),
        ("'down[0].skip[-2]'", "down[0].skip[0]"),
        ("'down[len([1]) - 1].skip[min(0, 1)]'", "down[0].skip[0]"),
        ("'down.skip[0]'", "down[2].skip[0]"),
    ],
)
def test_references(reference: str, read: str) -> None:
    assert read_by(reference) == read


@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("'down[*].skip'", ["down[0].skip[1]", "down[1].skip[1]", "down[2].skip[1]"]),
        ("'down[*]'", ["down[0].pooled", "down[1].pooled", "down[2].pooled"]),
        ("'down[1].skip[*]'", ["down[1].skip[0]", "down[1].skip[1]"]),
        ("'down[*].skip[0]'", ["down[0].skip[0]", "down[1].skip[0]", "down[2].skip[0]"]),
        ("'down[*].skip[*]'", [f"down[{i}].skip[{j}]" for i in range(3) for j in range(2)]),
        ("['down[-1].skip', input, 'down[*]']", ["down[2].skip[1]", "input", *(f"down[{i}].pooled" for i in range(3))]),
    ],
)
def test_all_turns_in_order(reference: str, read: list[str]) -> None:
    graph = small(U_NET.replace("identity", "concat") % reference + "    outputs: [read, 'down[*].pooled']\n")
    assert reads(graph, "read") == read


def test_references_into_blocks() -> None:
    graph = small("""
        blocks:
          inner(): [{conv: 5, name: c}, relu]
          outer(): [{inner, repeat: 2, name: j}, {conv: 6}]
        network:
          - {for: i, in: range(2), name: a, do: [{outer, name: b}]}
          - {relu, from: "a[0].b.j[1].c", name: x}
          - {relu, from: a.b.j.c, name: y}
          - {relu, from: a.b.j, name: z}
          - {concat, from: [x, y, z, a]}
    """)
    assert reads(graph, "x") == ["a[0].b.j[1].c"]
    assert reads(graph, "y") == ["a[1].b.j[1].c"]
    assert reads(graph, "z") == ["a[1].b.j[1].relu"]


def test_turns_whose_step_was_dropped_are_passed_over() -> None:
    graph = small("""
        network:
          - {for: i, in: range(4), name: stage, do: [{conv: 4, name: even, when: i % 2 == 0}, relu]}
          - {add, from: "stage[*].even"}
        outputs: [add, stage]
    """)
    assert reads(graph, "add") == ["stage[0].even", "stage[2].even"]


def test_an_index_sees_the_variables_of_its_place() -> None:
    graph = small("""
        vars: {n: 2}
        network:
          - {for: i, in: range(n), name: down, do: [{conv: 4, name: skip}]}
          - {for: i, in: "range(n - 1, -1, -1)", name: up, do: [{conv: 4, from: "down[i].skip"}]}
        outputs: ["up[*]"]
    """)
    assert reads(graph, "up[0].conv") == ["down[1].skip"]
    assert reads(graph, "up[1].conv") == ["down[0].skip"]


def test_names_are_lexical() -> None:
    graph = small("""
        network:
          - {conv: 5, name: x}
          - for: i
            in: range(2)
            do:
              - {conv: 7, name: x}
              - {relu, from: x, name: z}
    """)
    assert reads(graph, "for[1].z") == ["for[1].x"]
    assert message("network: [{for: i, in: [1], do: [{relu, name: a}]}, {relu, from: a}]") == "no step is named `a`"


def test_the_nearest_name_is_meant() -> None:
    graph = small(
        "network: [{conv: 5, name: x}, {add: [[{conv: 6, name: x}, {conv: 7, from: x}], [{conv: 7, from: x}]]}]"
    )
    assert reads(graph, "add[0].conv") == ["add[0].x"]
    assert reads(graph, "add[1].conv") == ["x"]


def test_a_branch_sees_the_names_before_its_join() -> None:
    graph = small("network: [{conv: 4, name: x}, {add: [[], [{relu, from: x}]]}]")
    assert reads(graph, "add[1].relu") == ["x"]
    beside = "network: [{add: [[{relu, name: x}], [{relu, from: x}]]}]"
    assert message(beside) == "no step is named `x`"
    after = "network: [{add: [[{relu, name: x}], []]}, {relu, from: x}]"
    assert message(after) == "no step is named `x`"
    later = refusal("network: [{add: [[], [{relu, from: x}]]}, {conv: 4, name: x}]")
    assert later.message == "`x` is defined later, on line 2"
    assert message("network: [{residual: [{relu, name: x}], shortcut: [{relu, from: x}]}]") == "no step is named `x`"


def test_references_run_in_no_circle() -> None:
    for steps in ("{relu, name: a, from: b}, {relu, name: b, from: a}", "relu, {relu, name: b, from: b}"):
        error = refusal(f"network: [{steps}]")
        assert error.message == "`b` is defined later, on line 2"
        assert error.hint == "a step reads earlier ones only: references cannot run in a circle"


def test_a_name_stands_once_in_its_place() -> None:
    error = refusal("network:\n- {relu, name: a}\n- {tanh, name: a}")
    assert (error.message, error.hint) == ("the name `a` is taken", "line 3 uses it already")
    both = "network: [{relu, name: a}, {add: [[{relu, name: a}], [{relu, name: a}]]}]"
    assert names(small(both)) == ["a", "add[0].a", "add[1].a", "add"]


def test_steps_of_one_name_may_exclude_each_other() -> None:
    text = "vars: {deep: %s}\nnetwork: [{conv: 5, name: x, when: deep}, {conv: 6, name: x, when: not deep}, {relu, from: x}]"
    assert shape(small(text % "true")) == (5, 8, 8)
    assert shape(small(text % "false")) == (6, 8, 8)


# What unnamed steps are called


def test_unnamed_steps_are_called_by_their_kind_and_numbered() -> None:
    graph = small("""
        vars: {act: relu, step: {conv: 4}}
        blocks: {b(f): [f, {conv: 4}, {conv: 4}]}
        network: [{conv: 4}, act, {conv: 4}, {b: gelu}, {b: act}, step, act, {residual: [relu]}, {for: i, in: [1], do: [relu]}]
    """)
    assert names(graph) == [
        "conv",
        "relu",
        "conv_2",
        *("b.gelu", "b.conv", "b.conv_2"),
        *("b_2.relu", "b_2.conv", "b_2.conv_2"),
        "conv_3",
        "relu_2",
        *("residual.relu", "residual"),
        "for[0].relu",
    ]


def test_an_automatic_name_makes_way_for_a_given_one() -> None:
    graph = small("network: [relu, relu, {tanh, name: relu_2}, relu, {tanh, name: relu}]")
    assert names(graph) == ["relu_3", "relu_4", "relu_2", "relu_5", "relu"]


def test_a_dropped_step_takes_no_number() -> None:
    assert names(small("network: [relu, {relu, when: false}, relu]")) == ["relu", "relu_2"]


def test_an_automatic_name_can_be_read() -> None:
    assert reads(small("network: [relu, relu, {add, from: [relu, relu_2]}]"), "add") == ["relu", "relu_2"]


def test_a_step_beside_the_shortcut_may_be_called_so_no_more() -> None:
    error = refusal("network: [{residual: [{relu, name: shortcut}], shortcut: [{conv: 4}]}]")
    assert (error.message, error.hint) == ("the name `shortcut` is taken", "it is the other path of the `residual`")


AWKWARD = """
    input: {conv: [4, 8, 8], conv_3: [4, 8, 8]}
    blocks: {conv_2(): [{conv: 4}, {conv: 4, name: conv_2}, {conv: 4}], side(): [relu, {relu, name: side}]}
    network:
      - {conv: 4, from: conv}
      - {conv_2, repeat: 2}
      - {add, from: [conv_2_2, conv_3]}
      - {split: [1, 3]}
      - concat
      - {residual: [{add: [[side], side]}, side], shortcut: [side, {residual: [relu]}]}
      - {for: i, in: [1, 2], do: [{for: j, in: [1, 2], do: [{conv: 4}]}]}
"""


@pytest.mark.parametrize("name", ["awkward", *sorted(library.names())])
def test_names_are_unique_as_those_of_pytorch_modules(name: str) -> None:
    graph = small(AWKWARD) if name == "awkward" else load(name)
    modules = [layer.module_name for layer in graph.nodes]
    assert len(set(modules)) == len(modules)
    for module in modules:
        assert all(part.isidentifier() or part.isdigit() for part in module.split("."))


# Shared and frozen weights


def test_a_shared_step_counts_once() -> None:
    graph = small("network: [{conv: 4, name: stem}, relu, {conv: 4, share: stem}, {conv: 4, share: conv}]")
    assert params(graph) == 4 * 4 + 4
    assert [layer.owns_weights for layer in graph.layers] == [True, True, False, False]
    assert {layer.weights for layer in graph.layers if layer.type == "conv"} == {node(graph, "stem").id}


def test_a_shared_block_counts_once() -> None:
    graph = small("""
        blocks: {unit(out): [{conv: out}, batchnorm, relu]}
        network:
          - {unit: 4, name: first_unit}
          - {unit: 4, share: first_unit}
          - {unit: 4, name: own}
    """)
    assert params(graph) == 2 * (20 + 8)
    assert node(graph, "unit.batchnorm").weights == node(graph, "first_unit.batchnorm").id
    assert node(graph, "unit.relu").owns_weights  # it has none to share


def test_turns_of_a_loop_share_with_those_of_another() -> None:
    graph = small("""
        network:
          - {for: w, in: [4, 5], name: a, do: [{conv: w, name: c}]}
          - {conv: 4}
          - {for: w, in: [4, 5], name: b, do: [{conv: w, share: "a[index].c"}]}
    """)
    assert params(graph) == 20 + 25 + 24  # 4 to 4, 4 to 5, and 5 to 4 between the loops


def test_siamese_towers_share() -> None:
    graph = small("""
        input: {left: [3, 8, 8], right: [3, 8, 8]}
        blocks: {tower(): [{conv: [6, 3]}, relu, {conv: [6, 3]}]}
        network:
          - {tower, from: left, name: a}
          - {tower, from: right, share: a}
          - {subtract, from: [a, tower]}
    """)
    assert params(graph) == (3 * 6 * 9 + 6) + (6 * 6 * 9 + 6)
    assert reads(graph, "subtract") == ["a.conv_2", "tower.conv_2"]


def test_every_turn_of_a_repeat_may_share_the_same_weights() -> None:
    graph = small("network: [{conv: 4, name: stem}, {conv: 4, share: stem, repeat: 3}, {conv: 4}]")
    assert params(graph) == 2 * (4 * 4 + 4)
    assert [layer.owns_weights for layer in graph.layers] == [True, False, False, False, True]


def test_a_repeat_shares_turn_by_turn_with_as_many_turns() -> None:
    graph = small("""
        input: {left: [3, 8, 8], right: [3, 8, 8]}
        network:
          - {conv: 3, repeat: 3, from: left, name: a}
          - {conv: 3, repeat: 3, from: right, name: b, share: a, when: not last}
          - {conv: 3, repeat: 2, share: "a[2 - index]", name: c}
          - {add, from: [a, c]}
    """)
    assert params(graph) == 3 * (3 * 3 + 3)
    owners = {layer.name: graph.nodes[layer.weights].name for layer in graph.layers if layer.type == "conv"}
    assert owners == {f"a[{i}]": f"a[{i}]" for i in range(3)} | {
        "b[0]": "a[0]",
        "b[1]": "a[1]",
        "c[0]": "a[2]",
        "c[1]": "a[1]",
    }


def test_a_turn_cannot_share_with_one_that_was_dropped() -> None:
    text = "network: [{conv: 4, repeat: 2, name: a, when: last}, {conv: 4, repeat: 2, share: a}]"
    assert message(text) == "`a[0]` was dropped by its `when`"


def test_what_cannot_be_shared() -> None:
    stem = "network: [{conv: 4, name: stem}, relu, %s]"
    assert message(stem % "{conv: 5, share: stem}") == "`stem` and `conv` cannot share weights"
    assert message(stem % "{conv: 5}, {conv: 4, share: stem}") == "`stem` and `conv_2` cannot share weights"
    assert (
        message(stem % "{linear: 5, share: relu}") == "`linear` takes a flat tensor or tokens, not a map of [4, 8, 8]"
    )
    assert message(stem % "{conv: 4, share: relu}") == "`relu` has no weights to share"
    two = "{for: i, in: [0, 1], name: two, do: [{conv: 4}]}"
    assert message(stem % f"{two}, {{conv: 4, share: two}}") == "`two` has 2 layers with weights, this step 1"
    assert message(stem % "{conv: 4, share: stm}") == "no step is named `stm`; did you mean `stem`?"
    assert message(stem % "{conv: 4, share: stem, trainable: false}") == "`share` and `trainable` exclude each other"


def test_frozen_steps() -> None:
    graph = small("""
        vars: {tune: false}
        blocks: {unit(): [{conv: 4}, {conv: 4}]}
        network:
          - {unit, trainable: tune}
          - {conv: 4, trainable: true}
          - {residual: [{conv: 4}], trainable: false}
          - {for: i, in: [0, 1], do: [{conv: 4, trainable: first}]}
    """)
    frozen = {layer.name for layer in graph.layers if layer.type == "conv" and not layer.trainable}
    assert frozen == {"unit.conv", "unit.conv_2", "residual.conv", "for[1].conv"}


def test_a_step_that_shares_frozen_weights_is_frozen() -> None:
    graph = small("network: [{conv: 4, name: stem, trainable: false}, {conv: 4, share: stem}]")
    assert [layer.trainable for layer in graph.layers] == [False, False]


def test_freezing_a_step_leaves_weights_from_elsewhere_alone() -> None:
    graph = small("""
        network:
          - {conv: 4, name: stem}
          - {for: i, in: [0], do: [{conv: 4, share: stem}, {conv: 4}], trainable: false}
    """)
    assert [layer.trainable for layer in graph.layers] == [True, True, False]
