"""The file's syntax: the top-level keys of a spec, each checked for its form, nothing evaluated yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.document.budget import read_budget
from cnncost.language.document.published import read_expectation, read_published
from cnncost.language.document.signature import Signature, check_name, parse_signature
from cnncost.language.document.steps import COMPOUNDS, WORDS
from cnncost.language.yaml.forms import is_empty, mapping, plain_text, refuse_unknown_keys, text_of, whole_number
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.layers import STEP_TYPES
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.graph.graph import BudgetText, Expectation, Published
    from cnncost.language.document.definition import Definition

KEYS = {
    "name": "the network's name",
    "source": "where the architecture was published",
    "input": "shape of one sample, channels first; several inputs as a mapping of name to shape",
    "vars": "variables and one-line functions, in order",
    "blocks": "reusable blocks, by signature",
    "layers": "layers of the spec's own, by signature",
    "network": "the steps",
    "outputs": "names of the outputs; the last step when absent",
    "auxiliary": "names of outputs that exist in training only",
    "variants": "named settings",
    "expect": "figures that `cnncost check` holds the spec to, with their source",
    "budget": "what the network may cost: figures and their limits, and the settings that they are `at`",
    "year": "when the architecture was published",
    "task": "what it was published for, such as `classification`",
    "published": "what others print of the network: figures with the source of each",
}
VARIANT_KEYS = {
    "set": "variables, and the values that they have here",
    "expect": "figures of the variant",
    "budget": "what the variant may cost",
    "source": "where the variant was published",
    "year": "when it was published, where that is not the year of the spec",
    "published": "what others print of the variant",
}
_YEAR = "a year, such as 2015"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Variable(NamedTuple):
    """A variable, or a one-line function."""

    signature: Signature
    """Its name, and the parameters of a function."""
    is_function: bool
    """Whether the signature has brackets, be they empty."""
    value: Node
    """What it stands for, or the body of the function."""


class Block(NamedTuple):
    """A reusable block."""

    signature: Signature
    """Its name and parameters."""
    steps: Node
    """Its steps, as written."""


class Variant(NamedTuple):
    """Named settings of a spec."""

    settings: MappingNode | None
    """Variables and the values that they have here."""
    expect: Expectation | None
    """Figures that an independent source gives for it."""
    budget: BudgetText | None
    """What it may cost."""
    source: str | None
    """Where it was published."""
    year: int | None
    """When it was published, where that is not the year of the spec."""
    published: tuple[Published, ...]
    """Figures as sources print them."""


class Document(NamedTuple):
    """One spec, by its top-level keys, which :data:`KEYS` describes; nothing is evaluated."""

    name: str | None
    source: str | None
    input: Node
    variables: dict[str, Variable]
    blocks: dict[str, Block]
    layers: dict[str, Definition]
    network: Node
    outputs: list[Scalar] | None
    auxiliary: list[Scalar]
    variants: dict[str, Variant]
    expect: Expectation | None
    budget: BudgetText | None
    year: int | None
    task: str | None
    published: tuple[Published, ...]
    root: MappingNode
    """The whole tree."""

    @property
    def file(self) -> str:
        """What errors call the file."""
        return self.root.span.source.name

    def unused(self) -> Iterator[str]:
        """A sentence for each variable and block that nothing mentions."""
        mentions: dict[str, int] = {}
        seen: set[int] = set()
        for key in ("input", "vars", "blocks", "layers", "network"):
            node = self.root.get(key)
            if node is not None:
                _count_words(node, mentions, seen)
        for variant in self.variants.values():
            for _, value in variant.settings.entries if variant.settings else ():
                _count_words(value, mentions, seen)
        for what, defined in (("variable", self.variables), ("block", self.blocks), ("layer", self.layers)):
            for name, definition in defined.items():
                if mentions[name] == 1:
                    line = definition.signature.span.line
                    yield f"the {what} `{name}` on line {line} is used by nothing"


def read_document(root: Node, name: str) -> Document:
    """The spec in a YAML tree.

    Raises:
        SpecError: an unknown, missing or ill-formed key.
    """
    if not isinstance(root, MappingNode):
        hint = "a spec has at least `input` and `network`"
        raise SpecError(f"`{name}` is not a spec: it holds no keys", root.span, hint=hint)
    refuse_unknown_keys(root, KEYS, "a spec")
    for needed in ("input", "network"):
        if needed not in root:
            raise SpecError(f"the key `{needed}` is missing", root.span, hint=f"`{needed}`: {KEYS[needed]}")
    variants, blocks = root.get("variants"), _blocks(root)
    return Document(
        name=text_of(root, "name"),
        source=text_of(root, "source"),
        input=_required(root, "input"),
        variables=_variables(root),
        blocks=blocks,
        layers=_layers(root, blocks),
        network=_required(root, "network"),
        outputs=_names(root, "outputs") if "outputs" in root else None,
        auxiliary=_names(root, "auxiliary"),
        variants=_variants(variants) if variants else {},
        expect=read_expectation(root.get("expect")),
        budget=read_budget(root.get("budget")),
        year=whole_number(root, "year", _YEAR),
        task=text_of(root, "task"),
        published=read_published(root.get("published")),
        root=root,
    )


def _required(root: MappingNode, key: str) -> Node:
    node = root.get(key)
    assert node is not None
    if is_empty(node) or (isinstance(node, MappingNode) and not len(node)):
        raise SpecError(f"`{key}` is empty", root.key(key).span, hint=f"`{key}`: {KEYS[key]}")
    return node


def _entries(root: MappingNode, key: str) -> list[tuple[Scalar, Node]]:
    node = root.get(key)
    return [] if node is None or is_empty(node) else mapping(node, f"`{key}`").entries


def _variables(root: MappingNode) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    for key, value in _entries(root, "vars"):
        signature = parse_signature(key, "variable")
        _refuse_twice(signature, variables, "variable")
        if is_empty(value):
            raise SpecError(f"the variable `{signature.name}` has no value", key.span)
        variables[signature.name] = Variable(signature, "(" in key.text, value)
    return variables


def _blocks(root: MappingNode) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    for key, value in _entries(root, "blocks"):
        signature = parse_signature(key, "block")
        _refuse_twice(signature, blocks, "block")
        _refuse_layer_name(signature, "block")
        if is_empty(value):
            raise SpecError(f"the block `{signature.name}` has no steps", key.span)
        blocks[signature.name] = Block(signature, value)
    return blocks


def _layers(root: MappingNode, blocks: Mapping[str, Block]) -> dict[str, Definition]:
    if "layers" not in root:
        return {}
    from cnncost.language.document.definition import OF_THE_OUTPUT, read_definition  # few specs define layers

    for key, _ in _entries(root, "vars"):
        if key.text in OF_THE_OUTPUT:
            message = f"`{key.text}` is what layers of the spec's own know of their output, not the name of a variable"
            raise SpecError(message, key.span, hint="choose another name")
    layers: dict[str, Definition] = {}
    for key, value in _entries(root, "layers"):
        definition = read_definition(key, value)
        _refuse_twice(definition.signature, layers, "layer")
        _refuse_layer_name(definition.signature, "layer")
        if definition.signature.name in blocks:
            message = f"the layer `{definition.signature.name}` has the name of a block"
            raise SpecError(message, key.span, hint="choose another name")
        layers[definition.signature.name] = definition
    return layers


def _refuse_twice(
    signature: Signature, known: Mapping[str, Variable] | Mapping[str, Block] | Mapping[str, Definition], what: str
) -> None:
    if signature.name in known:
        line = known[signature.name].signature.span.line
        hint = f"it stands on line {line} already"
        raise SpecError(f"the {what} `{signature.name}` is defined twice", signature.span, hint=hint)


def _refuse_layer_name(signature: Signature, what: str) -> None:
    name, is_layer = signature.name, signature.name in STEP_TYPES
    if is_layer or name in WORDS:
        there = " that is there already" if what == "layer" else ""
        taken = f"layer{there}" if is_layer or name in COMPOUNDS else "modifier"
        message = f"the {what} `{name}` has the name of a {taken}"
        raise SpecError(message, signature.span, hint="choose another name")


def _names(root: MappingNode, key: str) -> list[Scalar]:
    node = root.get(key)
    if node is None:
        return []
    items = node.items if isinstance(node, SequenceNode) else [node]
    for item in items:
        plain_text(item, f"each of `{key}`")
    return [item for item in items if isinstance(item, Scalar)]


def _variants(node: Node) -> dict[str, Variant]:
    variants: dict[str, Variant] = {}
    for key, value in mapping(node, "`variants`").entries:
        check_name(key.text, key.span, "variant")
        entry = mapping(value, f"the variant `{key.text}`")
        refuse_unknown_keys(entry, VARIANT_KEYS, "a variant")
        settings = entry.get("set")
        variants[key.text] = Variant(
            None if settings is None else mapping(settings, "`set`"),
            read_expectation(entry.get("expect")),
            read_budget(entry.get("budget")),
            text_of(entry, "source"),
            whole_number(entry, "year", _YEAR),
            read_published(entry.get("published")),
        )
    return variants


def _count_words(node: Node, counts: dict[str, int], seen: set[int]) -> None:
    """Count every identifier of every text below `node`; what aliases stand for counts once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Scalar):
        for word in _WORD.findall(node.text):
            counts[word] = counts.get(word, 0) + 1
    elif isinstance(node, SequenceNode):
        for item in node.items:
            _count_words(item, counts, seen)
    else:
        for key, value in node.entries:
            _count_words(key, counts, seen)
            _count_words(value, counts, seen)
