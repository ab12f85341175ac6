"""Parameters and buffers of a model: which layer has them, so that each is counted once and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


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

    def _stored(self, named: Iterable[tuple[str, Any]]) -> dict[str, Stored]:
        first: dict[int, str] = {}
        stored = {}
        for name, tensor in named:
            self.names[name] = first.setdefault(id(tensor), name)
            if self.names[name] == name:
                stored[name] = Stored(name, tensor.numel(), tensor.requires_grad)
        return stored

    def elements(self, names: Iterable[str]) -> int:
        """Numbers in the parameters of these names."""
        return sum(self.parameters[name].elements for name in names)

    def owner(self, names: Iterable[str]) -> int | None:
        """The node that has all of these parameters already; ``None`` where there is none, or no parameter."""
        owners = {self.owners.get(name) for name in names}
        return owners.pop() if len(owners) == 1 else None

    def claim(self, node: int, names: Iterable[str]) -> None:
        """Give the parameters and buffers of these names to a node."""
        for name in names:
            self.owners.setdefault(name, node)

    def unclaimed(self) -> list[Stored]:
        """The parameters that no layer has."""
        return [stored for name, stored in self.parameters.items() if name not in self.owners]
