"""Names of layers: the modules that exporters write beside an operator, or the operator's own name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.importers.names import SEQUENCE, containers_of, kind_of_class, name_of_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.graph.graph import Container

_SCOPES = "pkg.torch.onnx.name_scopes"
_CLASSES = "pkg.torch.onnx.class_hierarchy"
_OF_PATH = re.compile(r"/[^/]*$")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_.]+")


class Names:
    """Names for the layers of operators.

    PyTorch's exporters say which module an operator comes from: in metadata, or as a path that is the operator's name,
    `/layer1/layer1.0/conv1/Conv`. The only operator of a module has the module's name, as when the model itself is
    imported; others are called by their layer type within it. What is called twice is numbered from the second on.

    Args:
        nodes: the operators of the file.
    """

    def __init__(self, nodes: Iterable[Any]) -> None:
        self._kinds: dict[str, str] = {}
        self._paths = {id(node): self._path(node) for node in nodes}
        self._operators = Counter(self._paths.values())
        self._taken: set[str] = set()

    def take(self, node: Any, keyword: str) -> tuple[str, tuple[Container, ...]]:
        """The name of a layer of an operator, and what it lies in; none is given twice."""
        path = self._paths[id(node)]
        alone = path and self._operators[path] == 1
        wanted = path if alone and path not in self._taken else f"{path}.{keyword}" if path else keyword
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        spelt = name_of_path(name)
        return spelt, containers_of(spelt, lambda container: self._kinds.get(container, SEQUENCE))

    def module(self, node: Any) -> str:
        """The path of the module that an operator belongs to; empty for the model itself, or where nothing says it."""
        return self._paths[id(node)]

    def of_input(self, name: str) -> str:
        """The name of an input, as a node may have it."""
        spelt = name_of_path(_NOT_A_NAME.sub("_", name).replace(".", "_"))
        self._taken.add(spelt)
        return spelt

    def _path(self, node: Any) -> str:
        """The path of the module that an operator belongs to; empty for the model itself."""
        metadata = {entry.key: entry.value for entry in node.metadata_props}
        if _SCOPES in metadata:
            scopes, classes = (_listed(metadata.get(key, "")) for key in (_SCOPES, _CLASSES))
            for scope, kind in list(zip(scopes, classes, strict=False))[1:-1]:
                self._kinds.setdefault(name_of_path(scope), kind_of_class(kind.rpartition(".")[2]))
            return scopes[-2] if len(scopes) > 1 else ""
        if node.name.startswith("/"):
            return _module_of(_OF_PATH.sub("", node.name))
        return ""


def _listed(text: str) -> list[str]:
    """The texts of a list that is written as Python writes it; none of anything else."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [str(item) for item in value] if isinstance(value, list) else []


def _module_of(path: str) -> str:
    """The module that a path of scopes leads to: every part that repeats the one before it goes on from there.

    >>> _module_of("/layer1/layer1.0/conv1"), _module_of("/features/features.1/conv/conv.0/conv.0.0")
    ('layer1.0.conv1', 'features.1.conv.0.0')
    """
    parts: list[str] = []
    last = ""
    for scope in filter(None, path.split("/")):
        inner = scope.removeprefix(last + ".") if last and scope.startswith(last + ".") else scope
        parts.extend(_NOT_A_NAME.sub("_", inner).strip(".").split("."))
        last = scope
    return ".".join(filter(None, parts))
