"""A step, rule 6: names and references, shared and frozen weights, what unnamed steps are called."""

from __future__ import annotations

import pytest

from cnncost.language import library
from cnncost.language.load import load
from tests.language.small import message, names, node, params, reads, refusal, shape, shapes, small

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


def test_a_loop_reads_its_earlier_turns() -> None:
    graph = small("""
        network:
          - for: i
            in: range(3)
            name: level
            do:
              - {conv: 4, from: input, name: lateral}
              - {add, from: [lateral, "level[index - 1]"], when: not first, name: sum}
        outputs: ["level[*]"]
    """)
    assert reads(graph, "level[1].sum") == ["level[1].lateral", "level[0].lateral"]
    assert reads(graph, "level[2].sum") == ["level[2].lateral", "level[1].sum"]


def test_a_loop_reads_all_its_turns_so_far() -> None:
    """A dense block: 4 channels, then 4 + 3, 4 + 3 + 4, 4 + 3 + 4 + 5."""
    steps = '[{concat, from: [input, "layer[*]"], when: not first}, {conv: 3 + i}]'
    graph = small(f"network: [{{for: i, in: range(4), name: layer, do: {steps}}}]")
    assert [dims[0] for dims in shapes(graph)] == [3, 7, 4, 11, 5, 16, 6]
    assert reads(graph, "layer[2].concat") == ["input", "layer[0].conv", "layer[1].conv"]


def test_a_loop_reads_steps_of_an_earlier_turn_and_of_its_own() -> None:
    graph = small("""
        network:
          - for: i
            in: range(2)
            name: turn
            do:
              - {conv: 4, from: input, name: a}
              - {relu, from: "turn[i].a", name: b}
              - {add, from: [b, "turn[index - 1].a"], when: not first}
              - for: j
                in: range(2)
                do: [{add, from: [b, "turn[i - 1].b"], when: i > 0}]
        outputs: ["turn[*]", "turn[1].add", "turn[1].for[0].add"]
    """)
    assert reads(graph, "turn[1].add") == ["turn[1].b", "turn[0].a"]
    assert reads(graph, "turn[1].for[1].add") == ["turn[1].b", "turn[0].b"]


def test_what_stands_beside_a_repeat_reads_its_earlier_turns() -> None:
    graph = small("""
        network:
          - {concat: [[], [{upsample: {like: "grow[0]"}, when: not first}]], repeat: 3, name: grow}
    """)
    assert [dims[0] for dims in shapes(graph)] == [8, 8, 16, 16, 32]


@pytest.mark.parametrize(
    ("reference", "wrong", "hint"),
    [
        ("f[index - 1]", "`f` has no turn before its first", "`when: not first` leaves a step out of the first turn"),
        ("f[-1].c", "`f` has no turn before its first", "`when: not first` leaves a step out of the first turn"),
        ("f", "`f` has not come to its end here", "`f[index - 1]` is the turn before, and `f[*]` are those so far"),
        ("f.c", "`f` has not come to its end here", "`f[index - 1]` is the turn before, and `f[*]` are those so far"),
        (
            "f[index]",
            "`f[index]` has not come to its end here",
            "`f[index - 1]` is the turn before, and `f[*]` are those so far",
        ),
        (
            "f[1]",
            "`f[1]` has not come to its end here",
            "`f[index - 1]` is the turn before, and `f[*]` are those so far",
        ),
        ("f[0].d", "`f[0]` has no step named `d`", "its steps are c"),
    ],
)
def test_what_a_loop_cannot_read_of_itself(reference: str, wrong: str, hint: str | None) -> None:
    error = refusal(
        f'network: [{{for: i, in: [0, 1], name: f, do: [{{conv: 4, name: c}}, {{relu, from: "{reference}"}}]}}]'
    )
    assert (error.message, error.hint) == (wrong, hint)


