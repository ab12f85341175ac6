"""A model file of Ultralytics as data: rows of modules, with the scale that makes them wide and deep.

A row is `[from, repeats, module, arguments]`. `scales` holds depth, width and the most channels for each size of the
family, whose letter stands in the file's name: `yolov8n.yaml` is `yolov8.yaml` at the scale `n`. Older files have
`depth_multiple` and `width_multiple` (Ultralytics, `nn/tasks.py`, `parse_model`).
"""

from __future__ import annotations

import re
from math import ceil
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.errors import Span

_LETTER = re.compile(r"yolo\D*\d+\D*?([nslmxtbe])(?![a-z])", re.IGNORECASE)
_NO_LIMIT = 10**9
_DIVISOR = 8
_PLAIN = {"None": None, "True": True, "False": False}
"""Words that Ultralytics reads as Python's."""


class Row(NamedTuple):
    """One line of the backbone or the head."""

    reads: tuple[int, ...]
    """The rows whose outputs it reads: by their numbers, or by how many rows back they stand."""
    repeats: int
    """How many of the module, at depth 1."""
    module: str
    """What it is."""
    arguments: tuple[Any, ...]
    """What the module is made with."""
    span: Span
    """Where it stands."""


class Scale(NamedTuple):
    """How wide and deep a member of the family is."""

    depth: float
    """What repeats are multiplied with."""
    width: float
    """What channels are multiplied with."""
    most_channels: int
    """How many channels there are at most, before they are multiplied."""

    def channels(self, channels: int) -> int:
        """Channels at this scale, rounded up to a multiple of eight."""
        return ceil(min(channels, self.most_channels) * self.width / _DIVISOR) * _DIVISOR


class ModelFile(NamedTuple):
    """What a model file says."""

    classes: int
    """How many classes are told apart."""
    channels: int
    """Channels of the input."""
    scale: Scale
    """How wide and deep it is."""
    letter: str
    """Its size in the family: ``n``; nothing where there is one only."""
    activation: str | None
    """What convolutions are followed by, other than SiLU."""
    rows: tuple[Row, ...]
    """Backbone and head."""
    notes: tuple[str, ...]
    """What is odd about it, a sentence each."""


def is_model_file(text: str) -> bool:
    """Whether a YAML text is a model file of Ultralytics rather than a spec.

    >>> is_model_file("nc: 80\\nbackbone:\\n  - [-1, 1, Conv, [64]]\\nhead:\\n  - [-1, 1, Detect, [nc]]\\n")
    True
    """
    keys = set(re.findall(r"^(backbone|head|network)\s*:", text, re.MULTILINE))
    return keys == {"backbone", "head"}


def read_model_file(root: Node, name: str, size: str | None = None) -> ModelFile:
    """What the tree of a model file says; `size`, or else `name`, tells its scale.

    Raises:
        SpecError: something is missing, or not what it should be.
    """
    if not isinstance(root, MappingNode):
        raise SpecError(f"`{name}` is not a mapping of `nc`, `backbone` and `head`", root.span)
    letter, scale, notes = _scale(root, name, size)
    classes = _number(root, "nc", 80)
    names: dict[str, Any] = {"nc": classes}
    if (anchors := root.get("anchors")) is not None:
        names["anchors"] = _anchors(anchors)
    if keypoints := _integers(root.get("kpt_shape")):
        names["kpt_shape"] = keypoints
    rows = [_row(node, names) for part in ("backbone", "head") for node in _rows(root, part)]
    activation = root.get("activation")
    return ModelFile(
        classes,
        _number(root, "ch", _number(root, "channels", 3)),
        scale,
        letter,
        activation.text if isinstance(activation, Scalar) else None,
        tuple(rows),
        notes,
    )


