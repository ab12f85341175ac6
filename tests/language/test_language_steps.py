"""A step, rules 1 to 3: arguments, expressions, scope."""

from __future__ import annotations

import pytest

from tests.language.small import below_carets, message, names, node, params, reads, refusal, shape, shapes, small

# 1. Arguments


@pytest.mark.parametrize(
    "step",
    [
        "conv: 6",
        "conv: [6]",
        "conv: {out: 6}",
        "{conv: {out}}",
        "{conv: {out: }}",
        "conv: out",
        'conv: "6"',
        "conv: 6.0",
        "conv: 0x6",
    ],
)
def test_one_argument_in_every_form(step: str) -> None:
    graph = small(f"vars: {{out: 6}}\nnetwork: [{step}]")
    assert (shape(graph), params(graph)) == ((6, 8, 8), 4 * 6 + 6)


@pytest.mark.parametrize(
    "step",
    [
        "conv: [6, 3, 2, 1, 1, 2, false]",
        "conv: {out: 6, kernel: 3, stride: 2, padding: 1, dilation: 1, groups: 2, bias: false}",
        "conv: {bias: false, groups: 2, padding: 1, stride: 2, kernel: 3, out: 6}",
        "conv: {out, kernel, stride: 2, padding: kernel // 2, groups: 2, bias}",
    ],
)
def test_arguments_by_position_and_by_name(step: str) -> None:
    graph = small(f"vars: {{out: 6, kernel: 3, bias: false}}\nnetwork: [{step}]")
    # (8 + 2 - 3) // 2 + 1 = 4; 6 filters over 4 / 2 channels, 3 x 3
    assert (shape(graph), params(graph)) == ((6, 4, 4), 6 * 2 * 9)


def test_a_bare_name_is_a_step_without_arguments() -> None:
    graph = small("network: [relu, {relu: }, {relu, name: x}, {name: y, relu: }, relu: {}]")
    assert names(graph) == ["relu", "relu_2", "x", "y", "relu_3"]


def test_a_network_may_be_one_step() -> None:
    assert shape(small("network: relu")) == (4, 8, 8)
    assert shape(small("network: {conv: 6}")) == (6, 8, 8)


def test_blocks_take_arguments_as_layers_do() -> None:
    text = """
        vars: {out: 6, kernel: 3}
        blocks:
          conv_pad(out, kernel=1, stride=1): [{conv: {out, kernel, stride, padding: kernel // 2}}]
        network: [%s]
    """
    for step in (
        "conv_pad: [6, 3]",
        "conv_pad: {out: 6, kernel: 3}",
        "conv_pad: {out, kernel}",
        "conv_pad: [out, 9 // 3]",
    ):
        assert shape(small(text % step)) == (6, 8, 8)
    for step in ("conv_pad: 6", "conv_pad: [6]", "conv_pad: out", "{conv_pad: {out}}"):
        assert params(small(text % step)) == 4 * 6 + 6


def test_a_single_parameter_takes_a_list_whole() -> None:
    assert names(small("network: [{split: [1, 3]}, concat]")) == ["split[0]", "split[1]", "concat"]
    assert shape(small("network: [{adaptive_avgpool: [2, 3]}]")) == (4, 2, 3)
    assert shape(small("network: [{reshape: [16, 4, 4]}]")) == (16, 4, 4)
    text = "blocks: {b(sizes): [{conv: {out: 1, kernel: sizes}}]}\nnetwork: [{b: [3, 1]}]"
    assert shape(small(text)) == (1, 6, 8)


