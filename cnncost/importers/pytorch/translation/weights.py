"""Parameters and buffers of a model: which layer has them, so that each is counted once and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.importers.pytorch.translation.values import Weight

_STATISTICS, _COUNTER = "running_mean", "num_batches_tracked"
"""Buffers of batch normalisation: the second counts batches, and nothing reads it."""


class Stored(NamedTuple):
    """A parameter or a buffer."""

    name: str
    """Its path in the model."""
    elements: int
    """Its numbers."""
    trainable: bool
    """Whether it is trained."""


class Weights:
    """What a model stores, each tensor once, and the layers that have it."""

    def __init__(self, model: Any) -> None:
        self.names: dict[str, str] = {}
        """Every name of a parameter or buffer, and the first name of the same tensor."""
        self.parameters = self._stored(model.named_parameters(remove_duplicate=False))
        self.buffers = self._stored(model.named_buffers(remove_duplicate=False))
        self.owners: dict[str, int] = {}
        """The node that has a parameter or buffer, by its first name."""
        self.sources: dict[tuple[Any, ...], int] = {}
        """The nodes of tensors that are read as they are, by what they are made of and their sizes."""

    def _stored(self, named: Iterable[tuple[str, Any]]) -> dict[str, Stored]:
        first: dict[int, str] = {}
        stored = {}
        for name, tensor in named:
            self.names[name] = first.setdefault(id(tensor), name)
            if self.names[name] == name:
                stored[name] = Stored(name, tensor.numel(), tensor.requires_grad)
        return stored

    def elements(self, names: Iterable[str]) -> int:
        """Numbers in the parameters and buffers of these names."""
        return sum((self.parameters.get(name) or self.buffers[name]).elements for name in names)

    def owner(self, names: Iterable[str]) -> int | None:
        """The node that has all of these already; ``None`` where there is none, or no name."""
        owners = {self.owners.get(name) for name in names}
        return owners.pop() if len(owners) == 1 else None

    def unclaimed(self, names: Iterable[str]) -> list[str]:
        """Those of the names that no node has yet."""
        return [name for name in names if name not in self.owners]

    def is_new(self, tensors: Iterable[Weight]) -> bool:
        """Whether all of these are trained as they are, and belong to no node yet."""
        return all(
            tensor.stored and len(tensor.parameters) == 1 and tensor.parameters[0] not in self.owners
            for tensor in tensors
        )

    def is_batch_norm(self, tensors: Sequence[Weight]) -> bool:
        """Whether these are what a batch normalisation stores: parameters and statistics, or buffers alone."""
        names = [name for tensor in tensors for name in tensor.parameters + tensor.buffers]
        if not all(tensor.stored for tensor in tensors) or len(names) != len(tensors):
            return False
        counter = f"{names[-1].rpartition('.')[0]}.{_COUNTER}".removeprefix(".")
        frozen = not any(tensor.parameters for tensor in tensors)
        return (frozen and len(tensors) == 4) or ((not frozen or len(tensors) == 2) and counter in self.buffers)

    def claim(self, node: int, names: Iterable[str]) -> None:
        """Give the parameters and buffers of these names to a node, with the counter of batches that stands beside."""
        for name in names:
            self.owners.setdefault(name, node)
            if name.endswith(_STATISTICS):
                counter = name.removesuffix(_STATISTICS) + _COUNTER
                if counter in self.buffers:
                    self.owners.setdefault(counter, node)

    def left(self) -> dict[str, list[str]]:
        """The parameters and buffers that no node has, by the largest modules of which no node has anything.

        A parameter of a module that is used otherwise stands by itself.
        """
        stored = [*self.parameters, *self.buffers]
        used = {path for name in stored if name in self.owners for path in _around(name)}
        found: dict[str, list[str]] = {}
        for name in self.unclaimed(stored):
            unused = [path for path in _around(name) if path not in used]
            found.setdefault(unused[0] if unused else name, []).append(name)
        return found


def _around(name: str) -> list[str]:
    """The modules that a parameter lies in, the outermost first, without the model itself."""
    parts = name.split(".")[:-1]
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]
