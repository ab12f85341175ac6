"""Layers that a spec defines itself: what a definition may say, and what is refused, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import analyze
from cnncost.layers import Operations
from tests.language.small import below_carets, message, names, params, refusal, shape, small

if TYPE_CHECKING:
    from cnncost.graph.graph import Node


def own(said: str, call: str = "own", signature: str = "own", **more: str) -> Node:
    """The last node of 4 channels of 8 x 8 and a layer of one's own."""
    return small(definition(said, call, signature, **more)).nodes[-1]


def definition(said: str, call: str = "own", signature: str = "own", extra: str = "") -> str:
    """A spec whose only step is a layer of its own."""
    lines = "\n".join(f"    {line}" for line in said.splitlines())
    return f"layers:\n  {signature}:\n{lines}\nnetwork: [{call}]\n{extra}"


@pytest.mark.parametrize(
    ("output", "dims"),
    [
        ("input", (4, 8, 8)),
        ("[channels, spatial]", (4, 8, 8)),
        ("[2 * channels, spatial // 2]", (8, 4, 4)),
        ("[channels, 3, 5]", (4, 3, 5)),
        ("[channels, positions]", (4, 64)),
        ("[channels]", (4,)),
        ("10", (10,)),
        ("channels * positions", (256,)),
        ("[16, 'spatial[0]', 'spatial[1] - 1']", (16, 8, 7)),
    ],
)
def test_the_output_is_a_shape_with_channels_first(output: str, dims: tuple[int, ...]) -> None:
    assert own(f"output: {output}").y.dims == dims


def test_tokens_stay_tokens_and_their_channels_are_named_first() -> None:
    graph = small("""
        layers: {pool: {output: "[channels, positions // 2]"}}
        network: [patch_tokens, pool]
        """)
    assert shape(graph) == (32, 4)  # 64 tokens of 4 channels before it


def test_expressions_see_arguments_variables_and_both_sizes() -> None:
    node = own(
        "output: [out, spatial // stride]\n"
        "parameters: twice(out) * channels + base\n"
        "buffers: {statistics: out, counters: 1, weights: positions}\n"
        "operations: {mac: output_positions * output_channels, exp: 'output_spatial[0] + spatial[0]'}\n"
        "gradient_macs: {weights: 3, inner: 2, inputs: 1}\n"
        "kept: 7 * out",
        call="{own: {out: 6, stride: 2}}",
        signature="own(out, stride=1)",
        extra="vars: {base: 5, twice(n): 2 * n}",
    )
    assert node.parameters() == 2 * 6 * 4 + 5
    assert node.buffers() == (6, 1, 64)
    assert node.operations() == Operations(mac=16 * 6, exp=4 + 8)
    assert node.layer.gradient_macs(*node.xs, y=node.y) == (3, 2, 1)
    assert node.layer.arguments == {"out": 6, "stride": 2}
    assert node.layer.unsaid == {"reach"}


def test_a_default_sees_the_input() -> None:
    assert own("output: [out, spatial]", signature="own(out=2 * channels)").y.dims == (8, 8, 8)


def test_what_is_not_said_is_named() -> None:
    assert own("output: input").layer.unsaid == {
        *("parameters", "buffers", "operations", "gradient_macs", "reach", "kept"),
    }


def test_tensors_that_are_kept_may_be_listed() -> None:
    kept = own("output: input\nkept: [channels, 2 * positions]").layer
    assert kept.call.said.kept == 4 + 2 * 64
    assert kept.texts["kept"] == ("channels + 2 * positions", "4 + 2 * 64")


def test_gradients_of_nothing_are_nothing() -> None:
    assert "gradient_macs" not in own("output: input\noperations: {exp: positions}").layer.unsaid
    assert "gradient_macs" in own("output: input\noperations: {mac: positions}").layer.unsaid


def test_it_is_called_repeated_shared_frozen_and_dropped_like_any_layer() -> None:
    graph = small("""
        layers:
          gate(factor=1): {output: input, parameters: factor * channels, buffers: 0, operations: {}, window: point}
        blocks:
          unit(act): [{conv: 4}, act]
        vars: {soft: {gate: 2}}
        network:
          - {gate, name: gated}
          - {gate: 3, repeat: 2, when: not first}
          - {gate: [1], share: gated}
          - {gate, trainable: false}
          - unit: gate
          - unit: soft
          - {gate, when: false}
        """)
    assert names(graph) == [
        "gated",
        "gate[1]",
        "gate_2",
        "gate_3",
        "unit.conv",
        "unit.gate",
        "unit_2.conv",
        "unit_2.gate",
    ]
    assert [node.parameters() for node in graph.layers if node.type == "gate"] == [4, 12, 4, 4, 4, 8]
    assert [node.trainable for node in graph.layers[:4]] == [True, True, True, False]
    assert graph.layers[2].weights == graph.layers[0].id


