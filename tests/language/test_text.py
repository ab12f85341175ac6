"""YAML text -> tree: values as YAML 1.2 has them, places, and what is refused."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.errors import Span, SpecError
from cnncost.language.limits import Limits
from cnncost.language.yaml import reader as text
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.language.yaml.reader import parse
from tests.effort import steps


def refusal(data: bytes | str, limits: Limits = Limits()) -> SpecError:
    with pytest.raises(SpecError) as caught:
        parse(data, "net.yaml", limits)
    return caught.value


def place(error: SpecError) -> str:
    """Line and first column, as errors print them."""
    assert isinstance(error.origin, Span)
    return f"{error.origin.line}:{error.origin.column}"


def carets(error: SpecError) -> str:
    """The characters that the carets stand below."""
    span = error.origin
    assert isinstance(span, Span)
    assert span.line == span.end_line
    return span.source.line(span.line)[span.column - 1 : span.end_column - 1]


def value_of(plain: str) -> object:
    root = parse(f"key: {plain}", "net.yaml")
    assert isinstance(root, MappingNode)
    node = root.get("key")
    assert isinstance(node, Scalar)
    return node.value


def bare(node: Node) -> object:
    """The tree as the strings, lists and dicts that yaml.BaseLoader makes."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return [bare(item) for item in node.items]
    return {key.text: bare(value) for key, value in node.entries}


# The tables of YAML 1.2.2, section 10.3.2; the comments say what YAML 1.1, and so PyYAML, makes of the surprising ones.
@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("no", "no"),  # false
        ("on", "on"),  # true
        ("y", "y"),
        ("Off", "Off"),  # false
        ("010", 10),  # 8
        ("0o10", 8),  # a string
        ("0x1F", 31),
        ("0b11", "0b11"),  # 3
        ("1e-5", 1e-5),  # a string
        ("1E3", 1000.0),
        ("-.5", -0.5),
        ("+12", 12),
        ("5.", 5.0),
        ("1_000", "1_000"),  # 1000
        ("1:30", "1:30"),  # 90
        ("2024-01-01", "2024-01-01"),  # a date
        ("-0", 0),
        ("~", None),
        ("", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        (".inf", math.inf),
        ("+.INF", math.inf),
        ("-.Inf", -math.inf),
        ("infinity", "infinity"),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("-", ["-"]),
        ("1e", "1e"),
        ("'3'", "3"),
        ('"true"', "true"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "\N{ARABIC-INDIC DIGIT THREE}"),
        ("1000000000000000000000000000000", 10**30),
    ],
)
def test_plain_scalars_follow_yaml_1_2(plain: str, value: object) -> None:
    if value == ["-"]:
        assert refusal(f"key: {plain}").message == "a list cannot start here"
        return
    result = value_of(plain)
    assert (result, type(result)) == (value, type(value))


def test_nan() -> None:
    result = value_of(".NaN")
    assert isinstance(result, float)
    assert math.isnan(result)


@pytest.mark.parametrize("plain", ["1" * 32, "1" * 5000, "0x" + "f" * 26, "1e999", "-1e999"])
def test_numbers_too_large(plain: str) -> None:
    root = parse(f"[{plain}]", "net.yaml")
    assert isinstance(root, SequenceNode)
    scalar = root.items[0]
    assert isinstance(scalar, Scalar)
    with pytest.raises(SpecError, match=r"the number is too large; integers go up to 10\*\*30"):
        _ = scalar.value


def test_tree_and_places() -> None:
    root = parse("vars:\n  depths: [3, 'four']\nnetwork:\n  - conv: 64\n    name: stem\n  - relu\n", "net.yaml")
    assert isinstance(root, MappingNode)
    assert "vars" in root
    assert "input" not in root
    assert root.get("input") is None
    assert len(root) == 2
    assert [key.text for key, _ in root.entries] == ["vars", "network"]
    assert root.key("network").span[1:] == (3, 1, 3, 8)
    variables, network = root.get("vars"), root.get("network")
    assert isinstance(variables, MappingNode)
    assert isinstance(network, SequenceNode)
    depths = variables.get("depths")
    assert isinstance(depths, SequenceNode)
    assert depths.span[1:] == (2, 11, 2, 22)
    assert [item.span[1:] for item in depths.items] == [(2, 12, 2, 13), (2, 15, 2, 21)]
    assert network.span[1:] == (4, 3, 4, 13)  # a block collection: its first line
    assert network.items[0].span[1:] == (4, 5, 4, 13)
    assert network.items[1].span[1:] == (6, 5, 6, 9)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_and_byte_order_mark(newline: str) -> None:
    root = parse(f"\ufeffa: 1{newline}b: 2{newline}".encode(), "net.yaml")
    assert isinstance(root, MappingNode)
    assert root.key("a").span[1:] == (1, 1, 1, 2)
    assert root.key("b").span[1:] == (2, 1, 2, 2)


