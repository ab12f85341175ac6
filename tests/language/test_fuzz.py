"""Any text gives a graph or one readable error, and nothing else; and what is hostile is refused without much work."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnncost.errors import SpecError
from cnncost.language import library
from cnncost.language.document.steps import COMPOUNDS, MODIFIERS
from cnncost.language.limits import Limits
from cnncost.language.load import loads
from cnncost.layers import STEP_TYPES
from tests.language.small import refusal

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))


def fuzz(examples: int) -> settings:
    """So many examples, or ``FUZZ_TIMES`` as many."""
    return settings(max_examples=TIMES * examples, deadline=None, suppress_health_check=list(HealthCheck))


SMALL = Limits(nodes=2000)
SPECS = [path.read_text(encoding="utf-8") for path in library.files()]
SPECS += [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "errors").glob("*.yaml"))]


def check(text: str, **options: Any) -> None:
    """A graph whose every figure can be computed, or an error that can be printed."""
    try:
        graph = loads(text, "net.yaml", limits=SMALL, **options)
    except SpecError as error:
        assert_readable(error)
    else:
        assert_sound(graph)


def assert_readable(error: SpecError) -> None:
    lines = str(error).splitlines()
    assert lines[0] == f"error: {error.message}"
    assert all(line.isprintable() and len(line) < 2000 for line in lines)


def assert_sound(graph: Graph) -> None:
    names = {node.module_name for node in graph.nodes}
    assert len(names) == len(graph.nodes)
    for number, node in enumerate(graph.nodes):
        assert node.id == number
        assert all(read < number for read in node.inputs)
        assert node.xs == tuple(graph.nodes[read].y for read in node.inputs)
        assert min(node.y.dims) >= 1
        assert min(node.operations()) >= 0 <= node.parameters()


ODD = """
1e308 -1 0 10**40 nan .nan .inf [] {} true no ~ [[[1]]] 1.5 - : ' " &a *a * !x # [ ] { } ( ) , "" same é
channels index last input relu conv add residual x[0] x[*] a.b range(9) range(10**9) 1/0 2**99
"""
WEIRD = [*ODD.split(), "{conv: 3}", "{relu: }", "[1, 2]", "zip([1], [2])", "-2 ** 0.5", "\t", "  ", "\n"]
WEIRD += ["\u2028", "\ud800", "\x00", "9" * 31, "x" * 3000]
TOKEN = re.compile(r"\w+|\s+|.")


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A spec with lines and tokens deleted, doubled, swapped, or replaced by something weird."""
    text = draw(st.sampled_from(SPECS))
    for _ in range(draw(st.integers(1, 4))):
        parts = text.splitlines(keepends=True) if draw(st.booleans()) else TOKEN.findall(text)
        if not parts:
            return text
        here, there = (draw(st.integers(0, len(parts) - 1)) for _ in range(2))
        match draw(st.integers(0, 4)):
            case 0:
                del parts[here]
            case 1:
                parts.insert(there, parts[here])
            case 2:
                parts[here], parts[there] = parts[there], parts[here]
            case 3:
                parts[here] = draw(st.sampled_from(WEIRD))
            case _:
                parts[here] = draw(st.sampled_from(parts))
        text = "".join(parts)
    return text


KEYS = [key for keys in COMPOUNDS.values() for key in keys]
WORDS = [*STEP_TYPES, *MODIFIERS, *KEYS, "block", "x", "y", "out", "like", "scale"]
SCALARS = st.one_of(st.sampled_from(WORDS), st.sampled_from(WEIRD), st.integers(-2, 9).map(str))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=25,
)


def flow(tree: Any) -> str:
    """A tree as YAML in one line; its texts stand as they are."""
    if isinstance(tree, list):
        return "[" + ", ".join(map(flow, tree)) + "]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in tree.items()) + "}"
    return str(tree)


@fuzz(150)
@given(st.one_of(st.text(max_size=200), st.text("abn01[]{}(),:-.*&'\"\n #", max_size=200)))
def test_any_text(text: str) -> None:
    check(text)


@fuzz(250)
@given(TREES, TREES, TREES)
@example("relu", {"x": {"x": "relu"}}, {"x": {"add": "[]"}})
def test_any_tree(network: Any, value: Any, step: Any) -> None:
    blocks = f"blocks:\n  block(y=2): [{flow(step)}]\n"
    check(f"input: [4, 8, 8]\nvars:\n  x: {flow(value)}\n{blocks}network: {flow(network)}\n")


@fuzz(200)
@given(mutations())
def test_any_change_of_a_spec(text: str) -> None:
    check(text)


@fuzz(100)
@given(st.one_of(SCALARS, TREES.map(flow), st.text(max_size=30)), st.sampled_from(["depths", "unit", "classes", "v1"]))
def test_any_setting(value: str, name: str) -> None:
    text = library.names()["resnet"][0].read_text(encoding="utf-8")
    check(text, set={name: value})


@fuzz(100)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=3)), st.lists))
def test_any_setting_from_python(value: object) -> None:
    text = "input: [3, 8, 8]\nvars: {x: 1}\nnetwork: [{conv: x}]"
    check(text, set={"x": value})
    check(text, input=value)
    check(text, input={"input": value})