def _scale(root: MappingNode, name: str, size: str | None) -> tuple[str, Scale, tuple[str, ...]]:
    """The letter of the scale that is asked for, or that the file's name has, or the first; the scale; and notes."""
    scales = root.get("scales")
    if not isinstance(scales, MappingNode) or not len(scales):
        if size is not None:
            raise SpecError(f"`{name}` has one size only", root.span)
        return "", Scale(_real(root, "depth_multiple"), _real(root, "width_multiple"), _NO_LIMIT), ()
    known = {key.text: node for key, node in scales.entries}
    stated = root.get("scale")
    found = _LETTER.search(PurePath(name).stem)
    named = stated.text if isinstance(stated, Scalar) else found[1].lower() if found else None
    letter = size or named or next(iter(known))
    note = f"`{name}` does not say its size: it is taken as `{letter}`, of {', '.join(known)}"
    if letter not in known:
        hint = f"it stands behind an `@`, or in the file's name; there are {', '.join(known)}"
        raise SpecError(f"`{name}` has no scale `{letter}`", scales.span, hint=hint)
    node = known[letter]
    values = [item.value for item in node.items if isinstance(item, Scalar)] if isinstance(node, SequenceNode) else []
    if len(values) != 3 or not all(_is_number(value) for value in values):
        raise SpecError("a scale is `[depth, width, most channels]`", node.span)
    scale = Scale(float(values[0]), float(values[1]), int(values[2]))  # type: ignore[arg-type]
    return letter, scale, () if size or named else (note,)


def _rows(root: MappingNode, part: str) -> list[Node]:
    node = root.get(part)
    if not isinstance(node, SequenceNode):
        raise SpecError(f"`{part}` must be a list of rows", node.span if node else root.span, hint=_ROW)
    return node.items


_ROW = "a row is `[from, repeats, module, arguments]`"


def _row(node: Node, names: dict[str, Any]) -> Row:
    if not isinstance(node, SequenceNode) or len(node.items) != 4:
        raise SpecError(_ROW, node.span)
    source, repeats, module, arguments = node.items
    reads = _integers(source)
    if not reads or not isinstance(repeats, Scalar) or not isinstance(module, Scalar):
        raise SpecError(_ROW, node.span)
    count = repeats.value
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise SpecError("repeats are a positive whole number", repeats.span)
    if not isinstance(arguments, SequenceNode):
        raise SpecError("arguments are a list", arguments.span)
    values = tuple(_argument(item, names) for item in arguments.items)
    return Row(tuple(reads), count, module.text, values, node.span)


def _argument(node: Node, names: dict[str, Any]) -> Any:
    """An argument as Python has it: a number, a word, a list of them, or the number that a name stands for."""
    if isinstance(node, SequenceNode):
        return [_argument(item, names) for item in node.items]
    if isinstance(node, MappingNode):
        raise SpecError("an argument is a number, a word or a list", node.span)
    if node.text in names and not node.quoted:
        return names[node.text]
    return _PLAIN.get(node.text, node.value)


def _anchors(node: Node) -> int:
    """Anchors of each level: so many, or pairs of width and height."""
    if isinstance(node, Scalar) and isinstance(node.value, int):
        return node.value
    if isinstance(node, SequenceNode) and node.items and isinstance(node.items[0], SequenceNode):
        return len(node.items[0].items) // 2
    raise SpecError("`anchors` are a number, or a list of widths and heights for each level", node.span)


def _integers(node: Node | None) -> list[int]:
    """The whole numbers of a list, or the one that stands alone; none for anything else."""
    items = node.items if isinstance(node, SequenceNode) else [] if node is None else [node]
    values = [item.value if isinstance(item, Scalar) else None for item in items]
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return []
    return [value for value in values if isinstance(value, int)]


def _number(root: MappingNode, key: str, default: int) -> int:
    node = root.get(key)
    if node is None:
        return default
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SpecError(f"`{key}` must be a positive whole number", node.span)
    return value


def _real(root: MappingNode, key: str) -> float:
    node = root.get(key)
    value = node.value if isinstance(node, Scalar) else 1.0 if node is None else None
    if not _is_number(value):
        raise SpecError(f"`{key}` must be a number above 0", node.span if node else None)
    return float(value)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _NO_LIMIT
