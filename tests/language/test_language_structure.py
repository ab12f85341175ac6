"""A step, rules 4 and 5: loops, repetition, conditions, joins, residuals."""

from __future__ import annotations

import pytest

from tests.language.small import message, names, params, reads, refusal, shape, shapes, small

# 4. Loops and conditions


def test_a_loop_over_one_variable() -> None:
    graph = small("network: [{for: width, in: [5, 6], do: [{conv: width}, relu]}]")
    assert names(graph) == ["for[0].conv", "for[0].relu", "for[1].conv", "for[1].relu"]
    assert [dims[0] for dims in shapes(graph)] == [5, 5, 6, 6]


def test_a_loop_over_several_variables() -> None:
    text = (
        "vars: {widths: [5, 6], kernels: [1, 3]}\nnetwork: [{for: [out, kernel], in: %s, do: [{conv: {out, kernel}}]}]"
    )
    for rows in ("zip(widths, kernels)", "[[5, 1], [6, 3]]", "[[5, 1], [2 * 3, 'kernels[1]']]", "'[[5, 1], [6, 3]]'"):
        graph = small(text % (f'"{rows}"' if rows.startswith("zip") else rows))
        assert shapes(graph) == [(5, 8, 8), (6, 6, 6)]


@pytest.mark.parametrize(
    ("rows", "widths"), [("range(1, 4)", [1, 2, 3]), ("'range(3, 0, -1)'", [3, 2, 1]), ("rows", [9])]
)
def test_the_rows_of_a_loop_are_any_list(rows: str, widths: list[int]) -> None:
    rows = f'"{rows}"' if rows == "range(1, 4)" else rows
    graph = small(f"vars: {{rows: [9]}}\nnetwork: [{{for: w, in: {rows}, do: {{conv: w}}}}]")
    assert [dims[0] for dims in shapes(graph)] == widths


def test_a_single_variable_takes_a_row_whole() -> None:
    assert shape(small("network: [{for: k, in: [[1, 3]], do: [{conv: {out: 2, kernel: k}}]}]")) == (2, 8, 6)
    assert shape(small("network: [{for: [k], in: [[1, 3]], do: [{conv: {out: 2, kernel: k}}]}]")) == (2, 8, 6)


def test_a_loop_without_rows_is_the_identity() -> None:
    graph = small("network: [{conv: 5}, {for: i, in: [], do: [{conv: 6}]}, {for: i, in: range(0), do: [relu]}]")
    assert (names(graph), shape(graph)) == (["conv"], (5, 8, 8))


def test_a_loop_knows_its_turn() -> None:
    graph = small("""
        network:
          - for: w
            in: [10, 20, 30]
            do:
              - {conv: w + index}
              - {relu, when: first}
              - {gelu, when: not first and not last}
              - {tanh, when: last}
    """)
    assert [dims[0] for dims in shapes(graph)[::2]] == [10, 21, 32]
    assert [layer.type for layer in graph.layers[1::2]] == ["relu", "gelu", "tanh"]


def test_loops_nest_and_the_innermost_turn_counts() -> None:
    graph = small("""
        network:
          - for: a
            in: [10, 20]
            name: outer
            do:
              - {for: b, in: [1, 2], name: inner, do: [{conv: a + b + 100 * index}]}
              - {conv: 1000 * index + a, when: first}
    """)
    assert [dims[0] for dims in shapes(graph)] == [11, 112, 10, 21, 122]
    assert names(graph)[1:3] == ["outer[0].inner[1].conv", "outer[0].conv"]


def test_a_loop_in_a_branch_of_a_loop_sees_both_turns() -> None:
    graph = small(
        "network: [{for: a, in: [1, 2], do: [{add: [[], [{for: b, in: [a], do: [{conv: 4}, {relu, when: a == b}]}]]}]}]"
    )
    assert [layer.type for layer in graph.layers] == ["conv", "relu", "add"] * 2


