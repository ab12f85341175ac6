"""Expressions: Python's semantics where both have them, and every refusal with its text and its place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.errors import Source, Span, SpecError
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import RESERVED_WORDS, Expression, Function, bracket_hint, parse_expression
from cnncost.language.expressions.values import Budget, Callee, Fault, Opaque, checked_list, truth
from tests.effort import steps

if TYPE_CHECKING:
    from collections.abc import Iterable


class Names:
    """A scope from a dict."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def lookup(self, name: str) -> Any:
        return self.values[name]

    def names(self) -> Iterable[str]:
        return self.values


def whole(text: str) -> Span:
    return Span(Source("net.yaml", text), 1, 1, 1, 1 + len(text))


def function(signature: str, body: str, scope: Names) -> Function:
    name, _, parameters = signature.rstrip(")").partition("(")
    return Function(name, tuple(parameters.split(", ")), parse_expression(body, whole(body)), whole(body), scope)


VARIABLES: dict[str, Any] = {
    "width": 64,
    "kernel": [1, 7],
    "depths": [3, 4, 6],
    "act": Callee("relu", "layer"),
    "scaling": [[1.0, 1.1], [1.2, 1.4]],
}
SCOPE = Names(VARIABLES | {"twice": function("twice(c)", "2 * c * unit", Names({"unit": 1}))})


def evaluate(text: str, scope: Names = SCOPE) -> Any:
    return parse_expression(text, whole(text)).evaluate(scope, whole(text))


def refusal(text: str, scope: Names = SCOPE) -> SpecError:
    with pytest.raises(SpecError) as caught:
        evaluate(text, scope)
    return caught.value


def carets(error: SpecError) -> str:
    """The characters that the carets stand below."""
    assert isinstance(error.origin, Span)
    return error.origin.source.line(error.origin.line)[error.origin.column - 1 : error.origin.end_column - 1]


VALUES = [
    ("4 * width", 256),
    ("kernel // 2", [0, 3]),
    ("2 ** kernel", [2, 128]),
    ("-kernel", [-1, -7]),
    ("+kernel", [1, 7]),
    ("kernel + [1, 2]", [2, 9]),
    ("[[1, 2], 3] * 2", [[2, 4], 6]),
    ("kernel == [1, 7]", True),
    ("kernel != 1", True),
    ("act == act", True),
    ("act == 'relu'", False),
    ("'same' == \"same\"", True),
    ("'a b'", "a b"),
    ("depths[0]", 3),
    ("depths[-1]", 6),
    ("scaling[1][0]", 1.2),
    ("[1, 2,][1]", 2),
    ("depths[width // 64]", 4),
    ("1 if width > 64 else 2 if width == 64 else 3", 2),
    ("1 if true else 1 / 0", 1),
    ("0 and 1 / 0", 0),
    ("2 or 1 / 0", 2),
    ("not 0", True),
    ("not 1 == 2", True),
    ("1 < 2 < 3", True),
    ("3 < 2 < 1 / 0", False),
    ("true and kernel", [1, 7]),
    ("-true", -1),
    ("010", 10),
    (".5 + 5.", 5.5),
    ("1e-5", 1e-5),
    ("2E3", 2000.0),
    ("min(3, 1, 2)", 1),
    ("max(depths)", 6),
    ("abs(-3)", 3),
    ("abs([-3, 3.5])", [3, 3.5]),
    ("round(2.5)", 2),  # half to even
    ("round(3.5)", 4),
    ("floor(-0.5)", -1),
    ("ceil(1.2)", 2),
    ("ceil(kernel / 2)", [1, 4]),
    ("sqrt(49)", 7.0),
    ("range(3)", [0, 1, 2]),
    ("range(3, -1, -2)", [3, 1]),
    ("range(2, 5)", [2, 3, 4]),
    ("zip(depths, [1, 2, 2])", [[3, 1], [4, 2], [6, 2]]),
    ("len(depths)", 3),
    ("sum(depths)", 13),
    ("sum([])", 0),
    ("product([2, 3, 7])", 42),
    ("product([])", 1),
    ("product([2, 0.5])", 1.0),
    ("twice(width) + 1", 129),
    ("twice(twice(3))", 12),
    ("10 ** 30", 10**30),
    ("(-1) ** 1000000", 1),
    # MobileNet's make_divisible, by hand: v = 33 -> 32 (>= 29.7); v = 11 -> 8 < 9.9 -> 16; v = 3 -> at least 8
    ("make_divisible(33, 8)", 32),
    ("make_divisible(11, 8)", 16),
    ("make_divisible(3, 8)", 8),
    ("make_divisible(32 * 1.4, 8)", 48),  # EfficientNet-B4's stem
    ("4\n* width", 256),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text: str, value: object) -> None:
    result = evaluate(text)
    assert (result, type(result)) == (value, type(value))


