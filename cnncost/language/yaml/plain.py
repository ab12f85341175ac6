"""A YAML file as plain data, for files that are not specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.files import read_file, reason, shown_path
from cnncost.language.limits import Limits
from cnncost.language.yaml.nodes import Node, Scalar, SequenceNode
from cnncost.language.yaml.reader import parse

if TYPE_CHECKING:
    from os import PathLike

_LARGEST = Limits().bytes
"""Bytes that a file may have."""


def read_plain(path: str | PathLike[str]) -> Any:
    """What a file holds: mappings, lists, texts, numbers, truth values and ``None``.

    Raises:
        SpecError: it cannot be read, or is not YAML.
    """
    shown = shown_path(path)
    try:
        data = read_file(path, _LARGEST)
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown}`") from None
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise SpecError(f"cannot read `{shown}`: {why}") from None
    return plain(parse(data, shown))


def plain(node: Node) -> Any:
    """The data that a tree stands for.

    >>> plain(parse("{a: [1, null], b: yes, c: 'no'}", "x.yaml"))
    {'a': [1, None], 'b': 'yes', 'c': 'no'}
    """
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}
