"""A file: what each top-level key holds."""

from __future__ import annotations

import pytest

from cnncost.errors import Span
from cnncost.graph.graph import Expectation, Published
from cnncost.language.limits import Limits
from cnncost.language.load import load, loads
from cnncost.language.request import parse_request
from tests.language.small import message, names, node, params, reads, refusal, shape, shapes, small


def test_name_and_source() -> None:
    graph = small("name: lenet\nsource: a paper, Table 1\nnetwork: [relu]")
    assert (graph.name, graph.source) == ("lenet", "a paper, Table 1")


def test_without_a_name_it_is_the_file_s() -> None:
    assert loads("input: [4]\nnetwork: [relu]", "folder/some_net.yaml").name == "some_net"


@pytest.mark.parametrize(
    ("shape", "weights"),
    [  # a 3-wide convolution of 2 to 5 channels: 2 * 5 * 3 ** rank weights
        ("[2, 16000]", 30),
        ("[2, 16, 16]", 90),
        ("[2, 16, 16, 16]", 270),
    ],
)
def test_the_rank_of_the_input_decides_that_of_the_layers(shape: str, weights: int) -> None:
    graph = small(f"input: {shape}\nnetwork: [{{conv: {{out: 5, kernel: 3, bias: false}}}}]")
    assert params(graph) == weights


def test_an_input_without_space_is_flat() -> None:
    assert shape(small("input: [784]\nnetwork: [{linear: 10}]")) == (10,)
    assert shape(small("input: 784\nnetwork: [{linear: 10}]")) == (10,)


def test_an_input_may_be_an_expression() -> None:
    assert shapes(small("vars: {size: 9}\ninput: [3, 2 * size, size // 2]\nnetwork: [relu]")) == [(3, 18, 4)]
    assert shape(small("vars: {s: '[3, 6]'}\ninput: s\nnetwork: [relu]")) == (3, 6)
    assert shape(small("input: [3, 9 / 3]\nnetwork: [relu]")) == (3, 3)  # 3.0 is a whole number


def test_several_inputs_are_named() -> None:
    graph = small("""
        input: {slow: [2, 8], fast: [3, 8]}
        network:
          - {conv: 5, from: slow}
          - {concat, from: [conv, fast]}
    """)
    assert [graph.nodes[number].name for number in graph.inputs] == ["slow", "fast"]
    assert shape(graph) == (8, 8)  # 5 + 3 channels
    assert reads(graph, "concat") == ["conv", "fast"]


def test_one_input_may_have_a_name_and_is_read_first() -> None:
    assert reads(small("input: {image: [3, 8]}\nnetwork: [relu]"), "relu") == ["image"]


def test_the_name_of_an_input_is_taken() -> None:
    graph = small("input: {relu: [3, 8], b: [3, 8]}\nnetwork: [{relu, from: relu}, {add, from: [relu_2, b]}]")
    assert names(graph) == ["relu_2", "add"]
    error = refusal("input: {a: [3, 8], b: [3, 8]}\nnetwork: [{relu, from: a, name: b}, {add, from: [a, b]}]")
    assert (error.message, error.hint) == ("the name `b` is taken", "line 1 uses it already")


def test_variables_are_expressions_over_the_earlier_ones() -> None:
    graph = small("""
        vars:
          base: 8
          width: base * 2
          widths: [base, width, 3 * width]
        network: [{conv: "widths[-1]"}]
    """)
    assert shape(graph) == (48, 8, 8)
    later = "vars: {width: 2 * base, base: 8}\nnetwork: [{conv: width}]"
    assert message(later) == "the variable `base` is defined later, on line 2"


def test_one_line_functions() -> None:
    graph = small("""
        vars:
          width: 1.5
          even(c): 2 * round(c / 2)
          scaled(c, by): even(c * by) + one()
          one(): 1
        network: [{conv: "even(7 * width)"}]
    """)
    assert shape(graph) == (10, 8, 8)  # 10.5 / 2 = 5.25, rounded 5, doubled


def test_a_function_sees_earlier_variables_only() -> None:
    assert shape(small("vars: {a: 3, 'f(x)': x * a}\nnetwork: [{conv: f(2)}]")) == (6, 8, 8)
    assert message("vars: {'f(x)': x * a, a: 3}\nnetwork: [{conv: f(2)}]") == (
        "the variable `a` is defined later, on line 2"
    )
    assert message("vars: {'f(x)': f(x)}\nnetwork: [{conv: f(2)}]") == "the function `f` calls itself"
    assert message("vars: {'f(x)': x * channels}\nnetwork: [{conv: f(2)}]") == (
        "`channels` is known only where a step reads one output"
    )


def test_a_parameter_of_a_function_hides_a_variable() -> None:
    assert shape(small("vars: {a: 100, 'f(a)': a + 1}\nnetwork: [{conv: f(a // 50)}]")) == (3, 8, 8)


SCALED = """
    vars:
      phi: 1
      width: 8 * 2 ** phi
      resolution: 16 * phi
    input: [3, resolution, resolution]
    network: [{conv: width}]
"""


