"""A step as written: one layer, block, join, loop or residual, and the modifiers beside it; nothing is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.document.step_names import check_step_name
from cnncost.language.expressions.expression import bracket_hint
from cnncost.language.yaml.forms import is_empty, plain_text, text_span
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.layers import REGISTRY
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.errors import Span

MODIFIERS = {
    "name": "names the step's output",
    "from": "reads another output instead of the step before: a reference, or a list of them for a join",
    "repeat": "how many times, one after the other",
    "when": "a condition; where it is false the step is dropped",
    "share": "uses the weights of the step or block of that name",
    "trainable": "false freezes the weights",
}
LOOP_KEYS = {"for": "the loop's variables", "in": "the rows they run over", "do": "the steps of one turn"}
RESIDUAL_KEYS = {
    "residual": "the steps of the residual function",
    "shortcut": "the steps of the other path; none is the identity",
    "skip": "a condition; where it is false there is no addition",
}
SEQUENCE_KEYS = {"sequence": "steps that are numbered where they have no name, one after the other"}
NETWORK_KEYS = {
    "network": "another network as a step: one that ships, or a file relative to this one; a variant behind an `@`",
    "until": "the step inside after which it stops; what nothing reads is left out",
    "set": "its variables, and the values that they have here",
    "frozen": "steps inside whose weights are not trained",
    "channels": "how many its inputs have here, where that is not what its own spec says",
}
COMPOUNDS = {"for": LOOP_KEYS, "residual": RESIDUAL_KEYS, "sequence": SEQUENCE_KEYS, "network": NETWORK_KEYS}
"""The keys of the steps that are made of steps, by the first of each."""
WORDS = (*MODIFIERS, *LOOP_KEYS, *RESIDUAL_KEYS, *SEQUENCE_KEYS, *NETWORK_KEYS)
"""What a key of a step may say beside the name of a layer, so that no block can be called that."""


class Step(NamedTuple):
    """One step of the network; modifiers are as written."""

    callee: str
    """The layer, block or variable named; of what is made of steps, its first key, such as ``for``."""
    callee_span: Span
    """Where it is named."""
    arguments: Node | None
    """What stands under the name."""
    name: str | None = None
    """What the step is called."""
    name_span: Span | None = None
    """Where it is called that."""
    from_: Node | None = None
    """What it reads instead of the step before."""
    repeat: Node | None = None
    """How many times it runs."""
    when: Node | None = None
    """The condition under which it runs."""
    share: Node | None = None
    """The step whose weights it uses."""
    trainable: Node | None = None
    """Whether its weights are trained."""
    beside: MappingNode | None = None
    """The arguments of a join by their names, whose branches stand under its own."""
    parts: MappingNode | None = None
    """The keys of a step that is made of steps."""

    @property
    def line(self) -> int:
        """The line that it stands on."""
        return self.callee_span.line

    @property
    def sources(self) -> Node:
        """What its `from` names; of a network with several inputs, what their names stand before."""
        assert self.from_ is not None
        if self.callee == "network" and isinstance(self.from_, MappingNode):
            return SequenceNode([value for _, value in self.from_.entries], self.from_.span)
        return self.from_

    def part(self, key: str) -> Node:
        """What stands under a key of a step that is made of steps."""
        part = self.optional_part(key)
        assert part is not None, f"parse_step has seen to {key}"
        return part

    def optional_part(self, key: str) -> Node | None:
        """What stands under a key of a step that is made of steps, where it may be absent."""
        return None if self.parts is None else self.parts.get(key)


def parse_steps(node: Node, what: str) -> list[Step]:
    """The steps of a list, or of a single step standing alone.

    Raises:
        SpecError: something in it is not a step.
    """
    if isinstance(node, SequenceNode):
        return [parse_step(item) for item in node.items]
    if is_empty(node):
        raise SpecError(f"{what} has no steps", node.span)
    return [parse_step(node)]


def parse_step(node: Node) -> Step:
    """The step in a YAML node: a bare name, or a mapping with one layer or block and modifiers.

    Raises:
        SpecError: no layer, two layers, an unknown modifier.
    """
    if isinstance(node, Scalar):
        if is_empty(node):
            raise SpecError("an empty step", node.span, hint="a step is a layer or a block")
        return Step(node.text, node.span, None)
    if isinstance(node, SequenceNode):
        raise SpecError("a list where a step belongs", node.span, hint="a step is a layer or a block, `conv: 64`")
    for head, keys in COMPOUNDS.items():
        if head in node:
            return _compound(node, head, keys)
    called = [key for key, _ in node.entries if key.text not in MODIFIERS]
    if not called:
        raise SpecError("a step without a layer", node.span, hint="name one layer or block beside its modifiers")
    joins = [key for key in called if is_join(key.text)]
    callee = joins[0] if joins else called[0]
    beside = {key.text: (key, value) for key, value in node.entries if key in called and key is not callee}
    if beside and not (joins and beside.keys() <= REGISTRY[callee.text].fields.keys()):
        _refuse_two(called[0], called[1])
    arguments = MappingNode(beside, node.span) if beside else None
    return Step(callee.text, callee.span, node.get(callee.text), beside=arguments, **_modifiers(node))


def is_join(name: str) -> bool:
    """Whether a layer type of that name joins several outputs."""
    return name in REGISTRY and REGISTRY[name].joins


def _compound(node: MappingNode, head: str, keys: dict[str, str]) -> Step:
    for key, _ in node.entries:
        if key.text not in MODIFIERS and key.text not in keys:
            _refuse_two(node.key(head), key)
    missing = [key for key in keys if head == "for" and key not in node]
    if missing:
        hint = f"`{missing[0]}`: {keys[missing[0]]}"
        raise SpecError(f"a `for` without `{missing[0]}`", node.key(head).span, hint=hint)
    for modifier in ("repeat", "share") if head == "for" else ():
        if modifier in node:
            raise SpecError(f"a `for` takes no `{modifier}`", node.key(modifier).span)
    return Step(head, node.key(head).span, node.get(head), parts=node, **_modifiers(node))


def _refuse_two(first: Scalar, second: Scalar) -> None:
    commas = bracket_hint(second.text, second.span)
    if commas is not None:
        raise SpecError("unbalanced parentheses", second.span, hint=commas)
    for head, keys in COMPOUNDS.items():
        if second.text in keys:
            raise SpecError(f"`{second.text}` belongs beside `{head}`", second.span)
    beside = REGISTRY[first.text].fields if is_join(first.text) else COMPOUNDS.get(first.text, ())
    close = did_you_mean(second.text, [*MODIFIERS, *beside])
    if close:
        raise SpecError(f"a step has no modifier `{second.text[:60]}`{close}", second.span)
    if first.text in REGISTRY and second.text in REGISTRY[first.text].fields and not is_join(first.text):
        hint = f"write it inside, `{first.text}: {{{second.text}: ...}}`"
        raise SpecError(f"`{second.text}` is an argument of `{first.text}`", second.span, hint=hint)
    hint = f"arguments go inside the value of `{first.text}`; a second layer is a step of its own"
    raise SpecError(f"two layers in one step, `{first.text[:60]}` and `{second.text[:60]}`", second.span, hint=hint)


def _modifiers(node: MappingNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, about in MODIFIERS.items():
        value = node.get(key)
        if value is not None:
            if is_empty(value):
                raise SpecError(f"`{key}` is empty", node.key(key).span, hint=f"`{key}`: {about}")
            values["from_" if key == "from" else key] = value
    name = node.get("name")
    if name is not None:
        values["name_span"] = text_span(name) if isinstance(name, Scalar) else name.span
        values["name"] = check_step_name(plain_text(name, "`name`"), values["name_span"])
    return values
