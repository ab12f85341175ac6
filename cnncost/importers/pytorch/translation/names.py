"""Names of layers, and what they lie in: the tree of modules, as it was called."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.graph.names import joined, segments
from cnncost.importers.names import SEQUENCE, containers_of, kind_of_class, name_of_path
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.graph.graph import Container

    Stack = Mapping[str, tuple[str, Any]]

_CALL = "call"


class Place(NamedTuple):
    """Where an operator belongs."""

    path: str
    """The module, as a path whose parts are numbered from the second call of a module on; empty for the model."""
    is_alone: bool
    """Whether it is the only operator of the module, whose name it has then."""


class ModuleNames:
    """Names for operators by the modules that they belong to.

    The only operator of a module has the module's name. Others are called by their type within it. What is called
    twice, a module or a type, is numbered from the second on.

    Args:
        model: the module.
        stacks: of every operator, the calls of modules around it: PyTorch's key of each, and the module's path.
    """

    def __init__(self, model: Any, stacks: Iterable[Stack]) -> None:
        self._classes = {path: type(module).__name__ for path, module in model.named_modules()}
        self._operators = Counter(key for stack in stacks for key in stack)
        self._paths: dict[str, str] = {}
        self._calls: Counter[str] = Counter()
        self._kinds: dict[str, str] = {}
        self._taken: Counter[str] = Counter()
        self._given: set[str] = set()

    def reserve(self, name: str) -> None:
        """Take a name for an input: a module of that name is numbered."""
        self._given.add(name)

    def place(self, stack: Stack) -> Place:
        """Where an operator belongs that runs within these calls of modules, outermost first."""
        outer: tuple[str, str] | None = None
        for key, (module, _) in stack.items():
            if not module:
                continue
            if key not in self._paths:
                self._paths[key] = self._called(outer, module)
            outer = key, module
        return Place(self._paths[outer[0]], self._operators[outer[0]] == 1) if outer else Place("", False)

    def take(self, place: Place, keyword: str, own: bool) -> tuple[str, tuple[Container, ...]]:
        """The name of a layer at a place, and what it lies in; none is given twice.

        Args:
            place: from :meth:`place`.
            keyword: the layer type.
            own: whether it may have the name of the module.
        """
        if own and place.is_alone and not self._taken[place.path]:
            path = place.path
        else:
            path = self._numbered(f"{place.path}.{keyword}" if place.path else keyword)
        self._taken[path] += 1
        name = self._unlike(name_of_path(path))
        return name, containers_of(name, lambda container: self._kinds.get(container, SEQUENCE))

    def _unlike(self, name: str) -> str:
        """The name, with a number where another path has led to it: `a-b` and `a_b`."""
        number, unlike = 1, name
        while unlike in self._given:
            number += 1
            unlike = f"{name}.{_CALL}_{number}" if name.endswith("]") else f"{name}_{number}"
        self._given.add(unlike)
        return unlike

    def _called(self, outer: tuple[str, str] | None, module: str) -> str:
        """The path of a call: within that of the module around it, unless it is another's part."""
        around, inner = "", module
        if outer is not None and module.startswith(outer[1] + "."):
            around, inner = self._paths[outer[0]], module[len(outer[1]) + 1 :]
        path = f"{around}.{inner}" if around else inner
        self._calls[path] += 1
        path = _with_number(path, self._calls[path])
        self._say_kinds(path, module)
        return path

    def _say_kinds(self, path: str, module: str) -> None:
        """Remember the classes of the modules that a path leads through, by the names of their containers."""
        parts, modules = path.split("."), module.split(".")
        for back in range(min(len(parts), len(modules))):
            name = name_of_path(".".join(parts[: len(parts) - back]))
            kind = self._classes.get(".".join(modules[: len(modules) - back]))
            if kind is not None:
                self._kinds.setdefault(joined(segments(name)), kind_of_class(kind))

    def _numbered(self, path: str) -> str:
        number, numbered = 1, path
        while self._taken[numbered] or numbered in self._calls:
            number += 1
            numbered = f"{path}_{number}"
        return numbered


def _with_number(path: str, number: int) -> str:
    """A path that says which call it is: at its last part that is a name, since a number is no name."""
    if number == 1:
        return path
    parts = path.split(".")
    named = [place for place, part in enumerate(parts) if not part.isdecimal()]
    if not named:
        return ".".join([*parts, f"{_CALL}_{number}"])
    parts[named[-1]] += f"_{number}"
    return ".".join(parts)