def test_setting_a_variable_sets_what_depends_on_it() -> None:
    assert shape(small(SCALED)) == (16, 16, 16)
    assert shape(small(SCALED, set={"phi": 3})) == (64, 48, 48)
    assert shape(small(SCALED, set={"phi": "1 + 2"})) == (64, 48, 48)


def test_setting_a_variable_that_depends_on_others() -> None:
    assert shape(small(SCALED, set={"width": 5})) == (5, 16, 16)
    assert shape(small(SCALED, set={"width": "5 * phi", "phi": 2})) == (10, 32, 32)


@pytest.mark.parametrize("value", [[2, 7], (2, 7), "[2, 7]", "range(5, 8)", [1.5, 7.0], [[1], 7], "  [7]"])
def test_settings_from_python(value: object) -> None:
    assert shape(small("vars: {x: 0}\nnetwork: [{conv: 'x[-1]'}]", set={"x": value})) == (7, 8, 8)


def test_a_boolean_setting_from_python() -> None:
    text = "vars: {wide: false}\nnetwork: [{conv: 8 if wide else 2}]"
    assert [shape(small(text, set={"wide": value}))[0] for value in (True, False, "true", "not 1")] == [8, 2, 8, 2]


def test_a_setting_may_be_a_layer_or_a_whole_step() -> None:
    text = "vars: {act: relu}\nnetwork: [act]"
    assert [layer.type for layer in small(text, set={"act": "gelu"}).layers] == ["gelu"]
    (layer,) = small(text, set={"act": "{leaky_relu: 0.3}"}).layers
    assert repr(layer.layer) == "leaky_relu(slope=0.3)"


def test_another_input_shape() -> None:
    text = "input: [3, 32, 32]\nnetwork: [{conv: [8, 3]}]"
    assert shape(small(text, input=[3, 16, 16])) == (8, 14, 14)
    assert shape(small(text, input={"input": (1, 16, 8)})) == (8, 14, 6)
    two = "input: {a: [1, 8], b: [2, 8]}\nnetwork: [{concat, from: [a, b]}]"
    assert shape(small(two, input={"b": [5, 8]})) == (6, 8)


def test_outputs_are_the_last_step_or_those_named() -> None:
    steps = "network: [{conv: 5, name: a}, {conv: 6, name: b}, {conv: 7}]\n"
    assert shape(small(steps)) == (7, 8, 8)
    graph = small(steps + "outputs: [conv, a]")
    assert [graph.nodes[number].name for number in graph.outputs] == ["conv", "a"]
    graph = small(
        "network: [{for: i, in: range(3), name: level, do: [{conv: 4 + i, name: map}]}]\noutputs: ['level[*].map']"
    )
    assert [graph.nodes[number].y.channels for number in graph.outputs] == [4, 5, 6]


HEADS = """
    vars: {head: true}
    network:
      - {conv: 5, name: stem}
      - {conv: 6, name: main}
      - {conv: 7, from: stem, name: aux, when: head}
      - {relu, from: aux, name: aux_relu, when: head}
    outputs: [main]
    auxiliary: [aux_relu]
"""


def test_auxiliary_outputs_count_parameters_and_run_in_training_only() -> None:
    graph = small(HEADS)
    assert params(graph) == (4 * 5 + 5) + (5 * 6 + 6) + (5 * 7 + 7)
    assert {layer.name: layer.auxiliary for layer in graph.layers} == {
        "stem": False,
        "main": False,
        "aux": True,
        "aux_relu": True,
    }
    assert [graph.nodes[number].name for number in graph.auxiliary] == ["aux_relu"]


def test_an_output_whose_step_was_dropped_is_dropped_too() -> None:
    graph = small(HEADS, set={"head": False})
    assert (names(graph), graph.auxiliary) == (["stem", "main"], ())
    graph = small("network: [{conv: 5, name: a, when: false}, {conv: 6, name: b}]\noutputs: [a, b]")
    assert shape(graph) == (6, 8, 8)


def test_an_output_of_two_steps_with_one_name_is_the_one_that_was_kept() -> None:
    text = "vars: {big: %s}\nnetwork: [{conv: 5, name: x, when: not big}, {conv: 6, name: x, when: big}]\noutputs: [x]"
    assert shape(small(text % "true")) == (6, 8, 8)
    assert shape(small(text % "false")) == (5, 8, 8)


VARIANTS = """
    name: net
    source: the paper
    vars: {width: 8, depth: 2}
    network: [{conv: width, repeat: depth}]
    expect: {params: 112}
    variants:
      wide: {set: {width: 16}, expect: {params: 352, macs: 5, source: the table}}
      deep: {set: {depth: 1 + 2}}
"""