def test_aliases_share_their_node() -> None:
    root = parse("a: &x [1, 2]\nb: *x\nc: [*x, *x]\n", "net.yaml")
    assert bare(root) == {"a": ["1", "2"], "b": ["1", "2"], "c": [["1", "2"], ["1", "2"]]}
    assert isinstance(root, MappingNode)
    assert root.get("a") is root.get("b")


def test_frame() -> None:
    assert str(refusal("network:\n  - conv: 64\n    conv: 65\n")) == (
        "error: duplicate key `conv`\n"
        " --> net.yaml:3:5\n"
        "  |\n"
        "3 |     conv: 65\n"
        "  |     ^^^^\n"
        "  = hint: it stands on line 2 already"
    )


INDENTATION = "check the indentation: entries of one list or mapping start in the same column"

REFUSED = [
    # text, message, place, what the carets stand below, hint
    ("a: 1\nb: 2\na: 3", "duplicate key `a`", "3:1", "a", "it stands on line 1 already"),
    ("{a: 1, 'a': 2}", "duplicate key `a`", "1:8", "'a'", "it stands on line 1 already"),
    ("a: 1\n---\nb: 2", "a second document", "2:1", "---", "one file holds one network: remove the `---`"),
    (
        "a: !!python/object/apply:os.system [ls]",
        "`!!python/object/apply:os.system` is a tag, and specs have none",
        "1:4",
        "!!python/object/apply:os.system",
        "remove it, or quote the value",
    ),
    ("a: !foo 1", "`!foo` is a tag, and specs have none", "1:4", "!foo", "remove it, or quote the value"),
    ("a: ! 1", "`!` is a tag, and specs have none", "1:4", "!", "remove it, or quote the value"),
    ("a: !x!y 1", "tags are not part of the spec language", "1:4", "!", "remove it, or quote the value"),
    ("a: {<<: {b: 1}}", "specs have no merge keys, `<<`", "1:5", "<<", "make it a block with parameters"),
    (
        "[a, b]: 1",
        "a list or mapping cannot be a key",
        "1:1",
        "[",
        "keys are names; quote text with brackets",
    ),
    (
        "a: {{b}: 1}",
        "a list or mapping cannot be a key",
        "1:5",
        "{",
        "keys are names; quote text with brackets",
    ),
    ("a: &x 1\n*x : 2", "an alias cannot be a key", "2:1", "*x", None),
    ("{?}", "a key is missing", "1:3", "", None),
    ("{: 1}", "expected a value, found `:`", "1:2", ":", None),
    ("a: *x", "unknown anchor `x`", "1:4", "*x", "quote text that starts with `*`"),
    ("a: &x [*x]", "`*x` stands for something that contains itself", "1:8", "*x", None),
    ("a: &x {b: *x}", "`*x` stands for something that contains itself", "1:11", "*x", None),
    ("a: 1\nb\n  - c: 8\n", "expected `:` after `b`", "2:1", "b", "write `b:`"),
    ("a: 1\nb  # why\nc: 8\n", "expected `:` after `b`", "2:1", "b", "write `b:`"),
    ("a: 1\nout 8\n", "expected `:` after `out 8`", "2:1", "out 8", INDENTATION),
    ("a 4\nb: 8\n", "unexpected `:`", "2:2", ":", "the line above it has no `:`: `a 4`"),
    ("a:\n  b 4\n  c: 8\n", "unexpected `:`", "3:4", ":", "the line above it has no `:`: `b 4`"),
    ("a: b: c", "unexpected `:`", "1:5", ":", f"quote text that contains a colon, or {INDENTATION}"),
    ("a: b\n  c: d", "unexpected `:`", "2:4", ":", f"quote text that contains a colon, or {INDENTATION}"),
    ("a: [1, 2", "`[` is never closed", "1:4", "[", None),
    ("a: {b: 1\n", "`{` is never closed", "1:4", "{", None),
    ("a: {b: 1\nc: 2\n", "`{` is never closed", "1:4", "{", None),
    ("a: [1, 2\nb: 3\n", "`[` is never closed", "1:4", "[", None),
    ("a:\n  - b: {c: 1\n  - d: 2\n", "`{` is never closed", "2:8", "{", None),
    ("a:\n  - b: {c: 1,\n  - d\n", "`{` is never closed", "2:8", "{", None),
    ("a:\n  - b: {c: '{', # {\n  - d\n", "`{` is never closed", "2:8", "{", None),
    ("a: [1,\n  b: {c: 1\nd: 2\n", "`{` is never closed", "2:6", "{", None),
    ("a: {b: 1\n  c: 2}\n", "expected `,` or `}`", "2:4", ":", "quote text that contains a colon"),
    ("a: {b: 1]", "`{` is closed by `]`", "1:9", "]", None),
    (
        "a: {out: widths[0]}",
        "`[` inside `{}` ends the value before it",
        "1:16",
        "[",
        'quote the expression: "widths[0]"',
    ),
    ("a: [x[0], 2]", "`[` inside `[]` ends the value before it", "1:6", "[", 'quote the expression: "x[0]"'),
    ("a: {b: 'x' if c else d}", "expected `,` or `}`", "1:12", "i", "quote the whole expression"),
    ("a: {b: c: d}", "expected `,` or `}`", "1:9", ":", "quote text that contains a colon"),
    ("a: 'x' == act", "unexpected text after a value", "1:8", "=", "quote the whole expression"),
    ("a: [1, 2][0]", "unexpected text after a value", "1:10", "[", "quote the whole expression"),
    ("a:\n  b: 1\n c: 2", "expected a key", "3:2", "c", INDENTATION),
    ("a: 1\n- b", "expected a key", "2:1", "-", INDENTATION),
    ("- a\nb: 1", "expected another list item, `- `", "2:1", "b", INDENTATION),
    ("a: - 3", "a list cannot start here", "1:4", "-", "start it on a new line, or write `[a, b]`"),
    ("a:\n\t- b", "a tab cannot indent", "2:1", "\t", "indent with spaces"),
    ("a: 1\n\tb: 2", "a tab cannot indent", "2:1", "\t", "indent with spaces"),
    ('a: "x', "the quote is never closed", "1:4", '"', None),
    ("a: 'x\n---\n'", "the quote is never closed", "1:4", "'", None),
    ("a: @x", "a value cannot start with `@`", "1:4", "@", "quote the whole value"),
    ("a: % 2", "a value cannot start with `%`", "1:4", "%", "quote the whole value"),
    ("a: * 2", "`*` starts an alias and needs a name", "1:5", " ", "quote the expression"),
    ("a: & 2", "`&` starts an anchor and needs a name", "1:5", " ", "quote the expression"),
    ("a: ]", "expected a value, found `]`", "1:4", "]", None),
    ("[a,,b]", "expected a value, found `,`", "1:4", ",", None),
    ("{a: 1}}", "unexpected text after the end", "1:7", "}", "a file holds one mapping"),
    ('a: "\\0"', "U+0000 is a control character, not text", "1:4", '"\\0"', None),
    ("a: \x07", "U+0007 is a control character, not text", "1:4", "?", None),
    ("a: 1\nb: \x1b[31m", "U+001B is a control character, not text", "2:4", "?", None),
    (b"a: 1\nb: \xff", "not UTF-8: byte 0xff at offset 8", "2:4", "\ufffd", "save the file as UTF-8"),
    (b"\xef\xbb\xbfa: \xff", "not UTF-8: byte 0xff at offset 6", "1:4", "\ufffd", "save the file as UTF-8"),
    ("a: 1".encode("utf-16"), "not UTF-8: byte 0xff at offset 0", "1:1", "\ufffd", "save the file as UTF-8"),
    ("a: \ud800", "not UTF-8: byte 0xed at offset 3", "1:4", "\ufffd", "save the file as UTF-8"),
    ("", "`net.yaml` is empty", "1:1", "", None),
    ("# only a comment\n", "`net.yaml` is empty", "1:1", "#", None),
    ("---\n", "`net.yaml` is empty", "1:1", "-", None),
    ("[" * 100, "nested more than 60 deep", "1:61", "[", None),
    ("- " * 100, "nested more than 60 deep", "1:121", "", None),
]
REFUSED_BY_LIBYAML = [  # PyYAML's own parser puts these elsewhere or takes them
    ('a: "\\q"', "unknown escape in a double-quoted string", "1:5", "\\", "single quotes keep a backslash as it is"),
    (
        'a: "\\xzz"',
        "unfinished escape in a double-quoted string",
        "1:7",
        "z",
        "single quotes keep a backslash as it is",
    ),
    ("%x\na: 1", "unknown directive `%`", "1:3", "", "a file needs none"),
    ("%YAML 3.0\n---\na", "YAML of an unknown version", "1:1", "%", "remove the `%YAML` line"),
    ("a: |0\n x", "`|` and `>` take nothing else on their line", "1:5", "0", "quote the whole value"),
    ("{a: {b:}", "unexpected `:`", "1:7", ":", "put a space behind a colon"),
]
without_libyaml = pytest.mark.skipif(not yaml.__with_libyaml__, reason="words libyaml's faults")


