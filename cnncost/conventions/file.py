"""YAML -> convention: reads the file of a convention, and refuses one whose rules could not be evaluated later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions.counted import refuse_negative_product, whole_count
from cnncost.conventions.header import read_header
from cnncost.conventions.quantities import NUMBERS_FROM_ZERO, QUANTITIES, field_names
from cnncost.conventions.rules import Constants, Rule, RuleBook, RuleConvention
from cnncost.errors import SpecError, did_you_mean
from cnncost.files import read_file as read_bytes
from cnncost.files import reason, shown_path
from cnncost.frozen import FrozenDict
from cnncost.language.document.signature import check_name
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import parse_expression, part_at_fault
from cnncost.language.expressions.tokens import tokenize
from cnncost.language.expressions.values import Fault
from cnncost.language.limits import Limits
from cnncost.language.yaml.forms import is_empty, mapping, plain_text, refuse_unknown_keys, text_span
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.language.yaml.reader import parse
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any, SupportsIndex

    from cnncost.errors import Span

KEYS = {
    "name": "what `--convention` calls it",
    "unit": "`FLOPs` or `MACs`: what its number is",
    "flops_per_mac": "what a multiply-accumulate counts in the backward pass; 2 for FLOPs and 1 for MACs when left out",
    "source": "the tool and its version, or who published the rules",
    "about": "how it counts, in a sentence",
    "quirks": "what it gets wrong or leaves out, a list of sentences",
    "vars": "names for expressions that several rules need; each sees those above it",
    "rules": "what one layer counts, by layer types and families",
    "free": "layer types and families that count nothing, a list",
    "otherwise": "what a layer counts that has no rule and is not free; without it such a layer is refused",
}
"""The keys of a convention's file."""

_LARGEST = Limits().bytes
"""Bytes that a file may have."""

_REQUIRED = ("name", "unit", "source", "about", "rules")