def test_variants_are_named_settings() -> None:
    # 1x1 convolutions with bias: 4 * 8 + 8 = 40, 8 * 8 + 8 = 72; 4 * 16 + 16 = 80, 16 * 16 + 16 = 272
    graph = small(VARIANTS)
    assert (graph.name, params(graph), graph.expect) == ("net", 112, Expectation(params=112))
    graph = small(VARIANTS, variant="wide")
    assert (graph.name, params(graph)) == ("wide", 352)
    assert graph.expect == Expectation(params=352, macs=5, source="the table")
    graph = small(VARIANTS, variant="deep")
    assert (params(graph), graph.expect, graph.source) == (184, None, "the paper")


def test_a_setting_goes_before_that_of_a_variant_and_drops_the_expected_figures() -> None:
    graph = small(VARIANTS, variant="wide", set={"width": 4})
    assert (params(graph), graph.expect) == (40, None)
    assert small(VARIANTS, input=[4, 2, 2]).expect is None


PUBLISHED = """
    name: net
    year: 1998
    network: [{conv: 8}]
    published:
      - {source: a book, params: 61K, flops: 0.7M}
      - {source: the paper, params: 61706, accuracy: 99.05, metric: MNIST top-1, note: "rounded, twice"}
    variants:
      late: {year: 2000, published: {source: a note, accuracy: 70}}
      silent: {}
"""


def test_what_others_print_keeps_its_digits() -> None:
    graph = small(PUBLISHED)
    book, paper = graph.published
    assert (book.params, book.flops, book.accuracy, book.metric) == ("61K", "0.7M", None, "ImageNet top-1")
    assert (paper.source, paper.params, paper.accuracy, paper.metric) == ("the paper", "61706", 99.05, "MNIST top-1")
    assert (book.note, paper.note) == (None, "rounded, twice")
    assert graph.year == 1998


def test_what_others_print_of_a_variant_is_of_the_variant_alone() -> None:
    late, silent = small(PUBLISHED, variant="late"), small(PUBLISHED, variant="silent")
    assert (late.year, late.published) == (2000, (Published("a note", accuracy=70.0),))
    assert (silent.year, silent.published) == (1998, ())


def test_what_others_print_is_of_no_other_settings() -> None:
    graph = small(PUBLISHED, input=[4, 2, 2])
    assert (graph.year, graph.published) == (1998, ())


def test_a_variant_is_found_by_its_name_like_a_spec_of_its_own() -> None:
    graph = load("resnet101", set={"classes": 10}, input=[3, 64, 64])
    assert (graph.name, graph.nodes[-1].y.dims) == ("resnet101", (10,))
    assert load("resnet50@resnet101").name == "resnet101"
    assert load("resnet50@depths=[1,1,1,1]; classes = 10").nodes[-1].y.dims == (10,)


def test_settings_behind_an_at_sign() -> None:
    assert parse_request("a.yaml") == ("a.yaml", None, {})
    assert parse_request("net@deep;x=[1,2];y=a == 1") == ("net", "deep", {"x": "[1,2]", "y": "a == 1"})


def test_what_nothing_uses_is_a_warning() -> None:
    graph = small("""
        vars: {used: 8, idle: 3}
        blocks:
          never(x): [{conv: x}]
        network: [{conv: used}]
    """)
    assert graph.warnings == (
        "the variable `idle` on line 2 is used by nothing",
        "the block `never` on line 4 is used by nothing",
    )
    assert small("vars: {a: 1, b: a}\ninput: [b, 2]\nnetwork: [relu]").warnings == ()


def test_a_step_that_nothing_reads_is_an_error() -> None:
    text = "network: [{conv: 5, name: a}, {conv: 6, from: input, name: b}]"
    error = refusal(text)
    assert (error.message, error.hint) == ("nothing reads the step `a`", "remove it, or name it under `outputs`")
    assert len(small(text + "\noutputs: [b, a]").layers) == 2
    # the end of the path that leads nowhere is where something is missing
    assert (
        message("network: [{conv: 5, name: a}, {relu, name: b}, {conv: 6, from: input}]")
        == "nothing reads the step `b`"
    )
    assert message("input: {a: [1, 2], b: [1, 2]}\nnetwork: [{relu, from: a}]") == "nothing reads the input `b`"


def test_the_limit_on_layers_can_be_raised() -> None:
    text = "network: [{relu, repeat: 10}]"
    assert message(text, limits=Limits(nodes=9)) == "more than 9 layers"
    assert len(small(text, limits=Limits(nodes=10)).layers) == 10


def test_a_byte_order_mark_is_passed_over() -> None:
    assert loads(b"\xef\xbb\xbfinput: [4]\nnetwork: [relu]").nodes[-1].y.dims == (4,)


def test_every_node_knows_its_place() -> None:
    graph = small("""
        blocks:
          twice(): [{residual: [relu]}]
        network:
          - {for: i, in: range(2), name: stage, do: [twice]}
    """)
    added = node(graph, "stage[1].twice.residual")
    assert [tuple(container) for container in added.containers] == [("stage[1]", "for"), ("twice", "twice")]
    assert isinstance(added.origin, Span)
    assert (added.origin.line, added.origin.column) == (3, 14)
    inside = node(graph, "stage[1].twice.residual.relu")
    assert inside.containers[-1] == ("residual", "residual")
