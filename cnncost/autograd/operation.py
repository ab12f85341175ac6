"""An operation that autograd recorded: what it keeps, where its gradients go, and what its backward allocates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.autograd.checkpoint import Checkpoint
    from cnncost.autograd.engine import Engine
    from cnncost.autograd.strides import Strides
    from cnncost.autograd.tensors import Storage, Value

    Rule = Callable[["Engine", "Operation"], list["Gradient | None"]]


class Gradient:
    """A gradient on its way: where it lies, and how large it is."""

    __slots__ = ("elements", "item", "owners", "storage", "strides")

    def __init__(self, storage: Storage, elements: int, item: int, strides: Strides | None = None) -> None:
        self.storage = storage
        self.elements = elements
        self.item = item
        """Bytes of one of its numbers."""
        self.strides = strides
        """How it lies in memory; ``None`` where its numbers lie one behind the other, as tensors of its shape do."""
        self.owners = 1
        """How many wait for this very tensor; others may hold views of its storage."""

    @property
    def is_dense(self) -> bool:
        """Whether its numbers lie one behind the other, in whatever order: those of a slice mostly do not."""
        return self.strides is None or self.strides.is_dense

    @property
    def bytes(self) -> int:
        """Bytes of its numbers."""
        return self.elements * self.item


class Operation:
    """One function of autograd's graph."""

    __slots__ = ("backward", "checkpoint", "inputs", "layer", "name", "outputs", "received", "saved")

    def __init__(self, name: str, layer: int, inputs: tuple[Value, ...], backward: Rule) -> None:
        self.name = name
        """What PyTorch calls it."""
        self.layer = layer
        """The node of the graph that ran it."""
        self.inputs = inputs
        """What it read. Their storages are not kept by it, only those that are `saved`."""
        self.saved: tuple[Storage, ...] = ()
        """What it keeps for its backward."""
        self.backward = backward
        """How the gradients of its inputs come to be."""
        self.outputs: list[tuple[int, str]] = []
        """Elements and dtype of what it made."""
        self.received: list[Gradient | None] = []
        """The gradients of its outputs, as far as they have come."""
        self.checkpoint: Checkpoint | None = None
        """The pass through a checkpointed block that computes again what it keeps."""