def test_a_turn_does_not_count_from_the_last_one_in_its_own_loop() -> None:
    """`index - 2` is -1 in the second turn, which is not the turn before it."""
    text = 'network: [{for: i, in: range(3), name: f, do: [{conv: 4}, {add: [[], [{relu, from: "f[index - 2]"}]], when: i > 0}]}]'
    assert message(text) == "`f` has no turn before its first"


def test_a_loop_over_steps() -> None:
    graph = small("""
        network:
          - {conv: 4, name: p3}
          - {maxpool: 2, name: p4}
          - {maxpool: 2, name: p5}
          - {for: level, in: [p3, p4, p5], name: head, do: [{conv: 2, from: level, name: out}]}
          - for: [level, out]
            in: zip([p5, input], [3, 5])
            name: other
            do: [{conv: out, from: level, when: level != p5, name: a}, {relu, from: level, when: level == p5, name: b}]
        outputs: ["head[*]", "other[*]"]
    """)
    assert [reads(graph, f"head[{i}].out") for i in range(3)] == [["p3"], ["p4"], ["p5"]]
    assert (reads(graph, "other[0].b"), reads(graph, "other[1].a")) == (["p5"], ["input"])


def test_blocks_are_given_steps() -> None:
    graph = small("""
        blocks:
          up(skip): [{upsample: {like: skip}}, {concat, from: [upsample, skip]}, {conv: 4}]
          fuse(levels): [{concat, from: ["levels[*]", "levels[0]"]}, {add, from: ["levels[-1]", input, input]}]
          outer(a): [{up: a}]
        network:
          - {conv: 3, name: fine}
          - {maxpool: 2, name: coarse}
          - {up: fine, name: once}
          - {outer: {a: fine}, from: coarse, name: again}
          - {fuse: [[once, again]]}
        outputs: [fuse, fuse.concat]
    """)
    assert reads(graph, "once.upsample") == ["coarse", "fine"]
    assert reads(graph, "once.concat") == ["once.upsample", "fine"]
    assert reads(graph, "again.up.concat") == ["again.up.upsample", "fine"]
    assert reads(graph, "fuse.concat") == ["once.conv", "again.up.conv", "once.conv"]
    assert reads(graph, "fuse.add") == ["again.up.conv"] * 3


def test_the_input_of_a_block_has_a_name() -> None:
    graph = small("""
        blocks:
          b(): [{conv: 6}, {concat, from: [conv, input]}, {residual: [{conv: channels}, {add, from: [conv, concat]}]}, {c: }]
          c(): [{relu, from: input}]
        network: [{conv: 5, name: stem}, b]
    """)
    assert reads(graph, "b.concat") == ["b.conv", "stem"]
    assert reads(graph, "b.c.relu") == ["b.residual"]
    two = "input: {a: [3, 8], b: [3, 8]}\nblocks: {f(): [{relu, from: input}]}\nnetwork: [{f, from: b}, {add, from: [f, a]}]"
    assert reads(small(two), "f.relu") == ["b"]
    split = "blocks: {f(): [{add, from: input}]}\nnetwork: [{chunk: 2}, f]"
    assert message(split) == "no step is named `input`"
    assert (
        message("blocks: {f(): [{conv: 4, share: input}]}\nnetwork: [{conv: 4}, f]")
        == "`input` has no weights to share"
    )


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("[p3, pp3]", "unknown name `pp3`; did you mean `p3`?"),
        ("[p3, p6]", "unknown name `p6`"),
        ("[p3, conv]", "`level` is a variable that stands for no output"),
        ("[p3, 6]", "`level` is a variable that stands for no output"),
        ("[p3, gone]", "`gone` was dropped by its `when`"),
        ("[p3, after]", "the step `after` is defined later, on line 6"),
        ("p3", "`in` must be a list"),
        ("[p3 + 1]", "`+` needs numbers, but `p3` is an output to read with `from`"),
    ],
)
def test_what_a_loop_cannot_run_over(rows: str, wrong: str) -> None:
    text = f"""
        network:
          - {{conv: 4, name: p3}}
          - {{conv: 4, name: gone, when: false}}
          - {{for: level, in: {rows}, do: [{{relu, from: level}}]}}
          - {{conv: 4, name: after}}
    """
    assert message(text) == wrong