def test_weights_are_shared_between_inputs_of_unlike_size() -> None:
    graph = small("""
        layers: {gate: {output: input, parameters: channels}}
        network: [{gate, name: gated}, {maxpool: 2}, {gate, share: gated}]
        """)
    assert graph.layers[2].weights == graph.layers[0].id
    assert message("""
        layers: {gate(n): {output: input, parameters: channels}}
        network: [{gate: 1, name: gated}, {gate: 2, share: gated}]
        """) == "`gated` and `gate` cannot share weights"  # fmt: skip


def test_a_layer_that_nothing_uses_is_a_warning() -> None:
    graph = small("layers: {gate: {output: input}}\nnetwork: [relu]")
    assert graph.warnings == ("the layer `gate` on line 2 is used by nothing",)


@pytest.mark.parametrize(
    ("said", "wrong", "carets"),
    [
        ("outptu: input", "a layer has no key `outptu`; did you mean `output`?", "outptu"),
        ("parameters: 3", "the layer `own` does not say its `output`", "own"),
        ("output:", "`output` is empty", "output"),
        ("output: [channels, 0]", "a dimension of `output` reaches zero: [4, 0]", "[channels, 0]"),
        ("output: [channels, spatial - 9]", "`output` must not be negative, and this is -1", "[channels, spatial - 9]"),
        (
            "output: [channels, spatial / 3]",
            "`output` must be a whole number, and this is 2.66667",
            "[channels, spatial / 3]",
        ),
        (
            "output: output_channels",
            "`output_channels` is known only under `layers`, to what a definition says beside its `output`",
            "output_channels",
        ),
        (
            "output: input\nparameters: channels / 3",
            "`parameters` must be a whole number, and this is 1.33333",
            "channels / 3",
        ),
        (
            "output: input\nparameters: 3 - channels",
            "`parameters` must not be negative, and this is -1",
            "3 - channels",
        ),
        (
            "output: input\nparameters: spatial",
            "`parameters` must be a whole number, and this is a list of 2",
            "spatial",
        ),
        ("output: input\nparameters: relu", "`parameters` must be a whole number, and `relu` is a layer", "relu"),
        ("output: input\nparameters: own", "`parameters` must be a whole number, and `own` is a layer", "own"),
        ("output: input\nparameters: true", "`parameters` must be a whole number, and this is true", "true"),
        ("output: input\nparameters: chanels", "unknown name `chanels`; did you mean `channels`?", "chanels"),
        ("output: input\nkept: -1", "`kept` must not be negative, and this is -1", "-1"),
        ("output: input\noperations: 3", "`operations` are said by kind", "3"),
        ("output: input\noperations: {macs: 3}", "`operations` has no key `macs`; did you mean `mac`?", "macs"),
        ("output: input\noperations: {mac: 1 / 2}", "`mac` must be a whole number, and this is 0.5", "1 / 2"),
        ("output: input\nbuffers: {numbers: 3}", "`buffers` has no key `numbers`", "numbers"),
        ("output: input\nwindow: local", "`window` is none of its words, nor a mapping", "local"),
        ("output: input\nwindow: {stride: 2}", "a `window` needs its `kernel`", "{stride: 2}"),
        ("output: input\nwindow: {kernel: 3, size: 2}", "`window` has no key `size`", "size"),
        ("output: input\nwindow: {kernel: 0}", "`kernel` must be a positive whole number, or one per axis, not 0", "0"),
        ("output: input\nwindow: {kernel: [3, 3, 3]}", "`kernel` has 3 numbers for an input of 2 axes", "[3, 3, 3]"),
        (
            "output: [3, spatial]\nwindow: {kernel: 3, groups: 2}",
            "2 `groups` do not divide 4 channels of the input and 3 of the output",
            "{kernel: 3, groups: 2}",
        ),
        (
            "output: input\nwindow: {kernel: 3, stride: 2}",
            "the last of 8 units would read nothing: its window lies outside of the input of 8",
            "{kernel: 3, stride: 2}",
        ),
        (
            "output: 10\nwindow: {kernel: 3}",
            "a `window` goes along the axes of the output, and [10] has not as many as the input [4, 8, 8]",
            "{kernel: 3}",
        ),
        (
            "output: [8, spatial]\nwindow: point",
            "`window: point` reads the unit's own place, and the output [8, 8, 8] "
            "has other channels than the input [4, 8, 8]",
            "point",
        ),
        (
            "output: [8, 4, 4]\nwindow: position",
            "`window: position` reads the unit's own place, and the output [8, 4, 4] "
            "has other positions than the input [4, 8, 8]",
            "position",
        ),
        ("output: input\nkept: {}", "`kept` must be a whole number, or an expression of one", "{}"),
        ("output: input\nmodule: own.py", "`module` says where a class is", "own.py"),
    ],
)
def test_definitions_that_are_refused(said: str, wrong: str, carets: str) -> None:
    error = refusal(definition(said))
    assert error.message == wrong
    assert below_carets(error) == carets