# What is hostile, each at its smallest: these took seconds, gigabytes or a traceback, or would without a limit.


def nested(levels: int) -> str:
    """A residual in a residual in ..."""
    return "{residual: [" * levels + "relu" + "]}" * levels


def calls(*bodies: str) -> str:
    """Blocks b0, b1, ... with these bodies, and a network that calls b0."""
    blocks = "".join(f"  b{number}: {body}\n" for number, body in enumerate(bodies))
    return f"blocks:\n{blocks}network: [b0]"


MORE_STEPS = "more than 41,000 steps, turns of loops and references"
TOO_DEEP = "blocks, loops and branches nest more than 60 deep"
HOSTILE = {
    "blocks ten times each, empty": (
        calls(*(f"[{', '.join([f'b{i + 1}'] * 10)}]" for i in range(7)), "[]"),
        MORE_STEPS,
    ),
    "blocks twice each, 50 deep": (calls(*(f"[b{i + 1}, b{i + 1}]" for i in range(50)), "[]"), MORE_STEPS),
    "layers": (
        calls(*(f"[{', '.join([f'b{i + 1}'] * 10)}]" for i in range(4)), "[relu, relu, relu]"),
        "more than 20,000 layers",
    ),
    "turns": ("network: [{for: i, in: range(100000), do: [{for: j, in: range(100000), do: []}]}]", MORE_STEPS),
    "turns of nothing": ("network: [{for: i, in: range(100000), do: []}]", MORE_STEPS),
    "repeats of nothing": ("blocks: {b: []}\nnetwork: [{b, repeat: 10 ** 9}]", MORE_STEPS),
    "dropped steps": ("network: [{for: i, in: range(100000), do: [{relu, when: i < 0, from: a.b}]}]", MORE_STEPS),
    "long conditions": (
        f"network: [{{for: i, in: range(99999), do: [{{relu, when: {'0 * ' * 480}0}}]}}]",
        "the expressions take too many operations",
    ),
    "many conditions": (
        "network:\n" + "".join(f"- {{relu, when: {'0 + ' * 450} {i} < 0}}\n" for i in range(400)),
        "the expressions take too many operations",
    ),
    "functions that call twice": (
        "vars:\n  f0(x): x\n"
        + "".join(f"  f{i}(x): f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 40))
        + "network: [{conv: f39(1)}]",
        "the expressions take too many operations",
    ),
    "all to all": (
        "network:\n- {for: i, in: range(9000), name: a, do: [relu]}\n"
        + "- {for: i, in: range(9000), do: [{add, from: 'a[*]'}]}",
        MORE_STEPS,
    ),
    "a long name": (
        f"network: [{{relu, name: {'x' * 100_000}}}]",
        "the name of a step has at most 64 characters, not 100000",
    ),
    "a long reference": (f"network: [{{relu, from: {'a.' * 100_000}}}]", "a reference of more than 500 characters"),
    "pieces": ("input: [10000000, 1]\nnetwork: [{chunk: 10000000}]", "`chunk` makes at most 10,000 pieces"),
    "dimensions": (
        f"network: [{{reshape: [{', '.join(['1' + '0' * 30] * 200)}]}}]",
        "`reshape` makes at most 8 dimensions, not 200",
    ),
    "channels": ("network: [{conv: 1e308}]", "the output of `conv` has more than 10**30 elements"),
    "one residual in another": (f"network: [{nested(28)}]", None),
    "residuals in blocks": (
        calls(*(f"[{nested(20).replace('relu', f'b{i + 1}')}]" for i in range(50)), "[]"),
        TOO_DEEP,
    ),
    "loops in blocks": (calls(*(f"[{{for: i, in: [1], do: [b{i + 1}]}}]" for i in range(40)), "[]"), TOO_DEEP),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_specs_are_refused(name: str) -> None:
    text, message = HOSTILE[name]
    if message is None:
        assert_sound(loads(f"input: [4, 8, 8]\n{text}"))
    else:
        assert refusal(text).message == message


def test_many_steps_of_one_kind_are_named_soon() -> None:
    graph = loads("input: [4]\nnetwork: [" + "relu, " * 19_000 + "]")
    assert graph.nodes[-1].name == "relu_19000"


def test_the_deepest_nesting_fits_into_python_s_recursion() -> None:
    """Also for a caller who is deep in calls: what is too much for Python is an error of ours."""
    deepest = "input: [4, 8, 8]\n" + calls(*(f"[{{residual: [b{i + 1}], when: true}}]" for i in range(29)), "[relu]")
    assert len(loads(deepest).layers) == 30

    def from_below(levels: int) -> Graph:
        return loads(deepest) if levels == 0 else from_below(levels - 1)

    from_below(300)
    with pytest.raises(SpecError, match="nests too deep"):
        from_below(750)


def test_settings_are_as_json_writes_them() -> None:
    """What a program hands on as JSON reads as it stands."""
    value = json.dumps([1, 2.5, True])
    assert value == "[1, 2.5, true]"
    text = "input: [3, 8]\nvars: {x: 1}\nnetwork: [{conv: 'x[0]'}]"
    assert loads(text, set={"x": value}).nodes[-1].y.channels == 1