def test_a_list_of_one_is_the_only_parameter_unless_that_is_a_list() -> None:
    assert (
        node(small("network: [{dropout: [0.25]}]"), "dropout").layer
        == node(small("network: [{dropout: 0.25}]"), "dropout").layer
    )
    assert params(small("blocks: {b(width): [{conv: width}]}\nnetwork: [{b: [6]}]")) == 4 * 6 + 6
    assert names(small("network: [{chunk: [2]}, concat]")) == ["chunk[0]", "chunk[1]", "concat"]
    assert shape(small("network: [{pixel_shuffle: [2]}]")) == (1, 16, 16)
    assert shape(small("network: [{adaptive_avgpool: [2]}]")) == (4, 2, 2)
    assert shape(small("network: [{pad: [1]}]")) == (4, 10, 10)
    assert shape(small("input: [4, 8]\nnetwork: [{pad: [[1, 0]]}]")) == (4, 9)
    assert names(small("network: [{split: [4], name: a}, {relu, from: 'a[0]'}]")) == ["a[0]", "relu"]
    lists = "blocks: {'b(rows=[1])': [{for: row, in: rows, do: [{conv: row}]}]}\nnetwork: [{b: %s}]"
    assert [len(small(lists % rows).layers) for rows in ("[5]", "[5, 6]", "{rows: [5, 6, 7]}")] == [1, 2, 3]


def test_more_arguments_than_the_one_parameter() -> None:
    assert message("network: [{stochastic_depth: [0.5, 0.1]}]") == "`stochastic_depth` takes 1 argument, not 2"
    assert message("network: [{dropout: [[0.5]]}]") == "`p` must be a number from 0 to 1, not [0.5]"


@pytest.mark.parametrize("nothing", ["", "null", "~", "Null", "NULL"])
def test_null_is_no_argument(nothing: str) -> None:
    text = "blocks: {b(out=6): [{conv: out}], c(): relu}\nvars: {act: relu}\nnetwork: [{%s: %s}]"
    for callee in ("relu", "dropout", "global_avgpool", "act", "b", "c", "batchnorm", "leaky_relu"):
        assert shapes(small(text % (callee, nothing))) == shapes(small(text % (callee, "{}")))
    assert message(text % ("conv", nothing)) == message("network: [conv]") == "`conv` needs `out`, output channels"
    assert message(text % ("add", nothing)) == "`add` joins one output with nothing"
    assert message(f"blocks: {{b(out): [{{conv: out}}]}}\nnetwork: [{{b: {nothing}}}]") == "`b` needs `out`"
    assert message("network: [{gelu: 'null'}]") == "`gelu` takes no arguments"


def test_a_list_within_a_list_is_one_argument() -> None:
    assert shape(small("network: [{conv: [6, [3, 1], [1, 2]]}]")) == (6, 6, 4)


# 2. Expressions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7", 7),
        ("a + b * 2 - 1", 8),
        ("2 ** a", 8),
        ("(a + b) % 4", 2),
        ("10 / 5", 2),
        ("7 // 2", 3),
        ("1 if a < b else 2", 2),
        ("5 if a == 3 and not b == 4 else 6", 5),
        ("rows[1][0]", 30),
        ("rows[-1][-1]", 40),
        ("len(rows) + sum([1, 2]) + max(1, 2) + min(3, 4) + abs(-1)", 11),
        ("round(2.4) + floor(1.9) + ceil(1.1) + sqrt(16)", 9),
        ("range(5)[-1] + zip([1], [2])[0][1]", 6),
        ("make_divisible(11 * 1.5, 8)", 16),
        ("make_divisible(11, 8)", 16),  # 8 is below 90% of 11
        ("f(a, 1)", 4),
        ("channels + 1", 5),
    ],
)
def test_expressions_in_an_argument(expression: str, value: int) -> None:
    text = "vars: {a: 3, b: 3, rows: [[1, 2], [30, 40]], 'f(x, y)': x + y}\nnetwork: [{conv: {out: \"%s\"}}]"
    assert shape(small(text % expression)) == (value, 8, 8)