@pytest.mark.parametrize(
    ("signature", "wrong"),
    [
        ("conv(out)", "the layer `conv` has the name of a layer that is there already"),
        ("repeat", "the layer `repeat` has the name of a modifier"),
        ("channels", "`channels` is a reserved word, not the name of a layer"),
        ("own(a, a)", "`own` names its parameter `a` twice"),
        ("own(output_channels)", "`output_channels` is of the output, and cannot be a parameter of the layer `own`"),
    ],
)
def test_signatures_that_are_refused(signature: str, wrong: str) -> None:
    assert message(f"layers: {{'{signature}': {{output: input}}}}\nnetwork: [relu]") == wrong


def test_names_are_given_once() -> None:
    assert message("layers: {own: {output: input}, own(): {output: input}}\nnetwork: [relu]") == (
        "the layer `own` is defined twice"
    )
    assert message("layers: {own: {output: input}}\nblocks: {own: [relu]}\nnetwork: [relu]") == (
        "the layer `own` has the name of a block"
    )
    assert message("layers: {own: {output: input}}\nvars: {output_channels: 3}\nnetwork: [own]") == (
        "`output_channels` is what layers of the spec's own know of their output, not the name of a variable"
    )


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("{own: [1, 2, 3]}", "`own` takes 2 arguments, not 3"),
        ("own", "`own` needs `out`"),
        ("{own: {out: 1, sride: 2}}", "`own` has no parameter `sride`; did you mean `stride`?"),
        ("onw: 3", "unknown layer or block `onw`; did you mean `own`?"),
        ("{add: [[], {own: 4}]}", ""),
    ],
)
def test_calls(call: str, wrong: str) -> None:
    text = definition("output: [out, spatial]", call, "own(out, stride=1)")
    if wrong:
        assert message(text) == wrong
    else:
        small(text)


def test_an_error_shows_the_definition_and_the_way_to_it() -> None:
    error = refusal("""
        layers:
          own(groups): {output: input, parameters: channels / groups}
        blocks:
          unit(groups): [relu, {own: groups}]
        network:
          - for: n
            in: [2, 3]
            do:
              - unit: n
        """)
    assert str(error).splitlines() == [
        "error: `parameters` must be a whole number, and this is 1.33333",
        " --> net.yaml:3:44",
        "  |",
        "3 |   own(groups): {output: input, parameters: channels / groups}",
        "  |                                            ^^^^^^^^^^^^^^^^^",
        "  = in network > for[1] > unit > own, called on line 5",
        "  = hint: `//` divides whole numbers; with its numbers it is `4 / 3`",
    ]


def test_several_inputs_are_none_that_it_reads() -> None:
    text = """
        layers: {own: {output: input}}
        network: [{split: [2, 2]}, own]
        """
    assert message(text) == "`own` reads one output, not 2"


def test_how_far_apart_neighbours_see_is_not_known_without_a_window() -> None:
    text = definition("output: input", "own", extra="").replace(
        "[own]", "[{conv: {out: 4, kernel: 3}}, own, {maxpool: 2}]"
    )
    fields = [row.receptive_field for row in analyze(small(text)).rows]
    assert [(field.size, field.jump, field.is_bound) for field in fields if field is not None] == [
        ((3, 3), (1, 1), False),
        ((8, 8), None, True),
        ((8, 8), None, True),
    ]


def test_a_window_says_how_far_apart_neighbours_see() -> None:
    node = definition("output: [channels, spatial // 2]\nwindow: {kernel: 2, stride: 2}")
    (row,) = analyze(small(node)).rows
    assert row.receptive_field is not None
    assert row.receptive_field.jump == (2, 2)


def test_weights_are_shared_within_a_turn_of_a_loop_and_not_across() -> None:
    graph = small("""
        layers:
          gate(n=1): {output: input, parameters: n * channels, buffers: 0, operations: {}, window: point}
        blocks:
          unit(): [{gate: 2, name: head}, relu, {gate: 2, share: head}]
        network:
          - {unit, repeat: 2}
          - {gate: 3, name: end}
          - {gate: 3, share: end, repeat: 2}
        """)
    owners = [(item.name, graph.nodes[item.weights].name) for item in graph.layers if item.type == "gate"]
    assert owners == [
        ("unit[0].head", "unit[0].head"),
        ("unit[0].gate", "unit[0].head"),
        ("unit[1].head", "unit[1].head"),
        ("unit[1].gate", "unit[1].head"),
        *[(name, "end") for name in ("end", "gate[0]", "gate[1]")],
    ]
    assert params(graph) == 2 * 2 * 4 + 3 * 4