@pytest.mark.parametrize(("count", "kept"), [("0", []), ("1", ["relu[0]"]), ("3", ["relu[0]", "relu[1]", "relu[2]"])])
def test_repeat(count: str, kept: list[str]) -> None:
    graph = small(f"vars: {{n: {count}}}\nnetwork: [{{relu, repeat: n}}, gelu]")
    assert names(graph) == [*kept, "gelu"]
    assert reads(graph, "gelu") == [kept[-1] if kept else "input"]


def test_a_repeat_feeds_each_turn_to_the_next() -> None:
    graph = small("blocks: {b(): [{conv: 2 * channels}, relu]}\nnetwork: [{b, repeat: 3}]")
    assert [dims[0] for dims in shapes(graph)] == [8, 8, 16, 16, 32, 32]
    assert reads(graph, "b[1].conv") == ["b[0].relu"]


def test_the_turns_of_a_repeat_are_its_own() -> None:
    graph = small("""
        network:
          - for: i
            in: [0, 1]
            do:
              - {conv: 10 * (1 + index) + (1 if first else 2 if last else 3), repeat: 3, when: not last or i == 1}
    """)
    # the loop's own turn is asked for by its variable: in its first turn, the last of the repeat is dropped
    assert [dims[0] for dims in shapes(graph)] == [11, 23, 11, 23, 32]