REFUSED = [
    # text, message, what the carets stand below, hint
    ("4 * widht", "unknown name `widht`; did you mean `width`?", "widht", None),
    ("zebra", "unknown name `zebra`", "zebra", None),
    ("mni(3, 4)", "unknown function `mni`; did you mean `min`?", "mni", None),
    ("2 * twcie(3)", "unknown function `twcie`; did you mean `twice`?", "twcie", None),
    ("min", "`min` is a function", "min", "call it as `min(a, b, ...)`"),
    ("width(3)", "`width` is the number 64, not a function", "width", None),
    ("act(3)", "`relu` is a layer, not a function", "act", None),
    ("1 + twice(1, 2)", "`twice` cannot take 2 arguments", "twice(1, 2)", "it is called as `twice(c)`"),
    ("round(1, 2)", "`round` cannot take 2 arguments", "round(1, 2)", "it is called as `round(x)`"),
    ("(1)(2)", "only a name can be called", "(", None),
    ("", "an expression is missing", "", None),
    ("1 +", "expected a value, but the expression ends", "", None),
    ("a b", "expected an operator, found `b`", "b", None),
    ("1 2", "expected an operator, found `2`", "2", None),
    ("(1, 2)", "expected `)`, found `,`", ",", "several sizes are a list: `[1, 2]`"),
    ("1, 2", "expected an operator, found `,`", ",", "several sizes are a list: `[1, 2]`"),
    ("3x32x32", "`3x32x32` is neither a number nor a name", "3x32x32", "several sizes are a list: `[3, 32, 32]`"),
    ("3 x 3", "expected an operator, found `x`", "x", "several sizes are a list: `[3, 3]`"),
    ("3\u00d73", "unexpected character `\u00d7`", "\u00d7", "several sizes are a list: `[3, 3]`"),
    ("3x", "`3x` is neither a number nor a name", "3x", "a product needs `*`"),
    ("[1 2]", "expected `,` or `]`, found `2`", "2", None),
    ("min(1 2)", "expected `,` or `)`, found `2`", "2", None),
    ("[,]", "expected a value, found `,`", ",", None),
    ("depths[]", "expected a value, found `]`", "]", None),
    ("depths[0, 1]", "expected `]`, found `,`", ",", None),
    ("1 + not 2", "expected a value, found `not`", "not", None),
    ("1 if 2", "expected `else`, but the expression ends", "", None),
    ("1 $ 2", "unexpected character `$`", "$", None),
    ("width = 3", "unexpected character `=`", "=", "equality is `==`"),
    ("2 ^ 3", "unexpected character `^`", "^", "the power is `**`"),
    ("a && b", "unexpected character `&&`", "&&", "write `and`"),
    ("a || b", "unexpected character `||`", "||", "write `or`"),
    ("!a", "unexpected character `!`", "!", "write `not`"),
    ("a ? b : c", "unexpected character `?`", "?", "write `a if condition else b`"),
    ("depths[0:1]", "unexpected character `:`", ":", "there are no slices and no named arguments"),
    ("{1}", "unexpected character `{`", "{", None),
    ("gr\u00f6\u00dfe", "unexpected character `\u00f6`", "\u00f6", None),
    ("'abc", "the quote ' is never closed", "'", None),
    ("2width", "`2width` is neither a number nor a name", "2width", "a product needs `*`"),
    ("0x10", "`0x10` is neither a number nor a name", "0x10", "a product needs `*`"),
    ("1.2.3", "`1.2.3` is neither a number nor a name", "1.2.3", "a product needs `*`"),
    ("1_000", "`1_000` is neither a number nor a name", "1_000", "a product needs `*`"),
    ("width.real", "`.real` is an attribute, and values have none", ".real", None),
    ("'x'.join", "`.join` is an attribute, and values have none", ".join", None),
    ("[i for i in depths]", "`for` is not part of an expression", "for", "there are no comprehensions"),
    ("lambda: 1", "`lambda` is not part of an expression", "lambda", "functions are defined in `vars`"),
    ("width in depths", "`in` is not part of an expression", "in", "compare with `==`"),
    ("act is act", "`is` is not part of an expression", "is", "equality is `==`"),
    ("True", "`True` is not part of an expression", "True", "write `true`"),
    ("2 * 'x'", "`*` needs numbers, got the string 'x'", "2 * 'x'", None),
    ("1 + 2 * act", "`*` needs numbers, but `relu` is a layer", "2 * act", None),
    ("-act", "`-` needs numbers, but `relu` is a layer", "-act", None),
    ("-['x']", "`-` needs numbers, got the string 'x'", "-['x']", None),
    ("kernel + depths", "`+` needs lists of the same length, got 2 and 3 elements", "kernel + depths", None),
    ("kernel < 3", "`<` needs numbers, got a list of 2", "kernel < 3", None),
    ("1 < 'x' < 3", "`<` needs numbers, got the string 'x'", "1 < 'x'", None),
    ("1 if kernel else 2", "`if` needs true or false, got a list of 2", "kernel", None),
    ("not 'x'", "`not` needs true or false, got the string 'x'", "'x'", None),
    ("true and act and 1", "`and` needs true or false, but `relu` is a layer", "act", None),
    ("1 + 3 / 0", "division by zero", "3 / 0", None),
    ("3 // 0.0", "division by zero", "3 // 0.0", None),
    ("3 % 0", "division by zero", "3 % 0", None),
    ("0 ** -1", "division by zero", "0 ** -1", None),
    ("kernel / [1, 0]", "division by zero", "kernel / [1, 0]", None),
    ("depths[3]", "index 3 is out of range: the list has 3 elements", "3", None),
    ("depths[-4]", "index -4 is out of range: the list has 3 elements", "-4", None),
    ("depths[1.0]", "an index is an integer, not the number 1.0", "1.0", None),
    ("depths[true]", "an index is an integer, not true", "true", None),
    ("width[0]", "`[]` needs a list, got the number 64", "0", None),
    ("2 ** 101", "the exponent is too large; integers go up to 10**30", "2 ** 101", None),
    ("9 ** 9 ** 9", "the exponent is too large; integers go up to 10**30", "9 ** 9 ** 9", None),
    ("2 ** 1e300", "the exponent is too large; integers go up to 10**30", "2 ** 1e300", None),
    ("10 ** 31", "the result is too large; integers go up to 10**30", "10 ** 31", None),
    ("10 ** 16 * 10 ** 16", "the result is too large; integers go up to 10**30", "10 ** 16 * 10 ** 16", None),
    ("9" * 40, "the integer is too large; integers go up to 10**30", "9" * 40, None),
    ("1e999", "the number is too large", "1e999", None),
    ("1e308 * 10", "the result is not a finite number", "1e308 * 10", None),
    ("1e308 ** 2", "the result is too large", "1e308 ** 2", None),
    ("floor(1e300)", "the result is too large; integers go up to 10**30", "floor(1e300)", None),
    ("(-8) ** (1 / 3)", "a fractional power of a negative number", "(-8) ** (1 / 3)", None),
    ("sqrt(-1)", "`sqrt` needs a number that is not negative, got the number -1", "sqrt(-1)", None),
    ("round('x')", "`round` needs a number, got the string 'x'", "round('x')", None),
    ("max([])", "`max` of an empty list", "max([])", None),
    ("max(1, kernel)", "`max` needs numbers, got a list of 2", "max(1, kernel)", None),
    ("sum(scaling)", "`sum` needs numbers, got a list of 2", "sum(scaling)", None),
    ("sum(3)", "`sum` needs a list, got the number 3", "sum(3)", None),
    ("product(scaling)", "`product` needs numbers, got a list of 2", "product(scaling)", None),
    ("product(3)", "`product` needs a list, got the number 3", "product(3)", None),
    (
        "product([10 ** 20, 10 ** 20])",
        "the result is too large; integers go up to 10**30",
        "product([10 ** 20, 10 ** 20])",
        None,
    ),
    ("len('abc')", "`len` needs a list, got the string 'abc'", "len('abc')", None),
    ("zip(depths, 3)", "`zip` needs lists, got the number 3", "zip(depths, 3)", None),
    ("zip(depths, kernel)", "`zip` needs lists of the same length, got 3 and 2 elements", "zip(depths, kernel)", None),
    ("range(1.5)", "`range` needs integers, got the number 1.5", "range(1.5)", None),
    ("range(0, 3, 0)", "the step of `range` is zero", "range(0, 3, 0)", None),
    ("range(100001)", "a list of more than 100,000 elements", "range(100001)", None),
    ("range(10 ** 30)", "a list of more than 100,000 elements", "range(10 ** 30)", None),
    ("[range(60000), range(60000)]", "a list of more than 100,000 elements", "[range(60000), range(60000)]", None),
    ("[" * 25 + "]" * 25, "lists nested more than 20 deep", "[" * 21 + "]" * 21, None),
    (
        "make_divisible(3, 0)",
        "`make_divisible` needs a positive integer as divisor, got the number 0",
        "make_divisible(3, 0)",
        None,
    ),
    ("(" * 51 + "1" + ")" * 51, "an expression nested more than 50 deep", "(", None),
    ("-" * 51 + "1", "an expression nested more than 50 deep", "-", None),
    ("2 ** " * 60 + "1", "an expression nested more than 50 deep", "2", None),
    ("1 if 1 else " * 60 + "1", "an expression nested more than 50 deep", "1", None),
    ("1" + "+1" * 1000, "an expression of more than 2,000 characters", "1" + "+1" * 1000, None),
    ("depths[1", "unbalanced parentheses: `[` is never closed", "[", None),
    ("(1]", "unbalanced parentheses: `(` is closed by `]`", "]", None),
]