def test_expressions_in_every_position() -> None:
    graph = small("""
        vars: {n: 2}
        input: [2 * n, 4 * n, 4 ** 2 / n]
        blocks:
          grow(by, out=channels * by): [{conv: out}]
        network:
          - {grow: n + 1, repeat: n - 1, when: n > 1, trainable: n < 0}
          - for: [i, name]
            in: zip(range(n), range(n))
            name: level
            do: [{conv: 4 + i, name: map}]
          - {concat, from: ["level[n - 1].map", "level[n - 2].map", "level[-n].map"]}
          - {residual: [relu], skip: n == 3}
          - {dropout: 1 / n}
    """)
    assert params(graph) == (4 * 12 + 12) + (12 * 4 + 4) + (4 * 5 + 5)
    assert [layer.trainable for layer in graph.layers[:2]] == [False, True]
    assert reads(graph, "concat") == ["level[1].map", "level[0].map", "level[0].map"]
    assert repr(node(graph, "dropout").layer) == "dropout(p=0.5)"
    assert [layer.type for layer in graph.layers[-2:]] == ["relu", "dropout"]


def test_arithmetic_works_element_by_element() -> None:
    text = """
        blocks:
          same(kernel): [{conv: {out: 4, kernel, padding: kernel // 2}}]
        network: [{same: %s}]
    """
    for kernel in ("[1, 7]", "3", "[5, 1]"):
        assert shape(small(text % kernel)) == (4, 8, 8)


def test_lists_of_the_same_length_are_combined_pairwise() -> None:
    assert shape(small("vars: {k: [1, 3]}\nnetwork: [{conv: {out: 4, kernel: 'k + [1, 2]'}}]")) == (4, 7, 4)


def test_an_enum_stays_literal() -> None:
    graph = small("vars: {bilinear: 3}\nnetwork: [{upsample: {scale: 2, mode: bilinear}}]")
    assert "mode='bilinear'" in repr(graph.layers[0].layer)
    error = refusal("vars: {m: \"'bilinear'\"}\nnetwork: [{upsample: {scale: 2, mode: m}}]")
    assert (
        error.message
        == '`mode` must be one of `nearest`, `linear`, `bilinear`, `trilinear`, `bicubic`, not the text "m"'
    )


def test_an_enum_takes_a_name_alone() -> None:
    graph = small("vars: {mode: \"'bilinear'\"}\nnetwork: [{upsample: {scale: 2, mode}}]")
    assert "mode='bilinear'" in repr(graph.layers[0].layer)


def test_same_is_a_word_of_padding() -> None:
    # ceil(8 / 3) = 3
    assert shape(small("network: [{conv: {out: 4, kernel: 5, stride: 3, padding: same}}]")) == (4, 3, 3)
    text = "blocks: {b(padding='same'): [{conv: {out: 4, kernel: 5, stride: 3, padding}}]}\nnetwork: [b]"
    assert shape(small(text)) == (4, 3, 3)
    assert message("blocks: {b(padding=same): [{conv: {out: 4, padding}}]}\nnetwork: [b]") == (
        "`same` is a word of `padding`, not a name"
    )


@pytest.mark.parametrize(
    "step",
    ["avgpool: {kernel: 3, padding: same}", "conv_transpose: [8, 3, 1, same]", "unfold: {kernel: 3, padding: same}"],
)
def test_paddings_that_are_no_words(step: str) -> None:
    error = refusal(f"network: [{{{step}}}]")
    assert error.message.endswith('or a [before, after] pair per axis, not the text "same"')
    assert error.hint is not None
    assert error.hint.startswith("`same` is a padding of `conv` and `maxpool`")
    assert below_carets(error) == "same"
    assert shape(small("vars: {same: 1}\nnetwork: [{avgpool: {kernel: 3, stride: 1, padding: same}}]")) == (4, 8, 8)


def test_a_list_where_a_step_is_named() -> None:
    error = refusal("network: [{upsample: [2, 2, 2]}]")
    assert error.message == "`like` needs the name of a step, not a number"
    assert error.hint == "a list gives the parameters in order; one value per axis is `{size: [28, 28]}`"
    assert shape(small("network: [{upsample: {size: [2, 3]}}]")) == (4, 2, 3)
    assert message("network: [{max_unpool: 2}]") == "`pool` needs the name of a step, not a number"