@pytest.mark.parametrize(("data", "message", "where", "below", "hint"), REFUSED)
@pytest.mark.parametrize("loader", ["as installed", "pure Python"])
def test_refused(  # noqa: PLR0917
    data: bytes | str,
    message: str,
    where: str,
    below: str,
    hint: str | None,
    loader: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if loader == "pure Python":
        monkeypatch.setattr(text, "_Loader", yaml.SafeLoader)
    error = refusal(data)
    assert (error.message, place(error), carets(error), error.hint) == (message, where, below, hint)


@without_libyaml
@pytest.mark.parametrize(("data", "message", "where", "below", "hint"), REFUSED_BY_LIBYAML)
def test_refused_by_libyaml(data: str, message: str, where: str, below: str, hint: str | None) -> None:
    error = refusal(data)
    assert (error.message, place(error), carets(error), error.hint) == (message, where, below, hint)


@pytest.mark.parametrize(
    ("steps", "hint"),
    [
        ("- batchnorm\n    when: x", "with `when:` below it the step needs a colon of its own: `- batchnorm:`"),
        ("- relu  # why\n    name: x", "with `name:` below it the step needs a colon of its own: `- relu:`"),
        ("- conv: 8 when: x", "what stands beside a step stands below it, or in braces: `- {conv: 8, when: ...}`"),
        (
            "- conv: [8, 3] when: x",
            "what stands beside a step stands below it, or in braces: `- {conv: [8, 3], when: ...}`",
        ),
        ("- conv: [8, 3] wide", "quote the whole expression"),
    ],
)
def test_what_is_to_stand_beside_a_step(steps: str, hint: str) -> None:
    assert refusal(f"network:\n  {steps}\n").hint == hint


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in str(refusal("a: \x1b[31mred"))
    assert "\x1b" not in str(refusal(b"a: \x1b[31m \xff"))


def test_limits() -> None:
    assert refusal("a: 12", Limits(bytes=4)).message == "`net.yaml` is larger than 4 bytes"
    assert refusal("\N{EURO SIGN}", Limits(bytes=2)).message == "`net.yaml` is larger than 2 bytes"
    assert parse("\N{EURO SIGN}", "net.yaml", Limits(bytes=3))
    assert refusal("[[1]]", Limits(depth=1)).message == "nested more than 1 deep"
    assert parse("[[1]]", "net.yaml", Limits(depth=2))
    assert refusal("[1, 2]", Limits(yaml_nodes=2)).message == "more than 2 YAML nodes, aliases written out"
    assert refusal("[1, 2]", Limits(yaml_nodes=2)).hint == "`--max-bytes` raises the limit: one for every 10 bytes"
    assert parse("[1, 2]", "net.yaml", Limits(yaml_nodes=3))


def test_aliases_count_as_what_they_stand_for() -> None:
    data = "[&a [1, 2], *a, *a]"  # the list, and three times a list of two: 1 + 3 * 3 = 10 nodes, 2 deep
    assert parse(data, "net.yaml", Limits(yaml_nodes=10, depth=2))
    assert refusal(data, Limits(yaml_nodes=9)).message == "more than 9 YAML nodes, aliases written out"
    deep = "[&a [1], &b [*a], &c [*b]]"  # c: a list of b, which is a list of a, which is a list
    assert parse(deep, "net.yaml", Limits(depth=4))
    assert refusal(deep, Limits(depth=3)).message == "nested more than 3 deep, its aliases written out"


def hostile(size: int) -> dict[str, str]:
    """Texts of about `size` bytes, but for the last, that are to be refused."""
    return {
        "brackets": "[" * (size - 1),
        "braces": "{" * (size - 1),
        "dashes": "- " * (size // 2 - 1),
        "question marks": "? " * (size // 2 - 1),
        "colons": "a: " * (size // 3 - 1),
        "anchors": "&a " * (size // 3 - 1),
        "long scalar": "[" + "x" * (size - 9),
        "quote": '"' + "x " * (size // 2 - 9),
        "newlines": "\n" * (size - 1),
        "comment": "#" * (size - 1),
        "alias bomb": "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)),
        "alias ladder": "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, size // 100)),
        "open lists": "- [a,\n" * (size // 6 - 1),
        "many items": "- a\n" * (size // 4 - 1),
        "too large": "a" * 10 * size,
    }


LIMITS = Limits()
HOSTILE = hostile(LIMITS.bytes)
SHORTER = Limits(bytes=LIMITS.bytes // 10, yaml_nodes=LIMITS.yaml_nodes // 10)
SHORTER_HOSTILE = hostile(SHORTER.bytes)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused(name: str) -> None:
    refusal(HOSTILE[name])


@pytest.mark.parametrize("name", SHORTER_HOSTILE)
def test_hostile_text_is_refused_with_little_effort(name: str) -> None:
    # Catches a reader, or an error, that looks at the whole text for each part of it, and aliases that are written out.
    steps(lambda: refusal(SHORTER_HOSTILE[name], SHORTER), most=5 * SHORTER.bytes)


def assert_one_line(error: SpecError) -> None:
    assert "\n" not in error.message
    assert str(error).startswith(f"error: {error.message}\n --> net.yaml:")


TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*"abc01[]{},:-?&*!|>'\"%@#<\\ \n\t", "- ", ": ", "\n  ", "&a ", "*a", "---\n"])).map(
        "".join
    ),
    st.binary(max_size=40),
)


@pytest.mark.parametrize("loader", ["as installed", "pure Python"])
@settings(max_examples=400, deadline=None)
@given(data=TEXTS)
def test_any_text_gives_a_tree_or_one_error(loader: str, data: str | bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if loader == "pure Python":
            patch.setattr(text, "_Loader", yaml.SafeLoader)
        try:
            root = parse(data, "net.yaml")
        except SpecError as error:
            assert_one_line(error)
        else:
            oracle = yaml.BaseLoader if loader == "pure Python" else getattr(yaml, "CBaseLoader", yaml.BaseLoader)
            assert bare(root) == yaml.load(data, Loader=oracle)


NAMES = st.text("abcxyz_", min_size=1, max_size=5)
TREES = st.recursive(
    st.one_of(NAMES, st.integers(0, 999).map(str)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(tree=TREES, flow=st.booleans())
def test_every_place_holds_its_text(tree: object, flow: bool) -> None:
    root = parse(yaml.safe_dump([tree], default_flow_style=flow), "net.yaml")
    assert bare(root) == [tree]
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar):
            source, line, column, end_line, end_column = node.span
            assert line == end_line
            assert source.line(line)[column - 1 : end_column - 1] == (f"'{node.text}'" if node.quoted else node.text)
        elif isinstance(node, SequenceNode):
            todo += node.items
        else:
            todo += [part for entry in node.entries for part in entry]