@pytest.mark.parametrize(("text", "message", "below", "hint"), REFUSED)
def test_refused(text: str, message: str, below: str, hint: str | None) -> None:
    error = refusal(text)
    assert (error.message, carets(error), error.hint) == (message, below, hint)


def scalar_in(line: str, text: str, quotes: int = 0) -> Span:
    """The span of a scalar in a line of YAML, quotes and all."""
    column = line.index(text) + 1 - quotes // 2
    return Span(Source("net.yaml", line), 1, column, 1, column + len(text) + quotes)


def test_frame_in_a_line() -> None:
    line = "  - conv: {out: 4 * widht, kernel: 3}"
    with pytest.raises(SpecError) as caught:
        parse_expression("4 * widht", span := scalar_in(line, "4 * widht")).evaluate(SCOPE, span)
    assert str(caught.value) == (
        "error: unknown name `widht`; did you mean `width`?\n"
        " --> net.yaml:1:21\n"
        "  |\n"
        "1 |   - conv: {out: 4 * widht, kernel: 3}\n"
        "  |                     ^^^^^"
    )


def test_one_parse_serves_every_place() -> None:
    lines = ["a: 4 * widht", 'b:    "4 * widht"', "c: '4 * widht' # widht"]
    columns = []
    for line, quotes in zip(lines, [0, 2, 2], strict=True):
        with pytest.raises(SpecError) as caught:
            parse_expression("4 * widht", span := scalar_in(line, "4 * widht", quotes)).evaluate(SCOPE, span)
        assert carets(caught.value) == "widht"
        assert isinstance(caught.value.origin, Span)
        columns.append(caught.value.origin.column)
    assert columns == [8, 12, 9]
    assert parse_expression("4 * width", whole("4 * width")) is parse_expression("4 * width", whole("x"))