def test_axes_that_are_counted_from_behind() -> None:
    for step in ("softmax: {axis: -1}", "mean: -1", "mean: [-1, 0]", "split: {sizes: [2, 2], axis: -1}"):
        assert refusal(f"network: [{{{step}}}]").hint == (
            "axes are not counted from behind: the last one of tokens is `channels`, that of an image 1"
        )
    assert refusal("network: [{softmax: {axis: 2}}]").hint is None


def test_booleans_take_expressions() -> None:
    text = "vars: {norm: %s}\nnetwork: [{conv: {out: 4, bias: not norm}}]"
    assert params(small(text % "true")) == 16
    assert params(small(text % "false")) == 20
    assert message("network: [{conv: {out: 4, bias: 1}}]") == "`bias` must be true or false, not 1"


CONV_ACT = """
    blocks:
      conv_act(out, act=relu): [{conv: out}, act]
    network: [%s]
"""


def test_a_layer_is_a_value() -> None:
    assert [layer.type for layer in small(CONV_ACT % "conv_act: 4, conv_act: [4, silu]").layers] == [
        "conv",
        "relu",
        "conv",
        "silu",
    ]


def test_a_block_is_a_value() -> None:
    graph = small("""
        blocks:
          a(out): [{conv: out}]
          b(unit, out): [{unit: out}, {unit: {out}}]
        network: [{b: [a, 6]}, {b: {unit: conv, out: 5}}]
    """)
    assert names(graph) == ["b.a.conv", "b.a_2.conv", "b_2.conv", "b_2.conv_2"]
    assert shapes(graph) == [(6, 8, 8), (6, 8, 8), (5, 8, 8), (5, 8, 8)]


def test_a_value_takes_arguments_where_it_is_called() -> None:
    graph = small("vars: {act: leaky_relu}\nnetwork: [{act: 0.2}, act, {act: {slope: 0.3}}]")
    written = ["leaky_relu(slope=0.2)", "leaky_relu()", "leaky_relu(slope=0.3)"]
    assert [repr(layer.layer) for layer in graph.layers] == written


def test_a_whole_step_is_a_value() -> None:
    graph = small(CONV_ACT % "conv_act: [4, {leaky_relu: 0.1}], conv_act: {out: 4, act: {leaky_relu: {slope: 0.2}}}")
    assert [repr(layer.layer) for layer in graph.layers[1::2]] == [
        "leaky_relu(slope=0.1)",
        "leaky_relu(slope=0.2)",
    ]
    assert names(graph)[1] == "conv_act.leaky_relu"


def test_a_whole_step_sees_what_it_saw_where_it_was_written() -> None:
    graph = small("""
        vars: {slope: 0.5}
        blocks:
          outer(slope): [{inner: [{leaky_relu: slope}, 0.9]}]
          inner(act, slope): [{conv: 3}, act, {leaky_relu: slope}]
        network: [{outer: 0.1}]
    """)
    assert [repr(layer.layer) for layer in graph.layers[1:]] == [
        "leaky_relu(slope=0.1)",
        "leaky_relu(slope=0.9)",
    ]


def test_the_channels_of_a_whole_step_are_those_where_it_stands() -> None:
    graph = small("blocks: {b(unit): [{conv: 6}, unit]}\nnetwork: [{b: {unit: {conv: 2 * channels}}}]")
    assert shape(graph) == (12, 8, 8)


def test_a_whole_step_handed_on_is_the_same_step() -> None:
    graph = small("""
        blocks:
          outer(act): [{inner: {act: {act: }}}, {inner: {act}}, {inner: act}]
          inner(act): [act]
        network: [{outer: {act: {leaky_relu: 0.1}}}]
    """)
    assert [repr(layer.layer) for layer in graph.layers] == ["leaky_relu(slope=0.1)"] * 3


def test_variables_hold_layers_and_steps() -> None:
    graph = small(
        "vars: {act: gelu, drop: {dropout: 0.1}, acts: [relu, act]}\nnetwork: [act, drop, {for: a, in: acts, do: a}]"
    )
    assert [layer.type for layer in graph.layers] == ["gelu", "dropout", "relu", "gelu"]
    assert message("vars: {act: 3}\nnetwork: [act]") == "`act` is a variable that holds no layer, block or step"