class FileConvention(RuleConvention):
    """A convention as a file states it: copies and pickles are read from the same text."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return read_convention, (self.span.source.text, self.span.source.name)


def read_file(path: str | Path) -> RuleConvention:
    """The convention in a file.

    Raises:
        SpecError: the file cannot be read, or holds no convention.
    """
    shown = shown_path(path)
    try:
        data = read_bytes(path, _LARGEST)
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown}`") from None
    except OSError as error:
        raise SpecError(f"cannot read `{shown}`: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"`{shown}` is not a valid path") from None
    if len(data) > _LARGEST:
        raise SpecError(f"`{shown}` is larger than {_LARGEST:,} bytes, which no convention is")
    return read_convention(data, shown)


def read_preset(path: Path) -> RuleConvention:
    """The convention in a file that ships with cnncost; what it says of itself is not checked."""
    return _convention(parse(path.read_bytes(), str(path)), checked=False)


def read_convention(data: bytes | str, file: str = "<convention>") -> RuleConvention:
    """The convention in a text; `file` is what errors call it.

    Raises:
        SpecError: it is none; the text says where and what to do.

    >>> own = read_convention("{name: mine, unit: MACs, source: me, about: Own., rules: {conv: mac}, free: relu}")
    >>> own.rule_of("conv").text, own.rule_of("relu").text, len(own.book.uncounted()) > 40
    ('mac', '0', True)
    """
    return _convention(parse(data, file), checked=True)


def _convention(root: Node, *, checked: bool) -> RuleConvention:
    if not isinstance(root, MappingNode):
        raise SpecError(f"`{root.span.source.name}` is not a convention: it holds no keys", root.span)
    refuse_unknown_keys(root, KEYS, "a convention")
    for key in (*_REQUIRED, *(key for key in ("free", "otherwise") if key in root)):
        if key not in root:
            raise SpecError(f"the key `{key}` is missing", root.span, hint=f"`{key}`: {KEYS[key]}")
        if is_empty(_value(root, key)):
            raise SpecError(f"`{key}` is empty", root.key(key).span, hint=f"`{key}`: {KEYS[key]}")
    header = read_header(root, checked=checked)
    book = _book(root)
    if checked:
        _refuse_visibly_wrong(book)
    return FileConvention(header, book, _value(root, "name").span)


def _value(root: MappingNode, key: str) -> Node:
    value = root.get(key)
    assert value is not None
    return value


def _book(root: MappingNode) -> RuleBook:
    variables = _variables(root)
    rules: list[Rule] = []
    families: dict[str, Rule] = {}
    types: dict[str, Rule] = {}
    for key, value in mapping(_value(root, "rules"), "`rules`").entries:
        rule = _rule(tuple(name for name, _ in _parts(key)), value, f"the rule for `{key.text[:60]}`")
        rules.append(rule)
        for name, part in _parts(key):
            _assign(name, part, rule, types if name in REGISTRY else families)
    free = [*_free(root.get("free"))]
    for item in free:
        nothing = Rule((item.text,), parse_expression("0", item.span), item.span)
        _assign(item.text, item, nothing, types if item.text in REGISTRY else families)
    otherwise = _rule((), _value(root, "otherwise"), "`otherwise`") if "otherwise" in root else None
    by_name = FrozenDict(types), FrozenDict(families), FrozenDict(variables)
    book = RuleBook(tuple(rules), tuple([item.text for item in free]), otherwise, *by_name)
    known = {*QUANTITIES, *variables, *_fields()}
    for rule in (*rules, *([otherwise] if otherwise else [])):
        _refuse_unknown(rule, known)
    read = _read_by(variables)
    for keyword in REGISTRY:
        counting = book.rule_of(keyword)
        if counting is not None:
            _refuse_missing_field(counting, keyword, read)
    return book


def _free(node: Node | None) -> Iterator[Scalar]:
    """The layer types and families that a convention names as free."""
    items = node.items if isinstance(node, SequenceNode) else [] if node is None else [node]
    for item in items:
        plain_text(item, "each of `free`")
        assert isinstance(item, Scalar)
        yield from (part for _, part in _parts(item))


def _parts(key: Scalar) -> Iterator[tuple[str, Scalar]]:
    """The layers that a key names, each with its place."""
    start = 0
    for text in key.text.split(","):
        name = text.strip()
        begin = start + len(text) - len(text.lstrip())
        yield name, Scalar(name, quoted=True, span=text_span(key).part(begin, begin + max(1, len(name))))
        start += len(text) + 1


def _assign(name: str, part: Scalar, rule: Rule, rules: dict[str, Rule]) -> None:
    """Give a layer type or family its rule.

    Raises:
        SpecError: there is none of that name, or it has a rule.
    """
    known = {*REGISTRY, *(layer.family for layer in REGISTRY.values())}
    if name not in known:
        hint = "`cnncost layers` lists both"
        raise SpecError(f"unknown layer type or family `{name[:60]}`{did_you_mean(name, known)}", part.span, hint=hint)
    if name in rules:
        first = rules[name].span.line
        if rule.span is part.span:  # of what is free
            raise SpecError(f"`{name}` is free already, or has a rule", part.span, hint=f"see line {first}")
        raise SpecError(f"a second rule for `{name}`", part.span, hint=f"the first stands on line {first}")
    rules[name] = rule


def _rule(layers: tuple[str, ...], value: Node, what: str) -> Rule:
    if not isinstance(value, Scalar) or is_empty(value):
        raise SpecError(f"{what} must be an expression", value.span, hint="it may be as short as `mac`, or `0`")
    return Rule(layers, parse_expression(value.text, value.span), value.span)


def _variables(root: MappingNode) -> dict[str, Rule]:
    node = root.get("vars")
    variables: dict[str, Rule] = {}
    if node is None or is_empty(node):
        return variables
    fields = _fields()
    entries = mapping(node, "`vars`").entries
    lines = {key.text: key.span.line for key, _ in entries}
    for key, value in entries:
        if "(" in key.text:
            raise SpecError("a convention has no functions of its own", key.span, hint="name an expression instead")
        name = check_name(key.text, key.span, "variable")
        if name in QUANTITIES or name in fields:
            raise SpecError(f"`{name}` has a meaning already", key.span, hint="choose another name")
        variable = _rule((), value, f"the variable `{name}`")
        for read in sorted(variable.expression.names & lines.keys() - variables.keys()):
            what = "reads itself" if read == name else f"is defined later, on line {lines[read]}"
            raise SpecError(f"the variable `{read}` {what}", _where(variable, read))
        _refuse_unknown(variable, {*QUANTITIES, *fields, *variables})
        variables[name] = variable
    return variables


def _fields() -> set[str]:
    """The fields of all layer types."""
    return {name for layer in REGISTRY.values() for name in field_names(layer)}


def _refuse_missing_field(rule: Rule, type_: str, read: dict[str, set[str]]) -> None:
    """Refuse a rule that a layer type cannot be counted by, for want of a field."""
    for name in sorted(_names(rule, read) - QUANTITIES.keys() - {*field_names(REGISTRY[type_])}):
        hint = f"give `{type_}` a rule of its own"
        raise SpecError(f"`{type_}` has no `{name}`, and this rule counts it", _where(rule, name), hint=hint)


def _refuse_visibly_wrong(book: RuleBook) -> None:
    """Refuse a rule that cannot be right at any layer: a constant that is no count, a product that is below zero."""
    read, constants = _read_by(book.variables), Constants(book.variables)
    for name in book.variables:
        if not read[name]:
            constants.lookup(name)  # one after the other, so that none nests in another
    for rule in (*book.rules, *([book.otherwise] if book.otherwise else [])):
        if _names(rule, read):
            refuse_negative_product(rule, NUMBERS_FROM_ZERO)
        else:
            whole_count(rule.expression.evaluate(constants, rule.span), rule)


def _read_by(variables: Mapping[str, Rule]) -> dict[str, set[str]]:
    """What every variable reads in the end: quantities and fields."""
    read: dict[str, set[str]] = {}
    for name, variable in variables.items():
        read[name] = _names(variable, read)
    return read


def _names(rule: Rule, read: dict[str, set[str]]) -> set[str]:
    """The names that a rule reads, in place of variables those that they read."""
    return set().union(*(read.get(name, {name}) for name in rule.expression.names))


def _refuse_unknown(rule: Rule, known: set[str]) -> None:
    for name in sorted(rule.expression.names - known):
        guess = did_you_mean(name, [*known, *BUILTINS])
        raise SpecError(f"unknown name `{name[:60]}`{guess}", _where(rule, name))


def _where(rule: Rule, name: str) -> Span:
    """Where a rule first uses a name; all of it when it reads it through a variable."""
    for token in tokenize(rule.expression.text):
        if token.kind == "name" and token.text == name:
            fault = Fault("", token.start, token.end)
            return part_at_fault(fault, rule.expression.text, rule.span)
    return rule.span