def test_places_that_do_not_match_the_text_are_shown_whole() -> None:
    escaped = Span(Source("net.yaml", r'a: "\x34 * widht"'), 1, 4, 1, 18)  # "\x34" is 4
    folded = Span(Source("net.yaml", "a: 4 *\n  widht"), 1, 4, 2, 8)
    for span in (escaped, folded):
        with pytest.raises(SpecError) as caught:
            parse_expression("4 * widht", span).evaluate(SCOPE, span)
        assert caught.value.origin == span


COMMA = "a comma in `{}` or `[]` ends a value: quote the expression, "


def test_a_comma_in_braces() -> None:
    line = "  - conv: {out: 2 * min(width, max(3, 4)), kernel: 3}"  # out: `2 * min(width`, `max(3`: null, `4))`: null
    with pytest.raises(SpecError) as caught:
        parse_expression("2 * min(width", scalar_in(line, "2 * min(width"))
    assert caught.value.message == "unbalanced parentheses: `(` is never closed"
    assert caught.value.hint == COMMA + '"min(width, max(3, 4))"'
    assert carets(caught.value) == "("
    assert bracket_hint("max(3", scalar_in(line, "max(3")) == COMMA + '"max(3, 4)"'
    assert bracket_hint("4))", scalar_in(line, "4))")) == COMMA + '"max(3, 4)"'