def test_an_output_is_no_number() -> None:
    stem = "network: [{conv: 4, name: stem}, %s]"
    read = "`stem` is an output to read with `from`"
    assert message(stem % "{conv: stem}") == f"`out` must be a positive whole number; {read}"
    assert (
        message(stem % "{conv: [4, [stem, 1]]}")
        == "`kernel` must be a positive whole number, or one per axis, not stem"
    )
    assert message(stem % "{relu, when: stem}") == f"`when` needs true or false, but {read}"
    assert message(stem % "{relu, repeat: stem}") == "`repeat` must be a whole number of at least 0"


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


def test_a_repeat_shares_the_weights_of_its_first_turn() -> None:
    graph = small("""
        blocks: {layer(): [{residual: [layernorm, {conv: 4}]}]}
        network: [{layer, repeat: 12, name: body, share: "body[0]"}]
    """)
    assert params(graph) == 2 * 4 + (4 * 4 + 4)
    assert sum(layer.owns_weights for layer in graph.layers) == 2 + 12  # and what has none: twelve additions
    dropped = "network: [{conv: 4, repeat: 3, name: c, share: 'c[0]', when: not first}]"
    assert message(dropped) == "`c[0]` was dropped by its `when`"


def test_a_loop_shares_the_weights_of_its_first_turn() -> None:
    graph = small("""
        blocks: {head(): [{conv: {out: 4, kernel: 3, padding: 1}}, relu, {conv: 2}]}
        network:
          - {conv: 4, name: p3}
          - {maxpool: 2, name: p4}
          - {for: level, in: [p3, p4], name: boxes, do: [{head, from: level, name: out, share: "boxes[0].out"}]}
        outputs: ["boxes[*]"]
    """)
    assert params(graph) == (4 * 4 + 4) + (4 * 9 * 4 + 4) + (2 * 4 + 2)
    assert not node(graph, "boxes[1].out.conv").owns_weights


def test_a_step_inside_a_loop_shares_with_the_step_around_of_its_name() -> None:
    graph = small("network: [{conv: 4, name: a}, {for: i, in: [0, 1], do: [{conv: 4, name: a, share: a}]}]")
    assert params(graph) == 4 * 4 + 4


def test_branches_share_weights_with_those_before_them() -> None:
    graph = small("""
        network:
          - concat:
              - [{conv: 4, name: a}, relu]
              - [relu, {conv: 4, share: a}]
              - [{add: [[], [{conv: 4, share: a}]]}]
          - residual: [{conv: 12, name: z}]
            shortcut: [relu, {conv: 12, share: z}]
    """)
    assert params(graph) == (4 * 4 + 4) + (12 * 12 + 12)


def test_a_branch_shares_with_no_branch_after_it_and_reads_none() -> None:
    assert message("network: [{add: [{conv: 4, share: a}, {conv: 4, name: a}]}]") == "no step is named `a`"
    assert message("network: [{add: [{conv: 4, name: a}, {relu, from: a}]}]") == "no step is named `a`"
    outer = "network: [{conv: 4, name: a}, {add: [{conv: 5, name: a}, {conv: 4, share: a}]}]"
    assert message(outer).startswith("`add` joins unlike shapes")  # it is the `a` around, not the one beside


def test_what_a_loop_cannot_share() -> None:
    assert message("network: [{conv: 4, repeat: 3, name: c, share: c}]") == "`c` has not come to its end here"
    assert message("network: [{conv: 4, repeat: 3, name: c, share: 'c[1]'}]") == "`c[1]` has not come to its end here"
    error = refusal("blocks: {b(): [{conv: 4, share: a}]}\nnetwork: [{conv: 4, name: a}, b]")
    assert error.hint == (
        "a block sees the steps inside it, none of its caller's; `share` beside the block's call is of all its weights"
    )


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