# 3. Container


def test_a_block_sees_nothing_of_its_caller() -> None:
    inner = "blocks: {inner(): [{conv: %s}], outer(width): [{inner: }]}\nnetwork: [{outer: 6}]"
    assert message(inner % "width") == "unknown name `width`"
    assert message("blocks: {b(): [{conv: i}]}\nnetwork: [{for: i, in: [3], do: [b]}]") == "unknown name `i`"
    loop = "blocks: {b(): [{conv: %s}]}\nnetwork: [{b, repeat: 2}]"
    for name in ("index", "first", "last"):
        assert message(loop % name) == f"`{name}` is known only inside a loop or beside a `repeat`"


def test_a_block_sees_no_step_of_its_caller() -> None:
    error = refusal("blocks: {b(): [{relu, from: stem}]}\nnetwork: [{conv: 4, name: stem}, b]")
    assert error.message == "no step is named `stem`"
    assert error.hint == "a block sees the steps inside it, none of its caller's"


def test_a_block_sees_its_parameters_and_the_variables() -> None:
    graph = small("""
        vars: {base: 3, width: 100}
        blocks: {b(width): [{conv: base * width * channels}]}
        network: [{b: 2}]
    """)
    assert shape(graph) == (3 * 2 * 4, 8, 8)


def test_arguments_see_what_the_call_sees() -> None:
    graph = small(
        "blocks: {b(width): [{conv: 6}, {c: width}], c(width): [{conv: width + channels}]}\nnetwork: [{b: channels}]"
    )
    assert shape(graph) == (4 + 6, 8, 8)


def test_a_default_may_use_channels_and_the_parameters_before_it() -> None:
    graph = small("""
        blocks:
          b(a, out=channels * a, half=out // 2): [{conv: out}, {conv: half}]
        network: [{b: 3}, {b: [5, 7]}]
    """)
    assert [dims[0] for dims in shapes(graph)] == [12, 6, 7, 3]


def test_channels_are_those_of_the_current_input() -> None:
    graph = small("""
        network:
          - {conv: 6, name: stem}
          - {conv: channels + 2, repeat: 2}                      # 8, 10
          - {conv: 3, repeat: channels // 10}                    # once
          - {conv: 5, when: channels == 3}                       # 5
          - {conv: 8, from: stem, when: channels == 6, name: six}
          - {residual: [{conv: 2}, {conv: channels * 4}], skip: channels == 8}
          - {concat: [[{conv: channels + 1}], [{conv: 1}, {conv: channels + 1}]]}   # 9 + 2
          - {for: i, in: range(channels - 9), do: [{conv: channels + 1}]}           # 12, 13
          - {conv: 4, trainable: channels != 13}
        outputs: [conv_3, conv_4]
    """)
    assert [dims[0] for dims in shapes(graph)] == [6, 8, 10, 3, 5, 8, 2, 8, 8, 9, 1, 2, 11, 12, 13, 4]
    assert reads(graph, "six") == ["stem"]
    assert [layer.name for layer in graph.layers if not layer.trainable] == ["conv_4"]