def test_bracket_hint_without_its_counterpart_on_the_line() -> None:
    assert bracket_hint("b)") == COMMA + '"min(a, b)"'
    assert bracket_hint("min(a", whole("min(a")) == COMMA + '"min(a, b)"'


@pytest.mark.parametrize("text", ["min(a, b)", "kernel", "2x", "$", "depths[0", ""])
def test_no_bracket_hint(text: str) -> None:
    assert bracket_hint(text) is None


def test_a_quoted_expression_gets_no_hint_to_quote_it() -> None:
    line = 'a: "min(1, 2"'
    for span in (scalar_in(line, "min(1, 2", 2), scalar_in(line, "min(1, 2")):
        with pytest.raises(SpecError, match="`\\(` is never closed") as caught:
            parse_expression("min(1, 2", span)
        assert caught.value.hint is None
        assert carets(caught.value) == "("


def test_names() -> None:
    names = parse_expression("a + min(b[c], f(d)) if e else 'g'", whole("")).names
    assert names == {"a", "b", "c", "d", "e", "f"}


def test_an_error_in_a_function_shows_its_body_and_who_called_it() -> None:
    half = function("half(c)", "c / divisor", Names({"divisor": 0}))
    outer = function("outer(c)", "1 + half(c)", Names({"half": half}))
    span = Span(Source("net.yaml", "\n\n\nouter(3)"), 4, 1, 4, 9)
    with pytest.raises(SpecError) as caught:
        parse_expression("outer(3)", span).evaluate(Names({"outer": outer}), span)
    error = caught.value
    assert (error.message, carets(error)) == ("division by zero", "c / divisor")
    assert error.chain == ("outer(c)", "half(c)")
    assert error.called_on == 1  # `half` was called in the body of `outer`


def test_a_parameter_hides_a_variable() -> None:
    scope = Names({"width": 64})
    assert evaluate("f(3)", Names({"f": function("f(width)", "width", scope)})) == 3


def test_calls_nested_too_deep() -> None:
    scope = Names({"f0": function("f0(c)", "c", Names({}))})
    for i in range(1, 80):
        scope = Names({f"f{i}": function(f"f{i}(c)", f"f{i - 1}(c)", scope)})
    assert refusal("f79(1)", scope).message == "calls nested more than 50 deep"


def test_a_function_that_calls_twice_forty_times_over() -> None:
    scope = Names({"f0": function("f0(c)", "c", Names({}))})
    for i in range(1, 40):
        scope = Names({f"f{i}": function(f"f{i}(c)", f"f{i - 1}(c) + f{i - 1}(c)", scope)})

    def refuse() -> None:
        with pytest.raises(SpecError, match="the expressions take too many operations"):
            parse_expression("f39(1)", whole("f39(1)")).evaluate(scope, whole("f39(1)"), Budget(20_000))

    # Catches a budget that is spent on something else than calls: 2^39 of them never end.
    steps(refuse, most=100 * 20_000)


def test_one_budget_for_all() -> None:
    budget = Budget(250)
    expression = parse_expression("sum(range(50))", whole("sum(range(50))"))  # 50 for the list, 50 for the sum
    for _ in range(2):
        assert expression.evaluate(SCOPE, whole(expression.text), budget) == 1225
    with pytest.raises(SpecError, match="the expressions take too many operations"):
        expression.evaluate(SCOPE, whole(expression.text), budget)


def test_deep_brackets_with_every_operator_do_not_overflow_the_stack() -> None:
    text = "(0 or 1 and 1<1+1*-1**" * 16 + "1" + ")" * 16  # the parenthesis, the minus and the power: 48 deep
    assert evaluate(text) is False  # -1 ** 1 and -1 ** 0 are both -1, and 1 < 1 + 1 * -1 is false


def test_a_name_may_have_a_fault_of_its_own() -> None:
    class Later(Names):
        def lookup(self, name: str) -> Any:
            raise Fault(f"`{name}` is defined later")

    error = refusal("1 + width", Later({}))
    assert (error.message, carets(error)) == ("`width` is defined later", "width")


def test_lists_that_hold_each_other_are_refused_before_they_grow() -> None:
    budget = Budget()
    value: list[Any] = [1]
    for _ in range(15):  # 1 element, and then twice as many and two more: after 15 times 3 * 2**15 - 2 = 98,302
        value = checked_list([value, value], budget)
    with pytest.raises(Fault, match="a list of more than 100,000 elements"):
        checked_list([value, value], budget)


