"""Rules count what they say: names, values, whole numbers, and the text that `explain` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from cnncost.conventions import CONVENTIONS
from cnncost.conventions.file import read_convention
from cnncost.conventions.quantities import QUANTITIES, field_names
from cnncost.conventions.rules import RuleConvention
from cnncost.errors import Source, Span, SpecError
from cnncost.language.expressions.expression import parse_expression
from cnncost.layers import REGISTRY
from tests.graphs import Builder, chain
from tests.layers.strategies import PATIENT, Placement, fitting

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node

PRESETS = [name for name in CONVENTIONS if isinstance(CONVENTIONS[name], RuleConvention)]


def convention(rules: str, otherwise: str = "0", variables: str = "{}") -> RuleConvention:
    return read_convention(
        "{name: mine, unit: FLOPs, source: me, about: It counts., "
        f"vars: {variables}, rules: {{{rules}}}, otherwise: {otherwise}}}",
        "mine.yaml",
    )


def count(own: RuleConvention, graph: Graph, batch: int = 2, training: bool = False) -> list[int]:
    return [own.count(node, node.operations(training).times(batch), batch, training) for node in graph.layers]


CONV = ("conv", {"out": 8, "kernel": [3, 5], "stride": 2, "groups": 2, "padding": [1, 0]})


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("output", 2 * 12),
        ("parameters", 12),
        ("input + channels_in + rank + len(inputs) + len(sizes_in)", 0),
        ("5 if layout == 'tokens' else 7", 5),
    ],
)
def test_what_reads_nothing_has_no_first_input(rule: str, expected: int) -> None:
    net = Builder()
    y = net.add(("parameter", {"shape": [3, 4], "tokens": True}))
    net.add("add", net.input(4, 3, layout="tokens"), y)
    assert count(convention(f'parameter: "{rule}", add: 0'), net.graph()) == [expected, 0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # A batch of 2 of 6 × 11 × 9, to 8 × 6 × 3: 8 · 3 · 15 weights at 18 positions.
        ("mac", 2 * 8 * 3 * 15 * 18),
        ("add", 2 * 8 * 18),
        ("input", 2 * 6 * 11 * 9),
        ("output", 2 * 8 * 6 * 3),
        ("inputs[0]", 2 * 6 * 11 * 9),
        ("len(inputs)", 1),
        ("batch", 2),
        ("1 if training else 3", 3),
        ("channels_in", 6),
        ("channels_out", 8),
        ("sizes_in[1]", 9),
        ("sizes_out[0]", 6),
        ("positions_in", 99),
        ("positions_out", 18),
        ("rank", 2),
        ("5 if layout == 'map' else 7", 5),
        ("parameters", 8 * 3 * 15 + 8),
        ("weights", 8 * 3 * 15),
        ("biases", 8),
        ("product(kernel)", 15),
        ("product(kernel * stride) + sum(kernel // 2)", 60 + 3),
        ("groups", 2),
        ("bias * 7", 7),
        ("padding[0][1]", 1),
        ("1 if padding_before == padding_after else 2", 1),
        ("input / 2", 594),  # a whole number all the same
        ("floor(output / 7)", 41),
        ("input - output", 1188 - 288),
        ("max(0, output - input)", 0),
        ("2 * mac + (output if bias else 0)", 2 * 12960 + 288),
    ],
)
def test_what_a_rule_sees(rule: str, expected: int) -> None:
    assert count(convention(f'conv: "{rule}"'), chain([CONV], (6, 11, 9))) == [expected]


def test_padding_that_is_the_same_is_seen_in_numbers() -> None:
    graph = chain([("conv", {"out": 4, "kernel": 3, "stride": 2, "padding": "same"})], (3, 8, 9))
    assert count(convention("conv: '100 * padding[0][0] + 10 * padding[0][1] + padding_before[1]'"), graph) == [11]
    assert count(convention("conv: '1 if padding_before == padding_after else 2'"), graph) == [2]


def test_a_field_that_is_left_out_is_false() -> None:
    graph = chain([("upsample", {"scale": 2})], (3, 4, 4))
    rule = 'upsample: "1 if size else 2"'
    assert count(convention(rule), graph) == [2]


def test_joins_see_every_input() -> None:
    net = Builder()
    net.input(3, 4, 4)
    net.input(5, 4, 4, name="other")
    net.add("concat", 0, 1)
    assert count(convention('concat: "inputs[1] - input"'), net.graph()) == [2 * 2 * 16]


def test_a_type_goes_before_its_family_and_otherwise_is_for_the_rest() -> None:
    own = convention('activation: 1, "sigmoid, tanh": 2, convolution: 3', otherwise="4")
    steps = ["relu", "sigmoid", "tanh", ("conv", {"out": 2}), "batchnorm"]
    assert count(own, chain(steps, (2, 4, 4))) == [1, 2, 2, 3, 4]


def test_variables_see_those_above_them_and_the_layer() -> None:
    own = convention("conv: 2 * weighed", variables="{area: product(kernel), weighed: area * channels_in}")
    assert count(own, chain([CONV], (6, 11, 9))) == [2 * 15 * 6]


def test_variables_that_double_and_double_again_take_no_time() -> None:
    doubled = ", ".join(f"v{number}: v{number - 1} + v{number - 1}" for number in range(1, 60))
    own = convention("relu: v59", variables=f"{{v0: 1, {doubled}}}")
    assert count(own, chain(["relu"], (2, 4, 4))) == [2**59]


def test_no_field_has_the_name_of_a_quantity() -> None:
    assert not QUANTITIES.keys() & {name for layer in REGISTRY.values() for name in field_names(layer)}


def test_rules_see_the_mode() -> None:
    own = convention("dropout: mul, batchnorm: 5 if training else 2")
    graph = chain(["batchnorm", "dropout"], (3, 4, 4))
    assert count(own, graph) == [2, 0]
    assert count(own, graph, training=True) == [5, 2 * 48]


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ("input / 7", "a count must be a whole number, and this is 13.714285714285714", "`floor`, `ceil` or `round`"),
        ("[input]", "a count must be a whole number, not a list of 1", None),
        ("bias", "a count must be a whole number, not true", None),
        ("output - 2 * input", "a count must not be negative, and this is -96", "the rule is `96 - 2 * 96`"),
        ("mac - 10 ** 7", "a count must not be negative, and this is -9,999,712", "`288 - 10 ** 7`"),
        ("0 - input / 2", "a count must not be negative, and this is -", "with its numbers, the rule is `0 - 96 / 2`"),
        (
            "-input / 7",
            "a count must be a whole number, and this is -13.714",
            "with its numbers, the rule is `-96 / 7`",
        ),
        ("1e308 * input", "the result is not a finite number", None),
        ("layout", "a count must be a whole number, not the string 'map'", None),
        ("input / (batch - 2)", "division by zero", None),
        ("kernel", "a count must be a whole number, not a list of 2", None),
        ("kernel * layout", "`*` needs numbers, got the string 'map'", None),
        ("10 ** 20 / batch", "the count is too large to be exact as a fraction", "`//` gives a whole number"),
    ],
)
def test_a_count_that_is_none(rule: str, message: str, hint: str | None) -> None:
    graph = chain([("conv", {"out": 3})], (3, 4, 4))
    with pytest.raises(SpecError) as caught:
        count(convention(f'conv: "{rule}"'), graph)
    assert caught.value.message.startswith(message)
    assert caught.value.hint is None if hint is None else hint in (caught.value.hint or "")
    assert "in the convention mine > the layer conv_1" in str(caught.value)
    assert "--> mine.yaml:1:" in str(caught.value)


# The text that `explain` prints.


def node_of(placement: Placement) -> Node:
    net = Builder()
    for number, x in enumerate(placement.xs):
        net.input(x.channels, *x.spatial, name=f"x{number}", layout=x.layout)
    net.add(placement.layer, *range(len(placement.xs)))
    return net.graph().nodes[-1]


def value_of(text: str) -> Any:
    """The value of an expression without names."""
    span = Span(Source("text", text), 1, 1, 1, len(text) + 1)
    return parse_expression(text, span).evaluate(Nothing(), span)


class Nothing:
    """A scope without names."""

    def lookup(self, name: str) -> Any:
        raise KeyError(name)

    def names(self) -> list[str]:
        return []


REFUSING = ("calflops", "conv_transpose")
"""A preset whose tool counts less than nothing, where the map is smaller than the kernel."""


def refuses(name: str, node: Node, training: bool) -> bool:
    try:
        CONVENTIONS[name].count(node, node.operations(training).times(3), 3, training)
    except SpecError as error:
        return error.message.startswith("a count must not be negative")
    return False


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_the_numbers_put_in_give_the_count(keyword: str) -> None:
    """Of every preset at random layers: what is printed is what is counted."""

    @settings(PATIENT, max_examples=8)
    @given(fitting(REGISTRY[keyword], 8))
    def compare(placement: Placement) -> None:
        node = node_of(placement)
        for name in PRESETS:
            for training in (False, True):
                operations = node.operations(training).times(3)
                if (name, keyword) == REFUSING and refuses(name, node, training):
                    continue
                written = CONVENTIONS[name].written(node, operations, 3, training)
                assert written is not None
                assert value_of(written.numbers) == written.value
                assert written.value == CONVENTIONS[name].count(node, operations, 3, training)

    compare()


def test_a_rule_with_numbers_for_its_names() -> None:
    own = convention(
        "conv: \"sum(kernel) * (mac if bias else 0) + less + len(padding) * (layout == 'map')\"",
        variables="{less: -1}",
    )
    (node,) = chain([CONV], (6, 11, 9)).layers
    written = own.written(node, node.operations().times(2), 2, training=False)
    numbers = "sum([3, 5]) * (12960 if true else 0) + (-1) + len([[1, 1], [0, 0]]) * ('map' == 'map')"
    assert written.numbers == numbers
    assert written.value == 8 * 12960 - 1 + 2


def test_classes_write_themselves_on_symbols() -> None:
    (node,) = chain([CONV], (6, 11, 9)).layers
    for name in ("textbook", "macs"):
        assert CONVENTIONS[name].written(node, node.operations(), 1, training=False) is None