def test_sizes_are_those_of_the_current_input() -> None:
    graph = small("""
        input: [4, 6, 10]
        blocks:
          halve(kernel=[2, spatial[1] // 5]): [{avgpool: kernel}, {conv: "spatial[0] * 10 + spatial[1]"}]
        network:
          - halve                                                       # [2, 2] of 6 x 10: 3 x 5, 35 channels
          - {conv: positions, name: a}                                  # 15
          - {conv: "positions + spatial[-1] + index", repeat: 2}        # 20, 21
          - {relu, when: "spatial == [3, 5] and positions == 15"}
          - {upsample: {size: 2 * spatial}}                             # 6 x 10
          - {concat: [[], {conv: len(spatial)}]}                        # 21 + 2
          - {conv: positions, from: a}                                  # of a: 15
          - {avgpool: {kernel: spatial}, name: b}
        outputs: [concat, b]
    """)
    kinds = [layer.type for layer in graph.layers]
    assert [dims for dims, kind in zip(shapes(graph), kinds, strict=True) if kind == "conv"] == [
        (35, 3, 5),
        (15, 3, 5),
        (20, 3, 5),
        (21, 3, 5),
        (2, 6, 10),
        (15, 3, 5),
    ]
    assert (node(graph, "concat").y.dims, node(graph, "b").y.dims) == ((23, 6, 10), (15, 1, 1))
    assert "relu" in kinds


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("input: [5, 7]\nnetwork: [{conv: 10 * len(spatial) + positions}]", 17),  # one axis of 7
        ("input: [5, 2, 3, 4]\nnetwork: [{conv: 100 * len(spatial) + positions}]", 324),  # three, 2 * 3 * 4
        ("input: [5, 2, 3]\nnetwork: [patch_tokens, {linear: 100 * len(spatial) + positions}]", 106),  # six tokens
        ("input: [5, 2, 3]\nnetwork: [flatten, {linear: 100 * len(spatial) + positions}]", 1),  # no axis, 1 position
        ("input: 5\nnetwork: [{linear: positions}]", 1),
    ],
)
def test_sizes_of_signals_volumes_tokens_and_flat_tensors(text: str, out: int) -> None:
    assert small(text).nodes[-1].y.channels == out


@pytest.mark.parametrize("name", ["channels", "spatial", "positions"])
def test_sizes_are_known_where_a_step_reads_one_output(name: str) -> None:
    known = f"`{name}` is known only where a step reads one output"
    assert message(f"vars: {{a: {name}}}\nnetwork: [{{conv: a}}]") == known
    assert message(f"vars: {{f(x): x * {name}}}\nnetwork: [{{conv: f(2)}}]") == known
    assert message(f"network: [{{chunk: 2}}, {{concat, when: {name} == 4}}]") == known
    assert (
        message(f"vars: {{{name}: 3}}\nnetwork: [relu]") == f"`{name}` is a reserved word, not the name of a variable"
    )


def test_a_head_follows_the_input() -> None:
    """YOLO's head at one scale: 3 anchors of 5 + 80 numbers at every position."""
    text = """
        input: [3, 64, 96]
        network:
          - {conv: {out: 8, kernel: 3, stride: 32, padding: 1}}
          - conv: 3 * 85
          - reshape: [3, 85, positions]
          - permute: [1, 0, 2]
          - reshape: [85, -1]
    """
    assert shapes(small(text))[1:] == [(255, 2, 3), (3, 85, 6), (85, 3, 6), (85, 18)]
    assert shapes(small(text, input=[3, 416, 416]))[1:] == [(255, 13, 13), (3, 85, 169), (85, 3, 169), (85, 507)]


def test_one_number_of_a_reshape_is_what_is_left() -> None:
    reshape = "input: [6, 4, 5]\nnetwork: [{reshape: %s}]"
    for size, dims in (("[-1]", (120,)), ("-1", (120,)), ("[2, -1]", (2, 60)), ("[-1, 3, 8]", (5, 3, 8))):
        graph = small(reshape % size)
        assert (shape(graph), graph.layers[0].layer.size) == (dims, dims)
    assert shape(small("input: [6, 4, 5]\nnetwork: [{reshape: [positions, -1, channels]}]")) == (20, 1, 6)
    assert message(reshape % "[7, -1]") == (
        "cannot reshape [6, 4, 5], 120 elements, to [7, -1]: 7 does not divide them"
    )
    assert message(reshape % "[240, -1]") == (
        "cannot reshape [6, 4, 5], 120 elements, to [240, -1]: 240 does not divide them"
    )
    assert message(reshape % "[-1, 2, -1]") == "`size` leaves 2 numbers open, and one can be found"
    assert message(reshape % "[-2, 60]") == "`size` must be a list of whole numbers of at least 1, not [-2, 60]"
    assert (
        message("network: [{split: [-1, 3]}]") == "`sizes` must be a list of whole numbers of at least 1, not [-1, 3]"
    )