def test_truth() -> None:
    assert [truth(value) for value in (True, False, 0, 2, 0.0, 0.5)] == [True, False, False, True, False, True]
    for value, what in (([], "a list of 0"), ("no", "the string 'no'"), (None, "nothing")):
        with pytest.raises(Fault, match=f"`when` needs true or false, got {what}"):
            truth(value)


def test_callees() -> None:
    assert Callee("relu", "layer") != Callee("relu", "block")
    assert len({Callee("relu", "layer"), Callee("relu", "layer")}) == 1
    assert repr(Callee("relu", "layer")) == "Callee('relu', 'layer')"
    with pytest.raises(NotImplementedError):
        Opaque().describe()


def test_reserved_and_builtin_names() -> None:
    assert {"and", "true", "for", "lambda"} <= RESERVED_WORDS
    for name in BUILTINS:  # the signature in a hint is a call with as many arguments as the function takes
        assert BUILTINS[name].signature.startswith(f"{name}(")


# Random expressions that Python reads in the same way: its own `eval` is the reference.
NUMBERS = st.one_of(st.integers(0, 30).map(str), st.sampled_from(["0.5", "1e-2", "2.25", "True", "False"]))
BINARY = ["+", "-", "*", "/", "//", "%", "<", "<=", ">", ">=", "==", "!=", "and", "or"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(BINARY), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(BINARY), inner, st.sampled_from(BINARY), inner).map(" ".join),
        st.tuples(inner, st.integers(-2, 3)).map(lambda pair: f"{pair[0]} ** {pair[1]}"),
        st.tuples(st.integers(0, 3), inner).map(lambda pair: f"{pair[0]} ** ({pair[1]})"),
        inner.map("({})".format),
        inner.map("- {}".format),
        inner.map("+{}".format),
        inner.map("(not {})".format),
        inner.map("abs({})".format),
        inner.map("[{}, 2][0]".format),
        st.tuples(inner, inner).map(lambda pair: "max({}, {})".format(*pair)),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "{} if {} else {}".format(*parts)),
    )


@settings(max_examples=1000, deadline=None)
@given(st.recursive(NUMBERS, grown, max_leaves=12))
def test_arithmetic_is_that_of_python(text: str) -> None:
    try:
        value = evaluate(text.replace("True", "true").replace("False", "false"))
    except SpecError as error:
        reason = error.message
    else:  # only now is it sure that Python's value is of a reasonable size
        expected = eval(text)
        assert (value, type(value)) == (expected, type(expected))
        return
    if reason.startswith("expected"):
        with pytest.raises(SyntaxError):
            compile(text, "expression", "eval")
    elif reason == "division by zero":
        with pytest.raises(ZeroDivisionError):
            eval(text)
    else:
        assert reason.startswith(
            ("the exponent is too large", "the result is", "a fractional power", "an expression nested")
        )


WORDS = [
    *"0123459abx()[],.+-*/%<>=!'\"$ \n:{}&|",
    *(
        "width",
        "kernel",
        "depths",
        "act",
        "twice(",
        "true",
        "if ",
        " else ",
        " and ",
        " or ",
        "not ",
        "**",
        "//",
        "==",
        "e9",
    ),
    *(f"{name}(" for name in sorted(BUILTINS)),
]


MOST_STEPS = 10_000_000
"""Of one expression: a few for each of the million operations that a budget allows."""


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.text(max_size=50), st.lists(st.sampled_from(WORDS), max_size=30).map("".join)))
def test_any_text_gives_a_value_or_one_error(text: str) -> None:
    found: list[Any] = []

    def attempt() -> None:
        try:
            expression = parse_expression(text, whole(text))
            assert isinstance(expression, Expression)
            found.append(expression.evaluate(SCOPE, whole(text)))
        except SpecError as error:
            found.append(str(error))

    # Catches a short text that keeps the evaluation busy, such as a loop without end.
    steps(attempt, MOST_STEPS)
    (value,) = found
    assert not isinstance(value, float) or math.isfinite(value)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS[:30]), max_size=20).map("".join))
def test_balanced_text_never_gets_the_hint(text: str) -> None:
    if text.count("(") == text.count(")") == 0:
        assert bracket_hint(text) is None
