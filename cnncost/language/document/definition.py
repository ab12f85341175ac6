"""A layer of the spec's own, as it is defined under `layers`: its form is checked, nothing is evaluated."""

from __future__ import annotations

import re

from cnncost.errors import SpecError
from cnncost.language.document.signature import Signature, parse_signature
from cnncost.language.yaml.forms import is_empty, mapping, plain_text, refuse_unknown_keys
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.layers.base.costs import Buffers, GradientMacs, Operations
from cnncost.records import NamedTuple

DEFINITION_KEYS = {
    "output": "shape of the output sample, channels first; or `input`, where it is that of what the layer reads",
    "parameters": "trainable elements",
    "buffers": "stored elements that are not trained, or by kind: `statistics`, `counters`, `weights`",
    "operations": "of the forward pass of one sample, by kind; a kind that is not named has none",
    "gradient_macs": "multiply-accumulates of the backward pass of one sample, by what they are the gradient of",
    "window": "what an output unit reads: `point`, `position`, `all`, or a `kernel` with its `stride` and the like",
    "kept": "numbers that backward needs besides the input, of one sample; or a list, one for each tensor",
    "module": "its PyTorch module for `verify`, `package.module:Class`",
}
WINDOW_KEYS = {
    "kernel": "extent per axis",
    "stride": "step per axis; 1 when absent",
    "padding": "padding per axis, or `same`; 0 when absent",
    "dilation": "spacing of the kernel's elements; 1 when absent",
    "groups": "groups of channels that are read apart; 1 when absent",
}
WINDOW_WORDS = {
    "point": "its own channel at its own position",
    "position": "every channel at its own position",
    "all": "every channel at every position",
}
KINDS: dict[str, tuple[str, ...]] = {
    "buffers": Buffers._fields,
    "operations": Operations._fields,
    "gradient_macs": GradientMacs._fields,
}
"""What may be told apart under a key."""

OF_THE_OUTPUT = ("output_channels", "output_spatial", "output_positions")
"""What expressions know of the layer's output."""

MODULE = re.compile(r"([^:]+\.py|[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class Definition(NamedTuple):
    """A layer of the spec's own; what it says nothing of is ``None``."""

    signature: Signature
    """Its name and parameters."""
    output: Node
    """The shape of its output."""
    parameters: Node | None
    """How many are trained."""
    buffers: Node | None
    """How many are stored besides, a number or by kind."""
    operations: Node | None
    """Of the forward pass, by kind."""
    gradient_macs: Node | None
    """Of the backward pass, by kind."""
    window: Node | None
    """What an output unit reads."""
    kept: Node | None
    """What backward needs besides the input."""
    module: str | None
    """Where its PyTorch module is."""


def read_definition(key: Scalar, value: Node) -> Definition:
    """The layer that `key`, its signature, and the mapping below it define.

    Raises:
        SpecError: an unknown key, an empty one, no `output`, or a form that a key does not have.
    """
    signature = parse_signature(key, "layer")
    what = f"the layer `{signature.name}`"
    for parameter in signature.parameters:
        if parameter.name in OF_THE_OUTPUT:
            message = f"`{parameter.name}` is of the output, and cannot be a parameter of {what}"
            raise SpecError(message, key.span, hint="choose another name")
    if is_empty(value):
        raise SpecError(f"{what} says nothing of itself", key.span, hint=f"`output`: {DEFINITION_KEYS['output']}")
    said = mapping(value, what)
    refuse_unknown_keys(said, DEFINITION_KEYS, "a layer")
    _refuse_empty(said)
    output = said.get("output")
    if output is None:
        raise SpecError(
            f"{what} does not say its `output`", key.span, hint="`output: input` is the shape that it reads"
        )
    for name in KINDS:
        _check_kinds(name, said.get(name))
    _check_window(said.get("window"))
    plain = {name: said.get(name) for name in ("parameters", *KINDS, "window", "kept")}
    return Definition(signature, output, module=_module(said), **plain)


def _check_kinds(key: str, node: Node | None) -> None:
    """Refuse what is neither a mapping of kinds nor, of buffers, a number."""
    if isinstance(node, MappingNode):
        refuse_unknown_keys(node, KINDS[key], f"`{key}`")
        _refuse_empty(node)
    elif node is not None and key != "buffers":
        example = f"`{{{KINDS[key][0]}: ...}}`"
        raise SpecError(f"`{key}` are said by kind", node.span, hint=f"write {example}; none at all is `{{}}`")


def _check_window(node: Node | None) -> None:
    if isinstance(node, MappingNode):
        refuse_unknown_keys(node, WINDOW_KEYS, "`window`")
        if "kernel" not in node:
            raise SpecError("a `window` needs its `kernel`", node.span)
    elif node is not None and getattr(node, "text", None) not in WINDOW_WORDS:
        words = ", ".join(f"`{word}` ({about})" for word, about in WINDOW_WORDS.items())
        raise SpecError("`window` is none of its words, nor a mapping", node.span, hint=f"{words}, or `{{kernel: 3}}`")


def _refuse_empty(node: MappingNode) -> None:
    """Raise a SpecError for a key without a value: what is not said is left out."""
    for key, value in node.entries:
        if is_empty(value):
            raise SpecError(f"`{key.text}` is empty", key.span, hint="leave out what is not known: it is a gap then")


def _module(said: MappingNode) -> str | None:
    node = said.get("module")
    if node is None:
        return None
    text = plain_text(node, "`module`")
    if not MODULE.fullmatch(text):
        raise SpecError(
            "`module` says where a class is", node.span, hint="write `package.module:Class`, or `path/to/file.py:Class`"
        )
    return text