@pytest.mark.parametrize(
    ("when", "kept"),
    [
        ("index == 1", [1]),
        ("not last", [0, 1]),
        ("first or last", [0, 2]),
        ("index >= 0", [0, 1, 2]),
        ("index > 2", []),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_when_beside_repeat_sees_the_turn(when: str, kept: list[int], inside: bool) -> None:
    step = f"{{conv: 6, repeat: 3, when: {when}, name: c}}"
    steps = f"{{for: i, in: range(2), name: turn, do: [relu, {step}]}}" if inside else step
    graph = small(f"network: [{steps}, gelu]")
    prefixes = ["turn[0].", "turn[1]."] if inside else [""]
    assert [name for name in names(graph) if "c[" in name] == [f"{p}c[{i}]" for p in prefixes for i in kept]
    # the first that is kept reads the 4 channels of the input, every other 6
    convs = len(prefixes) * len(kept)
    assert params(graph) == (convs and (4 * 6 + 6) + (convs - 1) * (6 * 6 + 6))


def test_when_beside_repeat_sees_the_channels_of_its_turn() -> None:
    graph = small("network: [{conv: channels + 4, repeat: 5, when: channels < 16}]")
    assert [dims[0] for dims in shapes(graph)] == [8, 12, 16]


def test_a_repeat_reads_from_in_the_first_turn_that_is_kept() -> None:
    graph = small("""
        network:
          - {conv: 5, name: a}
          - {conv: 7, name: b}
          - {conv: 6, repeat: 3, when: not first, from: a, name: c}
          - {concat, from: [b, c]}
    """)
    assert [reads(graph, name) for name in ("c[1]", "c[2]", "concat")] == [["a"], ["c[1]"], ["b", "c[2]"]]


def test_a_repeat_of_dropped_turns_only_is_dropped_whole() -> None:
    graph = small("""
        network:
          - {conv: 5, name: a, when: false}
          - {conv: 6, repeat: 3, when: index > 9, from: a}
          - {conv: 7}
    """)
    assert (names(graph), reads(graph, "conv")) == (["conv"], ["input"])
    text = "network: [{conv: 6, repeat: 3, when: %s, name: c}, relu, {add, from: [c, relu]}]"
    for when in ("false", "index > 9", "channels > 9"):
        assert message(text % when) == "`c` was dropped by its `when`"


def test_a_when_that_no_turn_changes_drops_the_repeat_before_it_is_looked_at() -> None:
    assert names(small("vars: {n: 0}\nnetwork: [{conv: 6, repeat: 8 // n, when: n > 0}, relu]")) == ["relu"]


def test_a_turn_that_was_dropped_cannot_be_read() -> None:
    text = "network: [{conv: 4, repeat: 3, when: index != 1, name: c}, relu, {add, from: [%s, relu]}]"
    assert message(text % '"c[1]"') == "`c[1]` was dropped by its `when`"
    assert reads(small(text % '"c[*]"'), "add") == ["c[0]", "c[2]", "relu"]
    assert reads(small(text % '"c[-1]"'), "add") == ["c[2]", "relu"]
    assert reads(small(text.replace("!= 1", "< 2") % "c"), "add") == ["c[1]", "relu"]


def test_trainable_beside_repeat_sees_the_turn() -> None:
    graph = small("network: [{for: i, in: [0, 1], do: [{conv: 4, repeat: 3, trainable: last}]}]")
    assert [layer.trainable for layer in graph.layers] == [False, False, True] * 2
    graph = small("network: [{conv: channels + 1, repeat: 3, trainable: channels > 5}]")
    assert [layer.trainable for layer in graph.layers] == [False, False, True]


def test_skip_beside_repeat_sees_the_turn() -> None:
    graph = small("network: [{residual: [{conv: 4}], repeat: 3, skip: not first}]")
    assert [layer.type for layer in graph.layers] == ["conv", "conv", "add", "conv", "add"]


@pytest.mark.parametrize("word", ["index", "first", "last"])
def test_from_beside_repeat_does_not_depend_on_the_turn(word: str) -> None:
    for names_read in (f'"c[{word}]"', f'[relu, "c[0 + {word}]"]'):
        error = refusal(f"network: [{{conv: 4, repeat: 2, name: c}}, relu, {{gelu, repeat: 2, from: {names_read}}}]")
        assert error.message == f"`{word}` beside `repeat` is of its turns, and only the first of them reads `from`"
    loop = "network: [{conv: 4, repeat: 2, name: c}, {for: i, in: [1, 0], name: t, do: [{relu, repeat: 2, from: 'c[i]'}]}, {add, from: ['t[*]']}]"
    assert reads(small(loop), "t[0].relu[0]") == ["c[1]"]


def test_a_repeated_step_may_be_a_whole_step_a_residual_or_a_join() -> None:
    graph = small("""
        vars: {act: {leaky_relu: 0.1}}
        network:
          - {act, repeat: 2}
          - {residual: [{conv: 4}], repeat: 2}
          - {concat: [[], [relu]], repeat: 2}
    """)
    assert shape(graph) == (16, 8, 8)
    assert names(graph)[2:6] == ["residual[0].conv", "residual[0]", "residual[1].conv", "residual[1]"]
    assert names(graph)[6:] == ["concat[0][1].relu", "concat[0]", "concat[1][1].relu", "concat[1]"]


def test_a_false_when_drops_the_step_and_its_from() -> None:
    graph = small("""
        network:
          - {conv: 5, name: a}
          - {conv: 6, name: b}
          - {conv: 7, from: a, when: false, name: c}
          - {conv: 8, from: nowhere, when: 1 > 2}
          - {relu}
    """)
    assert reads(graph, "relu") == ["b"]
    assert shape(graph) == (6, 8, 8)


def test_what_a_dropped_step_named_cannot_be_read() -> None:
    error = refusal("network: [{conv: 5, name: a, when: false}, {relu, from: a}]")
    assert error.message == "`a` was dropped by its `when`"


def test_a_dropped_step_is_not_evaluated() -> None:
    assert names(small("network: [{conv: 1 / 0, when: false}, relu]")) == ["relu"]
    assert names(small("network: [{for: i, in: 1 / 0, do: [relu], when: false}, relu]")) == ["relu"]


def test_conditions_are_booleans_or_numbers() -> None:
    assert names(small("network: [{relu, when: 2}, {gelu, when: 0.0}, tanh]")) == ["relu", "tanh"]
    assert message("network: [{relu, when: '[1]'}]") == "`when` needs true or false, got a list of 1"
    assert message("network: [{relu, when: relu}]") == "`when` needs true or false, but `relu` is a layer"


# 5. Joins


def test_a_join_of_branches() -> None:
    graph = small("network: [{conv: 6}, {concat: [[], relu, {conv: 2}, [{conv: 3}, tanh]]}]")
    assert shape(graph) == (6 + 6 + 2 + 3, 8, 8)
    assert reads(graph, "concat") == ["conv", "concat[1].relu", "concat[2].conv", "concat[3].tanh"]
    assert reads(graph, "concat[3].conv") == ["conv"]


@pytest.mark.parametrize("join", ["add", "multiply", "subtract"])
def test_joins_of_equal_shapes(join: str) -> None:
    assert shape(small(f"network: [{{{join}: [[], [relu], [tanh]]}}]")) == (4, 8, 8)


def test_a_join_from_names() -> None:
    graph = small("network: [{conv: 5, name: a}, {conv: 6, name: b}, {concat, from: [b, a, input]}]")
    assert (reads(graph, "concat"), shape(graph)) == (["b", "a", "input"], (15, 8, 8))


def test_the_branches_of_a_join_with_from_read_that() -> None:
    graph = small(
        "network: [{conv: 5, name: a}, {conv: 6}, {add: [[], relu], from: a}, {conv: 6}, {add, from: [conv, conv_2]}]"
    )
    assert reads(graph, "add") == ["a", "add[1].relu"]


def test_joins_broadcast_axes_of_size_1() -> None:
    assert shape(small("network: [{multiply: [[], global_avgpool]}]")) == (4, 8, 8)
    assert shape(small("network: [{multiply: [global_avgpool, [channel_avgpool]]}]")) == (4, 8, 8)


def test_joins_nest() -> None:
    graph = small("network: [{concat: [[], [{conv: 3}, {add: [[], {concat: [{conv: 1}, {conv: 2}]}]}]]}]")
    assert shape(graph) == (4 + 3, 8, 8)
    assert names(graph)[1:3] == ["concat[1].add[1].concat[0].conv", "concat[1].add[1].concat[1].conv"]


def test_a_join_of_one_output_is_an_error() -> None:
    for step in ("add", "{add, from: [a]}", "{add, from: a}"):
        assert message(f"network: [{{relu, name: a}}, {step}]") == "`add` joins one output with nothing"
    assert message("network: [{add: []}]") == "`add` joins nothing"
    loop = "network: [{for: i, in: range(%d), name: a, do: [{conv: 4}]}, {concat, from: 'a[*]'}]"
    assert shape(small(loop % 1)) == (4, 8, 8)  # all turns of a loop, of which there happens to be one
    assert shape(small(loop % 2)) == (8, 8, 8)


def test_how_a_join_is_written() -> None:
    assert refusal("network: [grid_sample]").hint == (
        "`grid_sample: [[], branch]` joins branches, `{grid_sample, from: [a, b]}` everything that `from` names"
    )
    assert refusal("network: [{deform_conv: 8}]").hint == (
        "`{deform_conv: ..., from: [a, b]}` joins everything that `from` names"
    )


def test_a_join_of_the_turns_before_the_first() -> None:
    error = refusal("network: [{for: i, in: range(2), name: a, do: [{add, from: 'a[*]'}]}]")
    assert error.message == "`add` joins nothing"
    assert error.hint == "a loop has no turns before its first: `when: not first` leaves a step out of that"


FORMS = """
    vars: {deploy: %s, out: %d}
    network:
      - add:
          - {conv: {out, kernel: 3, padding: 1, bias: false}, when: not deploy}
          - {conv: {out, bias: false}, when: not deploy}
          - {batchnorm, when: not deploy and channels == out}
          - {conv: {out, kernel: 3, padding: 1}, when: deploy}
        name: unit
      - {relu, from: unit}
"""


def test_a_when_drops_the_branch_that_it_stands_beside() -> None:
    trained, widened, deployed = (small(FORMS % form) for form in (("false", 4), ("false", 5), ("true", 4)))
    assert reads(trained, "unit") == ["unit[0].conv", "unit[1].conv", "unit[2].batchnorm"]
    assert params(trained) == 4 * 4 * 9 + 4 * 4 + 2 * 4
    assert reads(widened, "unit") == ["unit[0].conv", "unit[1].conv"]
    assert names(deployed) == ["unit[3].conv", "relu"]  # of one branch, the join is that branch
    assert reads(deployed, "relu") == ["unit[3].conv"]
    assert params(deployed) == 4 * 4 * 9 + 4


def test_branches_that_may_be_dropped() -> None:
    kept = small("network: [{conv: 4}, {concat: [[], {relu, when: false}], name: both}, {relu, from: both}]")
    assert reads(kept, "relu") == ["conv"]
    turns = small("network: [{add: [relu, {conv: 4, repeat: 2, when: index > 5}, {conv: 4, repeat: 2, when: first}]}]")
    assert reads(turns, "add") == ["add[0].relu", "add[2].conv[0]"]
    steps = small("network: [{add: [relu, [{conv: 4, when: false}]]}]")  # a list of no steps is the identity
    assert reads(steps, "add") == ["add[0].relu", "input"]


def test_a_dropped_branch_may_read_several_outputs() -> None:
    halves = (
        "network: [{chunk: 2, name: half}, {add: [{relu, from: 'half[0]'}, {relu, from: 'half[1]'}, {relu, when: %s}]}]"
    )
    assert reads(small(halves % "false"), "add") == ["add[0].relu", "add[1].relu"]
    assert message(halves % "true").startswith("`relu` ")


def test_a_join_of_no_branch_that_is_left_is_an_error() -> None:
    error = refusal("network: [{add: [{relu, when: false}, {conv: 4, when: 1 > 2}]}]")
    assert error.message == "`add` joins nothing: `when` dropped every branch"
    assert error.hint == "a `when` that is true, or a branch `[]`, leaves one"
    needed = "`subtract` needs all of its branches, and `when` dropped this one"
    assert message("network: [{subtract: [{relu, when: false}, []]}]") == needed


def test_a_residual_is_an_add() -> None:
    graph = small("network: [{residual: [{conv: 4}, relu]}]")
    assert [layer.type for layer in graph.layers] == ["conv", "relu", "add"]
    assert reads(graph, "residual") == ["residual.relu", "input"]


def test_a_shortcut_is_the_other_path() -> None:
    graph = small("network: [{residual: [{conv: 6}, relu], shortcut: {conv: 6}}]")
    assert reads(graph, "residual") == ["residual.relu", "residual.shortcut.conv"]
    assert reads(graph, "residual.shortcut.conv") == ["input"]
    assert params(graph) == 2 * (4 * 6 + 6)
    assert reads(small("network: [{residual: relu, shortcut: []}]"), "residual") == ["residual.relu", "input"]


def test_a_shortcut_whose_steps_are_dropped_is_the_identity() -> None:
    text = "network: [{residual: [{conv: %d}], shortcut: [{conv: 6, when: channels != 6}]}]"
    assert reads(small("input: [6, 8]\n" + text % 6), "residual") == ["residual.conv", "input"]
    assert reads(small(text % 6), "residual") == ["residual.conv", "residual.shortcut.conv"]


@pytest.mark.parametrize(
    ("skip", "added"), [("true", True), ("false", False), ("channels == 4", True), ("1 > 2", False)]
)
def test_without_its_skip_a_residual_is_its_steps(skip: str, added: bool) -> None:
    graph = small(f"network: [{{residual: [{{conv: 4}}], shortcut: [relu], skip: {skip}}}, tanh]")
    assert ("residual" in names(graph)) is added
    assert reads(graph, "tanh") == ["residual" if added else "residual.conv"]


def test_a_network_of_several_inputs_starts_with_from() -> None:
    assert message("input: {a: [1, 2], b: [1, 2]}\nnetwork: [relu]") == "`relu` has nothing to read"
    error = refusal("input: {a: [1, 2], b: [1, 2]}\nnetwork: [{add: [[], []]}]")
    assert (error.message, error.hint) == ("a branch has nothing to read", "say which input with `from`: a, b")
